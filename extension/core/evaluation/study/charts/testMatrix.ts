/** The paired tests of a suite as a matrix: each row's candidate less each column's, with the p-value of that test alone. */

import { columnsOf } from "../../../foundation/words/columns.ts";
import { say, type Wording } from "../../../foundation/words/said.ts";
import { differenceText, measureFormat, pText } from "../../measures/measureFormat.ts";
import type { SuiteReport } from "../studyReport.ts";
import { drawing, element, text, titled } from "./svg.ts";

const [cellWidth, cellHeight, top, charWidth] = [86, 40, 66, 6.6] as const;

export function testMatrix({ rows, tests }: SuiteReport, measure: string, title: string, wording: Wording): string {
  const names = rows.map(({ candidate }) => candidate);
  const left = Math.min(320, Math.max(...names.map(columnsOf)) * charWidth + 40);
  const count = tests.filter(({ differences }) => differences[measure]).length;
  const legend = wording(
    count > 1
      ? say`Row less column; filled: a difference by the paired test. p of each of the ${count} tests alone, not corrected for their number.`
      : say`Row less column; filled: a difference by the paired test.`,
  );
  const place = (column: number): number => left + column * cellWidth;
  const marks = [
    text(8, 18, title, { "font-weight": 600 }),
    text(8, 38, legend),
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
    const less = say`${names[row]!} less ${names[column]!}: ${differenceText(measure, difference)}, ${pText(found.p)}`;
    const middle = { "text-anchor": "middle" };
    return titled(
      wording(less),
      element("rect", { ...frame, fill, "fill-opacity": 0.22, "stroke-opacity": 0.3 }),
      text(x + cellWidth / 2, y + 17, differenceText(measure, difference), middle),
      text(x + cellWidth / 2, y + 32, pText(found.p), { ...middle, "font-size": 10 }),
    );
  }
  const width = place(names.length) + 12;
  return drawing({
    width: Math.max(width, columnsOf(title) * 7.2 + 16, columnsOf(legend) * 6.4 + 16),
    height: top + cellHeight * names.length + 12,
    title,
    marks,
  });
}
