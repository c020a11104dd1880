import { describe, expect, test } from "vitest";
import { english } from "../../../../extension/core/foundation/words/said.ts";
import { promptingNote } from "../../../../extension/core/evaluation/scoring/prompting.ts";
import {
  readEvaluationOptions,
  type EvaluationOptions,
} from "../../../../extension/core/evaluation/runs/evaluationRequest.ts";
import { candidateName, runId, type RunConfiguration } from "../../../../extension/core/evaluation/runs/runRecord.ts";
import type { RunSummary } from "../../../../extension/core/evaluation/runs/runFolder.ts";
import { exported, rowsOf } from "../../../../extension/core/evaluation/scoring/runTable.ts";

const configuration: RunConfiguration = {
  suite: { name: "conala", kind: "pairs", hash: "h", tasks: 2 },
  base: { name: "base_1", modelType: "llama", parameters: 1, hash: "b" },
  adapters: [],
  protocol: "paper-v2",
  mode: "icl",
  shots: 2,
  decoding: { kind: "greedy" },
  seed: 42,
  version: "1",
};
const adapter = { name: "sql", scale: 0.5, method: "lora", parameters: 1200, bytes: 4800, hash: "a" };

function runOf(more: Partial<RunConfiguration>, em: number, finished = true): RunSummary {
  const own = { ...configuration, ...more };
  return {
    id: runId(own),
    folder: "",
    candidate: candidateName(own),
    done: 2,
    record: {
      format: 2,
      configuration: own,
      startedAt: "2026-01-01T00:00:00.000Z",
      machine: { platform: "", processor: "", cores: 1, memoryBytes: 1, node: "" },
      trainings: own.adapters.map(({ name }) => ({ adapter: name, seconds: 60, peakMemoryBytes: 5e8 })),
      problems: [],
    },
    ...(finished && {
      result: {
        items: 2,
        scores: { "em@1": { value: em, low: em - 1, high: em + 1 }, codebleu: { value: 0.5, low: 0.4, high: 0.6 } },
        shortened: 0,
        problems: [],
        tokens: 20,
        seconds: 2,
        tokensPerSecond: 10,
        peakMemoryBytes: 5,
        finishedAt: "2026-01-01T00:00:00.000Z",
      },
    }),
  };
}

const runs = [
  runOf({}, 10),
  runOf({ seed: 777 }, 14),
  runOf({ mode: "trained", shots: 0, adapters: [adapter] }, 20),
  runOf({ seed: 97 }, 0, false),
];

test("candidateName: names every adapter, with its scale", () => {
  const two = [adapter, { ...adapter, name: "own", scale: 1 }];
  expect(candidateName({ ...configuration, mode: "trained", shots: 0, adapters: two })).toBe("base_1 + sql@0.5 + own");
});

describe("rowsOf", () => {
  test("seeds of one candidate are one row: their mean and the standard deviation of a sample", () => {
    const [drawn, trained, ...others] = rowsOf([...runs, runs[0]!]);
    expect(others).toEqual([]);
    expect(drawn).toMatchObject({
      candidate: "base_1, 2 drawn (seeds 42, 777)",
      seeds: [42, 777],
      scores: { "em@1": { value: 12, deviation: Math.SQRT2 * 2 }, codebleu: { value: 0.5, deviation: 0 } },
    });
    expect(trained).toMatchObject({
      candidate: "base_1 + sql@0.5",
      scores: { "em@1": { value: 20, low: 19, high: 21 } },
      trainableParameters: 1200,
      adapterBytes: 4800,
      trainingSeconds: 60,
      trainingMemoryBytes: 5e8,
    });
  });

  test("a score that some seeds lack is the mean of the others", () => {
    const suite = { ...configuration.suite, kind: "infilling" } as const;
    const seeded = (seed: number, ...names: string[]): RunSummary => {
      const run = runOf({ suite, seed }, 0);
      const scores = Object.fromEntries(names.map((name) => [name, { value: seed, low: 0, high: 9 }]));
      return { ...run, result: { ...run.result!, scores } };
    };
    const three = [seeded(1, "line.exact"), seeded(2, "line.exact", "block.body.exact"), seeded(4, "block.body.exact")];
    const four = [...three, seeded(5, "block.header.exact")];
    expect(rowsOf(four)[0]!.scores).toEqual({
      "line.exact": { value: 1.5, deviation: Math.SQRT1_2 },
      "block.body.exact": { value: 3, deviation: Math.SQRT2 },
      "block.header.exact": { value: 5, low: 0, high: 9 },
    });
    expect(exported(four, "csv").split("\n")[0]).toContain("block.header.exact");
  });
});

