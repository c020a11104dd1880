/** Scores and comparisons of runs with tests, from given predictions. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareRuns } from "../../../../extension/core/evaluation/scoring/compareRuns.ts";
import type { RunDecoding } from "../../../../extension/core/evaluation/runs/evaluationRequest.ts";
import { configurationOf, writeRun } from "../runs/writtenRun.ts";
import { openRun, readRun, type RunSummary } from "../../../../extension/core/evaluation/runs/runFolder.ts";
import type { RunRecord } from "../../../../extension/core/evaluation/runs/runRecord.ts";
import { openRunMeasures } from "../../../../extension/core/evaluation/scoring/runMeasures.ts";
import { countRun, scoresOf } from "../../../../extension/core/evaluation/scoring/scoreRun.ts";

let home: string;
beforeAll(async () => void (home = await mkdtemp(join(tmpdir(), "graft-scores-"))));
afterAll(() => rm(home, { recursive: true, force: true }));

const beams: RunDecoding = { kind: "beams", width: 10, returned: 10 };
const greedy: RunDecoding = { kind: "greedy" };
const sampling = (count: number): RunDecoding => ({ kind: "sampling", temperature: 0.6, topP: 0.95, count });

/** A run with tests; for each task, which of its texts pass. */
async function runOf(name: string, decoding: RunDecoding, passes: readonly boolean[][]): Promise<RunSummary> {
  const record: RunRecord = {
    format: 2,
    configuration: {
      suite: { name: "tests.jsonl", kind: "execution", hash: "0", tasks: passes.length },
      base: { name, modelType: "llama", parameters: 1, hash: name },
      adapters: [],
      protocol: "graft",
      mode: "zero-shot",
      shots: 0,
      decoding,
      seed: 42,
      version: "1",
    },
    startedAt: "2026-01-01T00:00:00.000Z",
    machine: { platform: "linux", processor: "", cores: 1, memoryBytes: 1, node: "" },
    trainings: [],
    problems: [],
  };
  const predictions = passes.map((texts, i) => ({
    id: `${i}`,
    intent: "",
    predictions: texts.map(() => ""),
    logProbabilities: texts.map(() => -1),
    verdicts: texts.map((passed) =>
      passed ? { passed } : { passed, reason: "wrong" as const, detail: "AssertionError", case: 0 },
    ),
  }));
  const run = await openRun(home, record);
  const spent = { tasks: passes.length, tokens: 1, seconds: 1, shortened: 0, problems: [], peakMemoryBytes: 1 };
  await run.append(predictions, spent);
  await run.release();
  return await readRun(run.folder);
}

/** Returns the texts at these places, out of ten. */
const passing = (...places: number[]): boolean[] => Array.from({ length: 10 }, (_, i) => places.includes(i));

async function scores(run: RunSummary): Promise<Record<string, number>> {
  const measures = await openRunMeasures(run.record.configuration);
  const found = Object.entries(scoresOf(await countRun(run.folder, measures), measures, 1));
  return Object.fromEntries(found.map(([name, { value }]) => [name, Number(value.toFixed(6))]));
}

describe("pass@1", () => {
  test("of a search is that of its best text; that any of the others passes has a name of its own", async () => {
    const best = await runOf("best", beams, [passing(0)]);
    expect(await scores(best)).toEqual({ "pass@1": 100, "any@10": 100 });
    const others = await runOf("others", beams, [passing(1, 2, 3, 4, 5, 6, 7, 8, 9), passing(0), passing(), []]);
    expect(await scores(others)).toEqual({ "pass@1": 25, "any@10": 50 });
  });

  test("of greedy texts is their share that passes", async () => {
    expect(await scores(await runOf("greedy", greedy, [[true], [false]]))).toEqual({ "pass@1": 50 });
  });

  test("of draws is estimated from all of them, and so is pass@k", async () => {
    // 1 − C(4, k) / C(5, k), with one of five right.
    const run = await runOf("drawn", sampling(5), [[false, false, true, false, false]]);
    expect(await scores(run)).toEqual({ "pass@1": 20, "pass@2": 40, "pass@5": 100 });
  });
});

describe("compareRuns", () => {
  test("compares by what both decodings tell", async () => {
    const one = await runOf("one", sampling(5), [[true, true, true, true, true]]);
    const other = await runOf("other", greedy, [[false]]);
    expect((await compareRuns(one, other)).differences).toMatchObject({ "pass@1": { difference: 100 } });
    expect(Object.keys((await compareRuns(other, one)).differences)).toEqual(["pass@1"]);
  });

  test("gives no verdict on six tasks, and one on thirty that all say the same", async () => {
    const runs = async (tasks: number): Promise<[RunSummary, RunSummary]> => [
      await runOf(
        `wrong ${tasks}`,
        greedy,
        Array.from({ length: tasks }, () => [false]),
      ),
      await runOf(
        `right ${tasks}`,
        greedy,
        Array.from({ length: tasks }, () => [true]),
      ),
    ];
    const verdict = async (tasks: number) => {
      const { items, fewestItems, differences } = await compareRuns(...(await runs(tasks)));
      return { items, fewestItems, ...differences["pass@1"]! };
    };
    expect(await verdict(6)).toMatchObject({ items: 6, fewestItems: 20, difference: -100, verdict: "tooFew" });
    expect(await verdict(30)).toMatchObject({ difference: -100, verdict: "second" });
  });

  test("says that no difference was found where there is little of one", async () => {
    const mixed = (right: number) => Array.from({ length: 40 }, (_, i) => [i < right]);
    const found = await compareRuns(await runOf("20", greedy, mixed(20)), await runOf("19", greedy, mixed(19)));
    expect(found.differences["pass@1"]).toMatchObject({ difference: 2.5, verdict: "none" });
  });
});

test("exact match counts no more answers than a run has, and runs are compared by those that both have", async () => {
  const answers = (right: readonly number[], count: number) =>
    right.map((place, i) => {
      const predictions = Array.from({ length: count }, (_, at) => (at === place ? "x" : "y"));
      return { id: `${i}`, intent: "", predictions, reference: "x" };
    });
  // The right answer's place: always the first, and the first or the second.
  const one = await writeRun(home, configurationOf({ decoding: greedy }), answers([0, 0, 0, 0], 1));
  const configuration = configurationOf({ decoding: beams });
  const ten = await writeRun(home, configuration, answers([0, 1, 1, 1], 10));
  const exact = ({ result }: RunSummary) =>
    Object.fromEntries(
      Object.entries(result!.scores).flatMap(([name, { value }]) => (name.startsWith("em") ? [[name, value]] : [])),
    );
  expect(exact(one)).toEqual({ "em@1": 100 });
  expect(exact(ten)).toEqual({ "em@1": 25, "em@2": 100, "em@5": 100, "em@10": 100 });
  for (const [first, second, difference] of [
    [one, ten, 75],
    [ten, one, -75],
  ] as const) {
    const { differences } = await compareRuns(first, second);
    expect(differences["em@1"]!.difference).toBe(difference);
    expect(Object.keys(differences).filter((name) => name.startsWith("em"))).toEqual(["em@1"]);
  }
});
