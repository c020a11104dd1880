/** Runs as rows of a table, the seeds of one candidate together, and the table in its export formats. */

import { stringify } from "csv-stringify/sync";
import { english, type Said } from "../../foundation/words/said.ts";
import { markdownText } from "./markdown.ts";
import type { RunSummary } from "../runs/runFolder.ts";
import { isShown, measureFormat, scoreText, type ShownScore } from "../measures/measureFormat.ts";
import { promptingOf, type Prompting } from "./prompting.ts";
import { tableNote } from "./tableNote.ts";
import { candidateName, type RunRecord, type RunResult } from "../runs/runRecord.ts";

export interface RunRow extends Prompting {
  readonly candidate: string;
  readonly seeds: readonly number[];
  /** Ids, one per seed. */
  readonly runs: readonly string[];
  readonly items: number;
  /** Answers of all seeds that hold no code, if there are any. */
  readonly codeless?: number;
  readonly scores: Readonly<Record<string, ShownScore>>;
  /** The parameters of all adapters together, and of a base whose weights were all trained; 0 if nothing was trained. */
  readonly trainableParameters: number;
  /** The size of these parameters on disk. */
  readonly adapterBytes: number;
  /** The cost of the trainings, if recorded: total time, and the largest memory. */
  readonly trainingSeconds?: number;
  readonly trainingMemoryBytes?: number;
  readonly seconds: number;
  readonly tokensPerSecond: number;
  readonly peakMemoryBytes: number;
}

