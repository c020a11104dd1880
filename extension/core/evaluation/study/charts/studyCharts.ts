/** The charts of a study: the panel's, in the language of the editor, and those of exports, in English. */

import { english, say, type Wording } from "../../../foundation/words/said.ts";
import { isShown, measureFormat, valueText, type ShownScore } from "../../measures/measureFormat.ts";
import type { StudyReport, StudyRow, SuiteReport } from "../studyReport.ts";
import { axisTitle } from "./axisTitle.ts";
import { plot, type Point } from "./plot.ts";
import { testMatrix } from "./testMatrix.ts";

export interface Chart {
  /** A file name without its ending. */
  readonly name: string;
  /** The suite, by its position in the report, and the measure. */
  readonly suite: number;
  readonly measure: string;
  readonly svg: string;
}

/** Returns the charts of every suite and every measure that fits a page. */
export function studyCharts({ suites }: StudyReport, words: Wording = english): Chart[] {
  return suites.flatMap((report, suite) =>
    report.measures
      .filter((measure) => isShown(measure, "page"))
      .flatMap((measure) =>
        chartsOf(report, measure, words).map(({ kind, svg }) => {
          const name = `${report.suite} ${report.protocol} ${measure} ${kind}`;
          return { name: name.replaceAll(/[^A-Za-z0-9@+]+/g, "-"), suite, measure, svg };
        }),
      ),
  );
}

function chartsOf(report: SuiteReport, measure: string, words: Wording): { kind: string; svg: string }[] {
  const hasAdapters = report.rows.some(({ trainableParameters }) => trainableParameters > 0);
  const hasMemory = report.rows.some(({ trainingMemoryBytes }) => trainingMemoryBytes !== undefined);
  const title = `${report.suite}, ${report.protocol}`;
  const hasMany = report.rows.length > 1;
  return [
    ...(measure === "em@1" && ranksOf(report).length > 1 ? [{ kind: "by k", svg: byRank(report, title, words) }] : []),
    ...(hasAdapters ? [{ kind: "by parameters", svg: byParameters(report, measure, title, words) }] : []),
    ...(hasMemory ? [{ kind: "by memory", svg: byMemory(report, measure, title, words) }] : []),
    ...(hasMany
      ? [{ kind: "tests", svg: testMatrix(report, measure, words(say`${title}: ${axisTitle(measure)}`), words) }]
      : []),
  ];
}

function pointOf(x: number, row: StudyRow, measure: string, words: Wording): Point[] {
  const score = row.scores[measure];
  if (!score) return [];
  const shown = (value: number): string => valueText(measure, value);
  const label =
    "deviation" in score
      ? `${row.candidate}: ${shown(score.value)} ± ${shown(score.deviation)}`
      : words(say`${row.candidate}: ${shown(score.value)} (${shown(score.low)} to ${shown(score.high)})`);
  return [{ x, y: score.value, ...boundsOf(score), label }];
}

function boundsOf(score: ShownScore): { low: number; high: number } {
  if ("low" in score) return { low: score.low, high: score.high };
  return { low: score.value - score.deviation, high: score.value + score.deviation };
}

function ranksOf({ measures }: SuiteReport): { name: string; k: number }[] {
  return measures.flatMap((name) => {
    const [, k] = /^em@(\d+)$/.exec(name) ?? [];
    return k === undefined ? [] : [{ name, k: Number(k) }];
  });
}

/** Draws exact match by the number of predictions of which one has to be right. */
function byRank(report: SuiteReport, title: string, words: Wording): string {
  const ranks = ranksOf(report);
  return plot({
    title: words(say`${title}: exact match among the first k predictions`),
    xTitle: "k",
    yTitle: "EM@k (%)",
    xScale: "points",
    isJoined: true,
    xText: String,
    yText: (value) => String(value),
    series: report.rows.map((row) => ({
      name: row.candidate,
      number: row.number,
      points: ranks.flatMap(({ name, k }) => pointOf(k, row, name, words)),
    })),
  });
}

function byParameters({ rows }: SuiteReport, measure: string, title: string, words: Wording): string {
  return plot({
    ...overRows(rows, measure, words, (row) => row.trainableParameters),
    title: words(say`${title}: ${axisTitle(measure)} by trained parameters`),
    xTitle: words(say`Trained parameters`),
    xText: compact,
  });
}

/** Draws a measure by the memory of the training. Leaves out candidates that were not trained, because they have none. */
function byMemory({ rows }: SuiteReport, measure: string, title: string, words: Wording): string {
  const trained = rows.filter(({ trainingMemoryBytes }) => trainingMemoryBytes !== undefined);
  return plot({
    ...overRows(trained, measure, words, (row) => row.trainingMemoryBytes! / 1e6),
    title: words(say`${title}: ${axisTitle(measure)} by memory of the training`),
    xTitle: words(say`Peak memory of the training (MB)`),
    xText: compact,
  });
}

function overRows(rows: readonly StudyRow[], measure: string, words: Wording, x: (row: StudyRow) => number) {
  const series = rows.map((row) => ({
    name: row.candidate,
    number: row.number,
    points: pointOf(x(row), row, measure, words),
  }));
  const { digits } = measureFormat(measure);
  const yText = (value: number): string => (digits > 2 ? valueText(measure, value) : String(value));
  return { series, yTitle: words(axisTitle(measure)), xScale: "log", isJoined: false, yText } as const;
}

/** "0", "10 k", "1 M" */
function compact(value: number): string {
  const units = ["", " k", " M", " G"];
  const unit = value < 1 ? 0 : Math.min(3, Math.floor(Math.log10(value) / 3 + 1e-9));
  return `${Number((value / 1000 ** unit).toPrecision(3))}${units[unit]}`;
}
