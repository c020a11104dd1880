import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  benchmarkMeasure,
  counted,
} from "../../../../../extension/core/evaluation/measures/benchmarks/benchmarkMeasures.ts";
import {
  indelRatio,
  sequenceRatio,
} from "../../../../../extension/core/evaluation/measures/benchmarks/sequenceRatio.ts";
import type { Benchmark } from "../../../../../extension/core/evaluation/suites/benchmarkNames.ts";
import { openPythonParser } from "../../../../../extension/core/python/pythonParser.ts";

interface Row {
  pair: [string, string];
  indel: number;
  sequence: number;
}

test("the ratios equal those of rapidfuzz and of Python's difflib", async () => {
  const file = join(import.meta.dirname, "../../../../fixtures/benchmarks/ratios.json");
  const rows = JSON.parse(await readFile(file, "utf8")) as Row[];
  expect(rows.length).toBeGreaterThan(70);
  expect(rows.filter(({ pair: [, other] }) => Array.from(other).length >= 200).length).toBeGreaterThan(5);
  for (const { pair, indel, sequence } of rows) {
    expect([pair, indelRatio(...pair)]).toEqual([pair, expect.closeTo(indel, 9)]);
    expect([pair, sequenceRatio(...pair)]).toEqual([pair, expect.closeTo(sequence, 9)]);
  }
});

function scores(benchmark: Benchmark, prediction: string, reference: string): Record<string, number> {
  const measure = benchmarkMeasure(benchmark);
  return measure.scores(measure.count([prediction], reference));
}

test("CrossCodeEval compares code lines without comments, and names without strings and keywords", () => {
  const all = { exactMatch: 100, editRatio: 100, identifierMatch: 100, identifierF1: 100 };
  expect(scores("crosscodeeval", "add(one)", "add(one)")).toEqual(all);
  expect(scores("crosscodeeval", "  add(one)\n\n", "add(one)  # why")).toMatchObject({
    exactMatch: 100,
    identifierF1: 100,
  });
  // Two of three names of each are shared. True is a name; "not" and the string's words are not.
  expect(scores("crosscodeeval", 'f(a, "x y") if not True', "f(b, True)")).toMatchObject({
    exactMatch: 0,
    identifierMatch: 0,
    identifierF1: expect.closeTo((200 * 2) / 6, 9),
  });
  expect(scores("crosscodeeval", "f(a) == '1'", "f(a) == '2'")).toMatchObject({ exactMatch: 0, identifierMatch: 100 });
  expect(scores("crosscodeeval", "a // b", "a // c")).toMatchObject({ exactMatch: 100 });
  expect(scores("crosscodeeval", "1", "2")).toMatchObject({ identifierMatch: 100, identifierF1: 0 });
});

test("RepoBench compares words", () => {
  expect(scores("repobench", "    return  a", "return a")).toMatchObject({ exactMatch: 100 });
  expect(scores("repobench", "return a", "return b")).toEqual({ exactMatch: 0, editRatio: (200 * 7) / 16 });
});

test("RepoPeftBench cuts a prediction where a target of that form ends", () => {
  expect(scores("repopeftbench", "2, 'message'\n    assert other", "2")).toEqual({ exactMatch: 100, editRatio: 100 });
  expect(scores("repopeftbench", "2 or 3", "2")).toMatchObject({ exactMatch: 100 });
  expect(scores("repopeftbench", "[1, 2]  # why", "[1, 2]:")).toMatchObject({ exactMatch: 100 });
  expect(scores("repopeftbench", "f(1) == 2", "f(1) == 3")).toMatchObject({ exactMatch: 0, editRatio: (200 * 8) / 18 });
  expect(scores("repopeftbench", "", "2")).toEqual({ exactMatch: 0, editRatio: 0 });
});

test("a benchmark counts the first statement, the first line of code, or all", async () => {
  const parser = await openPythonParser();
  const prefix = "x = f(";
  expect(counted("crosscodeeval", parser, prefix, "\n    a,\n)\ny = 2\nz")).toBe("\n    a,\n)");
  expect(counted("crosscodeeval", parser, prefix, "a)  \ny = 2\n")).toBe("a)");
  expect(counted("crosscodeeval", parser, prefix, "a")).toBe("a");
  expect(counted("repobench", parser, "x = 1\n", "\n# why\n\n    y = 2\nz = 3")).toBe("    y = 2");
  expect(counted("repobench", parser, "x = 1\n", "")).toBe("");
  expect(counted("repopeftbench", parser, "assert x == ", "2\nassert y")).toBe("2\nassert y");
});