export const exportFormats = ["csv", "json", "markdown", "latex"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Returns the rows of the finished runs, in their order. Runs that differ only by their seed share a row. */
export function rowsOf(runs: readonly RunSummary[]): RunRow[] {
  const groups = new Map<string, (RunSummary & { readonly result: RunResult })[]>();
  for (const run of new Map(runs.map((each) => [each.id, each])).values()) {
    if (!run.result) continue;
    const key = JSON.stringify({ ...run.record.configuration, seed: null });
    groups.set(key, [...(groups.get(key) ?? []), { ...run, result: run.result }]);
  }
  return [...groups.values()].map((group) => {
    const [{ configuration }] = group.map(({ record }) => record) as [RunSummary["record"]];
    const results = group.map(({ result }) => result);
    const seeds = group.map(({ record }) => record.configuration.seed);
    // Holes are drawn by the seed, so another seed may have no block, or none after a header.
    const names = new Set(results.flatMap(({ scores }) => Object.keys(scores)));
    const codeless = results.reduce((sum, result) => sum + (result.codeless ?? 0), 0);
    return {
      ...promptingOf(configuration),
      candidate: candidateName(configuration, seeds),
      seeds,
      runs: group.map(({ id }) => id),
      items: results[0]!.items,
      ...(codeless > 0 && { codeless }),
      scores: Object.fromEntries([...names].map((name) => [name, rowScore(results, name)])),
      ...trainedPart(group[0]!.record),
      ...trainingOf(group[0]!.record),
      seconds: mean(results.map(({ seconds }) => seconds)),
      tokensPerSecond: mean(results.map(({ tokensPerSecond }) => tokensPerSecond)),
      peakMemoryBytes: Math.max(...results.map(({ peakMemoryBytes }) => peakMemoryBytes)),
    };
  });
}

function trainedPart({ configuration, trainings }: RunRecord): Pick<RunRow, "trainableParameters" | "adapterBytes"> {
  const parts = [...configuration.adapters, ...trainings.flatMap(({ base = [] }) => base)];
  return {
    trainableParameters: parts.reduce((sum, { parameters }) => sum + parameters, 0),
    adapterBytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function trainingOf({ trainings }: RunRecord): Pick<RunRow, "trainingSeconds" | "trainingMemoryBytes"> {
  if (trainings.length === 0) return {};
  return {
    trainingSeconds: trainings.reduce((sum, { seconds }) => sum + seconds, 0),
    trainingMemoryBytes: Math.max(...trainings.map(({ peakMemoryBytes }) => peakMemoryBytes)),
  };
}

/** Combines a score over the seeds that have it. */
function rowScore(results: readonly RunResult[], name: string): ShownScore {
  const scores = results.flatMap(({ scores: all }) => all[name] ?? []);
  const [first] = scores;
  if (scores.length === 1) return first!;
  const values = scores.map(({ value }) => value);
  const value = mean(values);
  const squares = values.map((each) => (each - value) ** 2);
  return { value, deviation: Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / (values.length - 1)) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function exported(runs: readonly RunSummary[], format: ExportFormat): string {
  const rows = rowsOf(runs);
  switch (format) {
    case "json":
      return `${JSON.stringify(rows.map(withFormerName), null, 2)}\n`;
    case "csv":
      return csv(rows);
    case "markdown":
      return markdown(table(rows)) + behindTable(tableNote(rows));
    case "latex":
      return latex(table(rows));
  }
}

/** Files and JSON also call the candidate "contender", as in earlier versions. Remove after 0.2. */
export function withFormerName(row: RunRow): RunRow & { readonly contender: string } {
  return { ...row, contender: row.candidate };
}

/** Returns the rows as CSV. Every number has its own column. */
export function csv(rows: readonly RunRow[]): string {
  const names = scoreNames(rows);
  const lines = rows.map((row): Record<string, string | number> => {
    const scores = names.map((name): Record<string, string | number> => {
      const score = { low: "", high: "", deviation: "", ...(row.scores[name] ?? { value: "" }) };
      const { value, low, high, deviation } = score;
      return { [name]: value, [`${name} low`]: low, [`${name} high`]: high, [`${name} deviation`]: deviation };
    });
    return {
      suite: row.suite,
      protocol: row.protocol,
      contender: row.candidate,
      seeds: row.seeds.join(" "),
      items: row.items,
      ...Object.assign({}, ...scores),
      "trainable parameters": row.trainableParameters,
      "adapter bytes": row.adapterBytes,
      "training seconds": row.trainingSeconds ?? "",
      "training memory bytes": row.trainingMemoryBytes ?? "",
      seconds: row.seconds,
      "tokens per second": row.tokensPerSecond,
      "peak memory bytes": row.peakMemoryBytes,
    };
  });
  return stringify(lines, { header: true, columns: Object.keys(lines[0] ?? {}), escape_formulas: true });
}

/** Returns a table of the measures that fit a page, each as `scoreOf` prints it. */
export function table(
  rows: readonly RunRow[],
  scoreOf = (row: RunRow, name: string): string => (row.scores[name] ? scoreText(name, row.scores[name]) : ""),
): string[][] {
  const names = scoreNames(rows).filter((name) => isShown(name, "page"));
  return [
    [
      "Candidate",
      "Suite",
      "Protocol",
      "Items",
      ...names.map((name) => columnTitle(name)),
      "Trained parameters",
      "Training time",
      "Training memory",
      "Tokens/s",
    ],
    ...rows.map((row) => [
      row.candidate,
      row.suite,
      row.protocol,
      `${row.items}`,
      ...names.map((name) => scoreOf(row, name)),
      row.trainableParameters === 0 ? "–" : row.trainableParameters.toLocaleString("en"),
      row.trainingSeconds === undefined ? "–" : `${row.trainingSeconds.toFixed(0)} s`,
      row.trainingMemoryBytes === undefined ? "–" : `${(row.trainingMemoryBytes / 1e6).toFixed(0)} MB`,
      row.tokensPerSecond.toFixed(0),
    ]),
  ];
}

/** "EM@1 (%)", "CodeBLEU" */
function columnTitle(name: string): string {
  const { title, unit } = measureFormat(name);
  return unit === "" ? title : `${title} (${unit})`;
}

export function markdown([header = [], ...rows]: readonly string[][], cellText = markdownText): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  const [first = [], ...others] = [header, ...rows].map((cells) => cells.map((cell) => cellText(cell)));
  return [first, header.map(() => "---"), ...others].map(line).join("");
}

function behindTable(note: Said | undefined): string {
  return note === undefined ? "" : `\n${markdownText(english(note))}\n`;
}

/** Uses the booktabs package. */
export function latex([header = [], ...rows]: readonly string[][], cellText = latexText): string {
  const line = (cells: readonly string[]): string => `  ${cells.map(cellText).join(" & ")} \\\\`;
  const lines = [
    `\\begin{tabular}{ll${"r".repeat(Math.max(0, header.length - 2))}}`,
    "  \\toprule",
    line(header),
    "  \\midrule",
    ...rows.map(line),
    "  \\bottomrule",
    "\\end{tabular}",
  ];
  return `${lines.join("\n")}\n`;
}

const latexCharacters: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "±": "$\\pm$",
  "–": "--",
  "−": "$-$",
};

export function latexText(text: string): string {
  return text.replaceAll(/[\\~^±–−&%$#_{}]/g, (character) => latexCharacters[character] ?? `\\${character}`);
}

function scoreNames(rows: readonly RunRow[]): string[] {
  return [...new Set(rows.flatMap(({ scores }) => Object.keys(scores)))];
}
