import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { silentLog } from "../../extension/core/foundation/log.ts";
import { say } from "../../extension/core/foundation/words/said.ts";
import { createCompletionClient, type CompletionClient } from "../../extension/engine/client.ts";
import type { Crash } from "../../extension/engine/engineLives.ts";
import type { EngineState } from "../../extension/engine/engineState.ts";

const entry = join(import.meta.dirname, "fakeEngine.ts");
const selection = { home: "/home", embedded: "/base", base: "tiny", adapters: [] };
const request = { prefix: "x", suffix: "" };

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "graft-client-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

let client: CompletionClient | undefined;
afterEach(() => client?.dispose());

function open(): { client: CompletionClient; crashes: Crash[]; phases: EngineState["phase"][] } {
  const crashes: Crash[] = [];
  const phases: EngineState["phase"][] = [];
  client = createCompletionClient({
    entry,
    log: silentLog,
    onCrash: (crash) => crashes.push(crash),
    onState: ({ phase }) => phases.push(phase),
    restartDelay: 20,
  });
  return { client, crashes, phases };
}

async function crash(engine: CompletionClient): Promise<unknown> {
  return engine.complete({ ...request, prefix: "crash" }).catch((error: unknown) => error);
}

describe("createCompletionClient", () => {
  test("a driver that crashes costs its process once: the next one does without the device", async () => {
    const { client, crashes } = open();
    const first = client.select({ ...selection, base: "crash on device", device: "webgpu" });
    await expect(first).rejects.toMatchObject({ code: "engine-stopped" });
    expect(crashes).toEqual([{ reason: say`killed by ${"SIGSEGV"}`, restarts: true, device: "webgpu" }]);
    await expect(client.complete(request)).resolves.toMatchObject({ text: "x on crash on device+" });
    expect(client.state).toMatchObject({ phase: "ready", selected: { device: "cpu" } });
    expect(crashes).toHaveLength(1);
  });

  test("a device that fails in the middle is told, and the state names the next", async () => {
    const told = vi.fn();
    client = createCompletionClient({ entry, log: silentLog, onCrash: () => {}, onDeviceFailure: told });
    await client.select({ ...selection, device: "webgpu" });
    expect(client.state).toMatchObject({ selected: { device: "webgpu" } });
    await client.complete({ ...request, prefix: "lost device" });
    expect(told.mock.calls).toEqual([[{ device: "webgpu", next: "cpu", reason: say`Device lost.` }]]);
    expect(client.state).toMatchObject({ selected: { device: "cpu" } });
  });

  test("forks nothing until it is asked", async () => {
    const { client } = open();
    expect(client.pid).toBeUndefined();
    await expect(client.select(selection)).resolves.toMatchObject({ base: "tiny" });
    expect(client.pid).toBeGreaterThan(0);
  });

  test("runs the engine in its own folder, not in the one that the editor was opened in", async () => {
    const { client } = open();
    await client.select(selection);
    await expect(client.complete({ ...request, prefix: "where" })).resolves.toMatchObject({
      text: import.meta.dirname,
    });
    expect(process.cwd()).not.toBe(import.meta.dirname);
  });

  test("hands the engine's log on", async () => {
    const info = vi.fn();
    client = createCompletionClient({ entry, log: { ...silentLog, info }, onCrash: () => {} });
    await client.select(selection);
    expect(info).toHaveBeenCalledWith("completion: selected tiny");
  });

  test("completes with base and adapters of the last selection", async () => {
    const { client } = open();
    await client.select(selection);
    await client.select({ ...selection, adapters: [{ folder: "sql", scale: 1 }] });
    await expect(client.complete(request)).resolves.toMatchObject({ text: "x on tiny+sql" });
  });

  test("a killed engine is told once, comes back by itself and knows its base and adapter", async () => {
    const { client, crashes } = open();
    await client.select({ ...selection, adapters: [{ folder: "sql", scale: 1 }] });
    process.kill(client.pid!, "SIGKILL");
    await vi.waitFor(() => expect(crashes).toEqual([{ reason: say`killed by ${"SIGKILL"}`, restarts: true }]));
    await expect(client.complete(request)).resolves.toMatchObject({ text: "x on tiny+sql" });
    expect(crashes).toHaveLength(1);
  });

  test("a request that dies with its engine fails with a UserError", async () => {
    const { client } = open();
    await client.select(selection);
    expect(await crash(client)).toMatchObject({ name: "UserError", code: "engine-stopped" });
  });

  test("starts again unasked, so that the next keystroke finds it ready", async () => {
    const { client } = open();
    await client.select(selection);
    await crash(client);
    await vi.waitFor(() => expect(client.pid).toBeGreaterThan(0), { timeout: 3000 });
  });

  test("gives up after five crashes in a row, until it is restarted by hand", { timeout: 20_000 }, async () => {
    const { client, crashes } = open();
    await client.select({ ...selection, base: "crash at start" }).catch(() => undefined);
    await vi.waitFor(() => expect(crashes).toHaveLength(5), { timeout: 15_000 });
    expect(crashes.map(({ restarts }) => restarts)).toEqual([true, true, true, true, false]);
    await sleep(300);
    expect(client.pid).toBeUndefined();
    await expect(client.complete(request)).rejects.toMatchObject({
      code: "engine-stopped",
      nextStep: expect.stringContaining("Restart engine"),
    });
    await expect(client.restart(selection)).resolves.toMatchObject({ base: "tiny" });
  });

  test("another base is tried after too many crashes with the last one", { timeout: 20_000 }, async () => {
    const { client, crashes } = open();
    await client.select({ ...selection, base: "crash at start" }).catch(() => undefined);
    await vi.waitFor(() => expect(crashes).toHaveLength(5), { timeout: 15_000 });
    await expect(client.select({ ...selection, base: "crash at start" })).rejects.toMatchObject({
      code: "engine-stopped",
    });
    await expect(client.select(selection)).resolves.toMatchObject({ base: "tiny" });
    expect(client.state).toMatchObject({ phase: "ready", selected: { base: "tiny" } });
  });

  test("a crash while loading leaves it ready once the next process is", async () => {
    const { client, phases } = open();
    const base = join(folder, "once.crash");
    await writeFile(base, "");
    await client.select({ ...selection, base }).catch(() => undefined);
    await vi.waitFor(() => expect(client.state).toMatchObject({ phase: "ready", selected: { base } }), 5000);
    expect(phases).toEqual(["loading", "restarting", "loading", "ready"]);
  });

  test("a base that is gone at a restart leaves it failed, not ready", async () => {
    const { client } = open();
    const base = join(folder, "tiny.model");
    await writeFile(base, "");
    await client.select({ ...selection, base });
    await rm(base);
    await crash(client);
    await vi.waitFor(
      () => expect(client.state).toMatchObject({ phase: "failed", error: { code: "base-missing" } }),
      5000,
    );
  });

  test("a selection that was overtaken says nothing about the state", async () => {
    const { client, phases } = open();
    const first = client.select({ ...selection, base: "missing" }).catch((error: unknown) => error);
    await client.select(selection);
    await first;
    expect(phases).toEqual(["loading", "loading", "ready"]);
  });

  test("a restart by hand is no crash", async () => {
    const { client, crashes } = open();
    await client.select(selection);
    const before = client.pid;
    await client.restart(selection);
    expect(client.pid).not.toBe(before);
    await sleep(100);
    expect(crashes).toEqual([]);
  });

  test("cancelling reaches the engine, which goes on with the next request", async () => {
    const { client, crashes } = open();
    await client.select(selection);
    const controller = new AbortController();
    const slow = client.complete({ ...request, prefix: "slow" }, controller.signal);
    await sleep(50);
    const cancelledAt = performance.now();
    controller.abort();
    await expect(slow).rejects.toMatchObject({ name: "AbortError" });
    expect(performance.now() - cancelledAt).toBeLessThan(2000);
    await expect(client.complete(request)).resolves.toMatchObject({ text: "x on tiny+" });
    expect(crashes).toEqual([]);
  });

  test("a UserError crosses the border with code, message and next step", async () => {
    const { client } = open();
    const failure = {
      name: "UserError",
      code: "base-missing",
      message: 'No base is named "missing".',
      nextStep: "Choose another.",
    };
    await expect(client.select({ ...selection, base: "missing" })).rejects.toMatchObject(failure);
    await expect(client.complete(request)).rejects.toMatchObject(failure);
  });

  test("a bug crosses the border with the stack of the far side", async () => {
    const { client } = open();
    await client.select(selection);
    const error = await client.complete({ ...request, prefix: "bug" }).catch((thrown: unknown) => thrown);
    expect(error).not.toMatchObject({ name: "UserError" });
    expect(error).toMatchObject({ message: "undefined is not a base", stack: expect.stringContaining("fakeEngine") });
  });

  test("refuses where its runtime does not exist, with the reason, and forks nothing", async () => {
    const { client, crashes } = open();
    const machine = Object.getOwnPropertyDescriptor(process, "arch")!;
    Object.defineProperty(process, "arch", { ...machine, value: "mips" });
    try {
      await expect(client.select(selection)).rejects.toMatchObject({ code: "platform-unsupported" });
    } finally {
      Object.defineProperty(process, "arch", machine);
    }
    expect(client.pid).toBeUndefined();
    expect(crashes).toEqual([]);
  });

  test("dispose ends the process", async () => {
    const { client } = open();
    await client.select(selection);
    const pid = client.pid!;
    client.dispose();
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"));
  });
});
