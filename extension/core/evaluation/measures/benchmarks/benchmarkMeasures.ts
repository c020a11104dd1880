/**
 * The measures of published completion benchmarks, as their authors' programs compute them: how a prediction is cut, what
 * is compared, and the similarity. Runs no model.
 */

import type { PythonParser } from "../../../python/pythonParser.ts";
import type { Benchmark } from "../../suites/benchmarkNames.ts";
import { best, type Measure } from "../measure.ts";
import { split, strip } from "../whitespace.ts";
import { indelRatio, sequenceRatio } from "./sequenceRatio.ts";

/** In percent. */
export type BenchmarkScore = "exactMatch" | "editRatio" | "identifierMatch" | "identifierF1";

/** Returns the part of a completion that a benchmark counts, before anything is compared. */
export function counted(benchmark: Benchmark, parser: PythonParser, prefix: string, text: string): string {
  switch (benchmark) {
    case "crosscodeeval":
      return firstStatement(parser, prefix, text);
    case "repobench":
      return firstCodeLine(text);
    case "repopeftbench":
      return text;
  }
}

/** Returns the fewest first lines with which the prefix parses; the whole text if there are none. */
function firstStatement(parser: PythonParser, prefix: string, text: string): string {
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) {
    if (end > 0 && parser.parses(prefix + text.slice(0, end))) return text.slice(0, end).trimEnd();
  }
  return text;
}

/** Returns the first line that is neither blank nor a comment; the first one if there is none. */
function firstCodeLine(text: string): string {
  const lines = text.replace(/^\n+/, "").split("\n");
  return lines.find((line) => /^\s*[^\s#]/.test(line)) ?? lines[0]!;
}

/** Returns the means over items of what the benchmark compares. */
export function benchmarkMeasure(benchmark: Benchmark): Measure<BenchmarkScore> {
  const { names, compare } = comparisons[benchmark];
  return {
    width: 1 + names.length,
    count: (predictions, reference) => [1, ...compare(best(predictions), reference)],
    scores: (sums) => {
      const means = names.map((name, i) => [name, sums[0] === 0 ? 0 : sums[i + 1]! / sums[0]!]);
      return Object.fromEntries(means) as Record<BenchmarkScore, number>;
    },
  };
}

interface Comparison {
  readonly names: readonly BenchmarkScore[];
  /** Returns a number for each name, in percent. */
  readonly compare: (prediction: string, reference: string) => readonly number[];
}

const comparisons: Readonly<Record<Benchmark, Comparison>> = {
  crosscodeeval: {
    names: ["exactMatch", "editRatio", "identifierMatch", "identifierF1"],
    compare: (prediction, reference) => {
      const [own, others] = [withoutComments(prediction), withoutComments(reference)];
      const [names, otherNames] = [identifiersOf(own), identifiersOf(others)];
      return [
        percent(codeLines(own) === codeLines(others)),
        indelRatio(own, others),
        percent(names.join(" ") === otherNames.join(" ")),
        f1(new Set(names), new Set(otherNames)),
      ];
    },
  },
  repobench: {
    names: ["exactMatch", "editRatio"],
    compare: (prediction, reference) => {
      const exact = split(prediction).join(" ") === split(reference).join(" ");
      return [percent(exact), indelRatio(prediction, reference)];
    },
  },
  repopeftbench: {
    names: ["exactMatch", "editRatio"],
    compare: (prediction, reference) => {
      const [own, others] = [cutAsTarget(prediction, reference), beforeComment(reference)];
      return [percent(normalized(own) === normalized(others)), sequenceRatio(own, others)];
    },
  },
};

function percent(holds: boolean): number {
  return holds ? 100 : 0;
}

/** CrossCodeEval also takes Python's floor division for a comment. */
function withoutComments(code: string): string {
  return code.replaceAll(/(?:#|\/\/).*/g, "");
}

function codeLines(code: string): string {
  const lines = code.split("\n").map(strip);
  return lines.filter((line) => line !== "").join("\n");
}

const strings = /"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*'/gs;
/** Python's keywords without True and False, which count as names. */
const keywords = new Set(
  (
    "None and as assert async await break class continue def del elif else except finally for from global if import " +
    "in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);

/** Returns the names in a text in order, without those in strings. */
function identifiersOf(code: string): string[] {
  const found = code.replaceAll(strings, "").match(/\w+/g) ?? [];
  return found.filter((word) => /^[A-Za-z_]/.test(word) && !keywords.has(word));
}

function f1(own: ReadonlySet<string>, others: ReadonlySet<string>): number {
  const total = own.size + others.size;
  return total === 0 ? 0 : (200 * [...own].filter((name) => others.has(name)).length) / total;
}

function beforeComment(code: string): string {
  return strip(code.split("#", 1)[0]!);
}

/** Cuts a prediction where a target of that form would end: one line, no comma, one word. */
function cutAsTarget(prediction: string, target: string): string {
  const [line = ""] = target.includes("\n") ? [strip(prediction)] : strip(prediction).split("\n", 1);
  const expected = beforeComment(target);
  let cut = beforeComment(line);
  if (expected === "") return cut;
  if (!expected.includes(",")) cut = strip(cut.split(",", 1)[0]!);
  return split(expected).length === 1 ? (split(cut)[0] ?? "") : cut;
}

function normalized(code: string): string {
  const trimmed = strip(code).replace(/[:, \t]+$/, "");
  return split(trimmed.replaceAll(", ", ",").replaceAll(" ,", ",")).join(" ");
}
