import { expect, test } from "vitest";
import {
  adapterEffects,
  effectText,
} from "../../../../../extension/core/evaluation/study/comparison/adapterEffects.ts";
import type { RunConfiguration } from "../../../../../extension/core/evaluation/runs/runRecord.ts";
import { configurationOf } from "../../runs/writtenRun.ts";

const adapters = [{ name: "sql", scale: 1, method: "lora", parameters: 8, bytes: 32, hash: "h" }];
const row = (candidate: string, part: Partial<RunConfiguration> = {}) => ({
  candidate,
  configuration: configurationOf(part),
});
const context = { kind: "repository", name: "r", hash: "r" } as const;
const rows = [
  row("sql", { adapters, mode: "trained" }),
  row("base"),
  row("base, repository", { context }),
  row("sql, repository", { adapters, context }),
  row("drawn", { mode: "icl", shots: 1 }),
  row("sql, drawn", { adapters, mode: "icl", shots: 3 }),
];
const difference = (value: number, p: number, verdict: "first" | "second" | "none" | "tooFew") => ({
  difference: value,
  interval: { low: value - 1, high: value + 1 },
  p,
  verdict,
});
const testOf = (first: number, second: number, found: ReturnType<typeof difference>) => ({
  first,
  second,
  differences: { bitsPerByte: difference(0, 1, "none"), "em@1": found },
});
const measures = ["bitsPerByte", "em@1", "codebleu.syntax"];

test("an adapter is compared with the same candidate without it, whichever comes first", () => {
  const tests = [testOf(0, 1, difference(8, 0.01, "first")), testOf(2, 3, difference(5, 0.02, "first"))];
  const effects = adapterEffects(rows, measures, tests);
  const equal = { measure: "bitsPerByte", p: 1, verdict: "none" };
  expect(effects).toMatchObject([
    {
      candidate: "sql",
      without: "base",
      findings: [equal, { measure: "em@1", difference: 8, interval: { low: 7, high: 9 }, p: 0.02, verdict: "better" }],
    },
    {
      candidate: "sql, repository",
      without: "base, repository",
      findings: [
        equal,
        { measure: "em@1", difference: -5, interval: { low: -6, high: -4 }, p: 0.02, verdict: "worse" },
      ],
    },
  ]);
  expect(effects.map((effect) => effectText(effect))).toEqual([
    "sql against base: better by EM@1 +8.00 (7.00 to 9.00), p = 0.020; no difference found by Bits per byte.",
    "sql, repository against base, repository: worse by EM@1 −5.00 (−6.00 to −4.00), p = 0.020; no difference found by Bits per byte.",
  ]);
});

test("without a difference by the test, corrected for the number of effects, none is told", () => {
  const tests = [testOf(0, 1, difference(8, 0.03, "first")), testOf(2, 3, difference(5, 0.04, "second"))];
  const found = adapterEffects(rows, ["em@1"], tests).map(({ findings }) => findings[0]!);
  expect(found.map(({ verdict, p }) => [verdict, p])).toEqual([
    ["none", 0.06],
    ["none", 0.06],
  ]);
  const few = [testOf(0, 1, difference(8, 0.001, "tooFew"))];
  expect(effectText(adapterEffects(rows, ["em@1"], few)[0]!)).toBe("sql against base: too few tasks for EM@1.");
});
