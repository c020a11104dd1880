/** The charts of a study. The panel shows, and the command line exports, the same SVG. */

import { isShown, measureFormat, scoreText, valueText, type ShownScore } from "../../measures/measureFormat.ts";
import type { StudyReport, StudyRow, SuiteReport } from "../studyReport.ts";
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
export function studyCharts({ suites }: StudyReport): Chart[] {
  return suites.flatMap((report, suite) =>
    report.measures
      .filter((measure) => isShown(measure, "page"))
      .flatMap((measure) =>
        chartsOf(report, measure).map(({ kind, svg }) => {
          const words = `${report.suite} ${report.protocol} ${measure} ${kind}`;
          return { name: words.replaceAll(/[^A-Za-z0-9@+]+/g, "-"), suite, measure, svg };
        }),
      ),
  );
}

function chartsOf(report: SuiteReport, measure: string): { kind: string; svg: string }[] {
  const hasAdapters = report.rows.some(({ trainableParameters }) => trainableParameters > 0);
  const hasMemory = report.rows.some(({ trainingMemoryBytes }) => trainingMemoryBytes !== undefined);
  const title = `${report.suite}, ${report.protocol}`;
  const hasMany = report.rows.length > 1;
  return [
    ...(measure === "em@1" && ranksOf(report).length > 1 ? [{ kind: "by k", svg: byRank(report, title) }] : []),
    ...(hasAdapters ? [{ kind: "by parameters", svg: byParameters(report, measure, title) }] : []),
    ...(hasMemory ? [{ kind: "by memory", svg: byMemory(report, measure, title) }] : []),
    ...(hasMany ? [{ kind: "tests", svg: testMatrix(report, measure, `${title}: ${axisTitle(measure)}`) }] : []),
  ];
}

/** "EM@1 (%)" */
function axisTitle(measure: string): string {
  const { title, unit } = measureFormat(measure);
  return unit === "" ? title : `${title} (${unit})`;
}

function pointOf(x: number, row: StudyRow, measure: string): Point[] {
  const score = row.scores[measure];
  if (!score) return [];
  const label = `${row.candidate}: ${scoreText(measure, score)}`;
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

/** Exact match over the number of predictions that may be right. */
function byRank(report: SuiteReport, title: string): string {
  const ranks = ranksOf(report);
  return plot({
    title: `${title}: exact match among the first k predictions`,
    xTitle: "k",
    yTitle: "EM@k (%)",
    xScale: "points",
    isJoined: true,
    xText: String,
    yText: (value) => String(value),
    series: report.rows.map((row) => ({
      name: row.candidate,
      number: row.number,
      points: ranks.flatMap(({ name, k }) => pointOf(k, row, name)),
    })),
  });
}

function byParameters({ rows }: SuiteReport, measure: string, title: string): string {
  return plot({
    ...overRows(rows, measure, (row) => row.trainableParameters),
    title: `${title}: ${axisTitle(measure)} by trained parameters`,
    xTitle: "Trained parameters",
    xText: compact,
  });
}

/** Candidates that were not trained have no memory of a training, and are left out. */
function byMemory({ rows }: SuiteReport, measure: string, title: string): string {
  const trained = rows.filter(({ trainingMemoryBytes }) => trainingMemoryBytes !== undefined);
  return plot({
    ...overRows(trained, measure, (row) => row.trainingMemoryBytes! / 1e6),
    title: `${title}: ${axisTitle(measure)} by memory of the training`,
    xTitle: "Peak memory of the training (MB)",
    xText: compact,
  });
}

function overRows(rows: readonly StudyRow[], measure: string, x: (row: StudyRow) => number) {
  const series = rows.map((row) => ({
    name: row.candidate,
    number: row.number,
    points: pointOf(x(row), row, measure),
  }));
  const { digits } = measureFormat(measure);
  const yText = (value: number): string => (digits > 2 ? valueText(measure, value) : String(value));
  return { series, yTitle: axisTitle(measure), xScale: "log", isJoined: false, yText } as const;
}

/** "0", "10 k", "1 M" */
function compact(value: number): string {
  const units = ["", " k", " M", " G"];
  const unit = value < 1 ? 0 : Math.min(3, Math.floor(Math.log10(value) / 3 + 1e-9));
  return `${Number((value / 1000 ** unit).toPrecision(3))}${units[unit]}`;
}