describe("promptingNote", () => {
  const rows = (...configurations: Partial<RunConfiguration>[]) =>
    rowsOf(configurations.map((more) => runOf({ mode: "zero-shot", shots: 0, ...more }, 1)));
  const trained: Partial<RunConfiguration> = { mode: "trained", adapters: [adapter] };

  test("tells where candidates of one suite and protocol were prompted differently", () => {
    const note = "Prompted differently: base_1 zero-shot; base_1 + sql@0.5 as in training.";
    expect(english(promptingNote(rows({}, trained))!)).toBe(note);
    expect(promptingNote(rows({}, { ...trained, mode: "zero-shot" }))).toBeUndefined();
    expect(promptingNote(rows({}, { ...trained, protocol: "graft" }))).toBeUndefined();
  });

  test("says nothing where a protocol asks a trained model as any other", () => {
    expect(promptingNote(rows({ protocol: "graft" }, { ...trained, protocol: "graft" }))).toBeUndefined();
    const note = promptingNote(rows({ protocol: "graft", mode: "rag" }, { ...trained, protocol: "graft" }));
    expect(english(note!)).toMatch(/zero-shot/);
  });

  test.each(["execution", "infilling"] as const)("says nothing of %s, where the mode changes no prompt", (kind) => {
    const suite = { ...configuration.suite, kind };
    expect(promptingNote(rows({ suite }, { ...trained, suite }))).toBeUndefined();
  });
});

describe("exported", () => {
  test("Markdown", () => {
    expect(exported(runs, "markdown")).toBe(`\
| Candidate | Suite | Protocol | Items | EM@1 (%) | CodeBLEU | Trained parameters | Training time | Training memory | Tokens/s |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
| base_1, 2 drawn (seeds 42, 777) | conala | paper-v2 | 2 | 12.00 ± 2.83 | 0.5000 ± 0.0000 | – | – | – | 10 |
| base_1 + sql@0.5 | conala | paper-v2 | 2 | 20.00 (19.00 to 21.00) | 0.5000 (0.4000 to 0.6000) | 1,200 | 60 s | 500 MB | 10 |

Prompted differently: base_1, 2 drawn (seeds 42, 777) with drawn examples; base_1 + sql@0.5 as in training.
`);
    expect(exported(runs.slice(0, 2), "markdown")).not.toContain("Prompted");
  });

  test("LaTeX, with its own characters written out", () => {
    const text = exported(runs, "latex");
    expect(text).toContain("  base\\_1, 2 drawn (seeds 42, 777) & conala & paper-v2 & 2 & 12.00 $\\pm$ 2.83 &");
    expect(text).toContain("20.00 (19.00 to 21.00)");
    expect(text.match(/^ {2}.* \\\\$/gm)).toHaveLength(3);
  });

  test("CSV has a column for each number, and JSON all of it", () => {
    const [header, first, second] = exported(runs, "csv").split("\n");
    expect(header).toMatch(/^suite,protocol,contender,seeds,items,em@1,em@1 low,em@1 high,em@1 deviation,codebleu,/);
    expect(first).toMatch(
      /^conala,paper-v2,"base_1, 2 drawn \(seeds 42, 777\)",42 777,2,12,,,2\.82842712474619\d*,0\.5,/,
    );
    expect(second).toMatch(
      /^conala,paper-v2,base_1 \+ sql@0\.5,42,2,20,19,21,,0\.5,0\.4,0\.6,,1200,4800,60,500000000,2,10,5$/,
    );
    expect(JSON.parse(exported(runs, "json"))).toEqual(
      rowsOf(runs).map((row) => ({ ...row, contender: row.candidate })),
    );
  });

  test("of no finished run there is no row", () => {
    expect(exported(runs.slice(3), "csv")).toBe("\n");
    expect(exported([], "json")).toBe("[]\n");
  });
});

test("runs of another configuration have another id", () => {
  expect(runId(configuration)).toMatch(/^conala-base-1-2-drawn-seed-42-paper-v2-[0-9a-f]{8}$/);
  const ids = [configuration, { ...configuration, seed: 1 }, { ...configuration, version: "2" }].map(runId);
  expect(new Set(ids).size).toBe(3);
});

describe("readEvaluationOptions", () => {
  const given: EvaluationOptions = { base: "", home: "", embedded: "", dataFolder: "", suite: "conala" };
  const adapters = [{ folder: "a", scale: 1 }];

  test("a model with adapters is put tasks to as in training, unless told", () => {
    expect(readEvaluationOptions(given)).toMatchObject({ mode: "zero-shot", shots: 0, protocol: "graft", seed: 42 });
    expect(readEvaluationOptions({ ...given, adapters }).mode).toBe("trained");
    expect(readEvaluationOptions({ ...given, adapters, mode: "icl" })).toMatchObject({ mode: "icl", shots: 1 });
  });

  test.each<Partial<EvaluationOptions>>([
    { shots: 2 },
    { mode: "icl", shots: 0 },
    { limit: 0 },
    { seed: 0.5 },
    { beams: 0 },
    { beams: 2, samples: 3 },
    { greedy: true, beams: 2 },
    { samples: 1, temperature: 0 },
    { samples: 1, topP: 0 },
    { protocol: "paper-v1" as "paper-v2" },
    { mode: "none" as "icl" },
  ])("refuses %j", (more) => {
    expect(() => readEvaluationOptions({ ...given, ...more })).toThrow(
      expect.objectContaining({ code: "option-invalid" }),
    );
  });
});
