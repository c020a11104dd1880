/**
 * The paired tests of a suite as a matrix: each row's candidate minus each column's, with the uncorrected p-value of that test, or "too
 * few tasks" where the text next to the tables says so, too.
 */

import { columnsOf } from "../../../foundation/words/columns.ts";
import { say, type Said, type Wording } from "../../../foundation/words/said.ts";
import { differenceText, measureFormat, pText } from "../../measures/measureFormat.ts";
import type { SuiteReport } from "../studyReport.ts";
import { drawing, element, text, titled } from "./svg.ts";

const [cellWidth, cellHeight, lineHeight, charWidth] = [92, 40, 16, 6.6] as const;

export function testMatrix(report: SuiteReport, measure: string, title: string, wording: Wording): string {
  const { rows, tests } = report;
  const names = rows.map(({ candidate }) => candidate);
  const left = Math.min(320, Math.max(...names.map(columnsOf)) * charWidth + 40);
  // One line for each: a single long line would make the drawing wide, and pages would shrink its text.
  const legend = legendOf(report, measure).map(wording);
  const top = 50 + lineHeight * legend.length;
  const place = (column: number): number => left + column * cellWidth;
  const marks = [
    text(8, 18, title, { "font-weight": 600 }),
    ...legend.map((each, i) => text(8, 38 + lineHeight * i, each)),
    ...names.flatMap((name, i) => [
      text(8, top + cellHeight * i + 24, `${i + 1}  ${name}`),
      text(place(i) + cellWidth / 2, top - 8, `${i + 1}`, { "text-anchor": "middle" }),
    ]),
    ...names.flatMap((_, row) => names.map((_name, column) => cell(row, column))),
  ];
  function cell(row: number, column: number): string {
    const [x, y] = [place(column), top + cellHeight * row];
    const frame = { x: x + 1, y: y + 1, width: cellWidth - 2, height: cellHeight - 2, stroke: "currentColor" };
    const test = tests.find(({ first, second }) => first === Math.min(row, column) && second === Math.max(row, column));
    const found = row === column ? undefined : test?.differences[measure];
    if (!found) return element("rect", { ...frame, fill: "none", "stroke-opacity": 0.15 });
    const sign = row < column ? 1 : -1;
    const difference = sign * found.difference;
    const isBetter = difference > 0 === (measureFormat(measure).better === "higher");
    const isFound = found.verdict === "first" || found.verdict === "second";
    const fill = isFound ? (isBetter ? "#0072b2" : "#d55e00") : "none";
    const p = found.verdict === "tooFew" ? wording(say`too few tasks`) : pText(found.p);
    const less = say`${names[row]!} less ${names[column]!}: ${differenceText(measure, difference)}, ${p}`;
    const middle = { "text-anchor": "middle" };
    return titled(
      wording(less),
      element("rect", { ...frame, fill, "fill-opacity": 0.22, "stroke-opacity": 0.3 }),
      text(x + cellWidth / 2, y + 17, differenceText(measure, difference), middle),
      text(x + cellWidth / 2, y + 33, p, middle),
    );
  }
  const longest = Math.max(columnsOf(title) * 7.2, ...legend.map((each) => columnsOf(each) * 6.4));
  return drawing({
    width: Math.max(place(names.length) + 12, longest + 16),
    height: top + cellHeight * names.length + 12,
    title,
    marks,
    // A column for each candidate may make it several times as wide as a page.
    className: "matrix",
  });
}

function legendOf({ tests, fewestItems }: SuiteReport, measure: string): Said[] {
  const verdicts = tests.flatMap(({ differences }) => differences[measure]?.verdict ?? []);
  const tested = verdicts.filter((verdict) => verdict !== "tooFew").length;
  return [
    ...(tested > 0 ? [say`Row minus column; filled: a difference by the paired test.`] : [say`Row minus column.`]),
    ...(tested > 1 ? [say`p of each of the ${tested} tests alone, not corrected for their number.`] : []),
    ...(tested < verdicts.length ? [say`Fewer than ${fewestItems} tasks: too few to tell which is better.`] : []),
  ];
}
