import { describe, expect, test } from "vitest";
import { UserError } from "../../extension/core/foundation/errors.ts";
import { say, verbatim } from "../../extension/core/foundation/words/said.ts";
import { advance, asleep, isStopped, type EngineEvent, type Standing } from "../../extension/engine/engineState.ts";

const selected = { base: "tiny", parameters: 6, milliseconds: 1, contextTokens: 480, device: "cpu" as const };
const minute = 60_000;

function after(...events: EngineEvent[]): Standing {
  return events.reduce(advance, asleep);
}

/** A base that loads and dies, again and again. */
function dying(times: number, minutesApart: number): EngineEvent[] {
  return Array.from({ length: times }, (_, i): EngineEvent[] => [
    { type: "started" },
    { type: "selected", selected },
    { type: "crashed", reason: say`killed by ${"SIGKILL"}`, at: i * minutesApart * minute },
  ]).flat();
}

describe("advance", () => {
  test("asleep, then loading, then ready", () => {
    expect(asleep.state.phase).toBe("asleep");
    expect(after({ type: "select", isFresh: true }).state.phase).toBe("loading");
    expect(after({ type: "select", isFresh: true }, { type: "selected", selected }).state).toEqual({
      phase: "ready",
      selected,
    });
  });

  test("a refusal is no crash, and the next selection forgets it", () => {
    const error = new UserError("base-missing", verbatim("none"), verbatim("none"));
    const refused = after({ type: "select", isFresh: true }, { type: "refused", error });
    expect(refused).toEqual({ state: { phase: "failed", error }, crashes: [] });
    expect(advance(refused, { type: "select", isFresh: false }).state.phase).toBe("loading");
  });

  test.each(["loading", "ready", "failed"] as const)("a crash while %s leads to another start", (phase) => {
    const before: Record<typeof phase, EngineEvent[]> = {
      loading: [{ type: "started" }],
      ready: [{ type: "selected", selected }],
      failed: [{ type: "refused", error: new Error("bug") }],
    };
    const crashed = after(...before[phase], { type: "crashed", reason: say`exit code ${9}`, at: 0 });
    expect(crashed.state).toEqual({ phase: "restarting", reason: say`exit code ${9}` });
    expect(advance(crashed, { type: "started" }).state.phase).toBe("loading");
  });

  test("a base that dies after 50 seconds each time is not restarted for ever", () => {
    expect(isStopped(after(...dying(4, 50 / 60)))).toBe(false);
    const stopped = after(...dying(5, 50 / 60));
    expect(isStopped(stopped)).toBe(true);
    expect(stopped.state).toMatchObject({
      phase: "failed",
      error: { code: "engine-stopped", message: expect.stringContaining("killed by SIGKILL") },
    });
  });

  test("nor one that dies after ten minutes; a crash every twenty is borne", () => {
    expect(isStopped(after(...dying(5, 10)))).toBe(true);
    expect(isStopped(after(...dying(50, 20)))).toBe(false);
  });

  test("once stopped, only what is fresh starts it", () => {
    const stopped = after(...dying(5, 1));
    expect(advance(stopped, { type: "select", isFresh: false })).toBe(stopped);
    expect(advance(stopped, { type: "select", isFresh: true })).toEqual({ state: { phase: "loading" }, crashes: [] });
  });
});
