import { cpus } from "node:os";
import { expect, test } from "vitest";
import { paceOf, roughPace } from "../../../../extension/core/evaluation/study/paces.ts";
import type { RunSummary } from "../../../../extension/core/evaluation/runs/runFolder.ts";
import type { RunConfiguration } from "../../../../extension/core/evaluation/runs/runRecord.ts";

const configuration = (more: object = {}): RunConfiguration => ({
  suite: { name: "conala", kind: "pairs", hash: "s", tasks: 100 },
  base: { name: "b", modelType: "llama", parameters: 10e6, hash: "b" },
  adapters: [],
  protocol: "graft",
  mode: "zero-shot",
  shots: 0,
  decoding: { kind: "greedy" },
  seed: 42,
  version: "0",
  ...more,
});

const run = (seconds: number, more: object = {}, processor = cpus()[0]?.model ?? "unknown"): RunSummary =>
  ({ record: { configuration: configuration(more), machine: { processor } }, result: { seconds } }) as RunSummary;

const large = { base: { name: "c", modelType: "llama", parameters: 50e6, hash: "c" } };

test("paceOf takes the newest run like it, whatever its seed", () => {
  const runs = [run(300, { seed: 1 }), run(200, { seed: 2 }), run(900, large)];
  expect(paceOf(configuration(), runs)).toEqual({ secondsPerTask: 2, basis: "measured" });
});

test("paceOf scales another base by its parameters, and another decoding by its work", () => {
  expect(paceOf(configuration(large), [run(100)])).toEqual({ secondsPerTask: 5, basis: "scaled" });
  const beams = { decoding: { kind: "beams", width: 10, returned: 10 } };
  const pace = paceOf(configuration(beams), [run(100)])!;
  expect([pace.basis, pace.secondsPerTask > 2]).toEqual(["scaled", true]);
});

test("paceOf takes no run of another kind of suite, of another processor, or unfinished", () => {
  const { result: _result, ...unfinished } = run(100);
  const others = [run(100, { suite: { name: "x", kind: "infilling", hash: "x", tasks: 9 } }), run(100, {}, "another")];
  expect(paceOf(configuration(), [...others, unfinished])).toBeUndefined();
});

test("roughPace grows with the base, and with the number of beams", () => {
  const machine = { bytesPerSecond: { int4: 1e9, int8: 2e9 }, secondsPerLayer: 1e-4 };
  const seconds = (bytes: number, parameters: number, decoding: object): number =>
    roughPace(configuration({ decoding }), { layers: 10, bytes, parameters }, machine).secondsPerTask;
  const greedy = { kind: "greedy" };
  // 60 tokens, each 10 layers of 0.1 ms and the weights: 10 MB at 2 GB/s are 5 ms.
  expect(seconds(10e6, 10e6, greedy)).toBeCloseTo(60 * 0.006, 9);
  // Half a byte per parameter means 4 bits, which this machine reads at 1 GB/s.
  expect(seconds(10e6, 20e6, greedy)).toBeCloseTo(60 * 0.011, 9);
  expect(seconds(10e6, 10e6, { kind: "beams", width: 10, returned: 10 })).toBeGreaterThan(60 * 0.006);
});
