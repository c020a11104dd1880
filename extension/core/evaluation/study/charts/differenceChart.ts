/** Draws the differences between two candidates, task by task: sorted bars, with those that the first candidate wins on the left. */

import { scaleLinear } from "d3-scale";
import { columnsOf } from "../../../foundation/words/columns.ts";
import { english, say, verbatim, type Said, type Wording } from "../../../foundation/words/said.ts";
import { differenceText, measureFormat, pText, valueText } from "../../measures/measureFormat.ts";
import type { AskedDifferences, TaskDifferences } from "../comparison/taskDifferences.ts";
import { axisTitle, measureTitle } from "./axisTitle.ts";
import { drawing, element, line, text, titled } from "./svg.ts";

const [width, plotHeight, top, left, right, bottom] = [560, 240, 74, 62, 20, 44] as const;
const [better, worse] = ["#0072b2", "#d55e00"] as const;

export function differenceChart(asked: AskedDifferences, found: TaskDifferences, wording: Wording = english): string {
  const { measure, tasks, won, lost } = found;
  const { digits } = measureFormat(measure);
  const base = top + plotHeight;
  const values = tasks.map(({ difference }) => difference);
  const y = scaleLinear()
    .domain([Math.min(0, ...values), Math.max(0, ...values)])
    .range([base, top])
    .nice(5);
  const x = scaleLinear()
    .domain([0, tasks.length])
    .range([left, width - right]);
  const bars = (from: number, to: number, fill: string, words: string): string[] =>
    from < to ? [titled(words, element("path", { d: steps(values, from, to, x, y), fill, stroke: "none" }))] : [];
  const title = wording(say`${asked.suite}: ${measureTitle(measure)} of each task`);
  const tick = (value: number): string => (digits > 2 ? valueText(measure, value) : String(value).replace("-", "−"));
  const words = differenceWords(asked, found).map(wording);
  const marks = [
    text(left, 18, title, { "font-weight": 600 }),
    ...words.map((each, i) => text(left, 36 + 16 * i, each)),
    ...y
      .ticks(5)
      .flatMap((value) => [
        line(left, y(value), width - right, y(value), { "stroke-opacity": value === 0 ? 1 : 0.15 }),
        text(left - 8, y(value) + 4, tick(value), { "text-anchor": "end" }),
      ]),
    ...bars(0, won, better, wording(say`${asked.first.name} is better: ${won}`)),
    ...bars(tasks.length - lost, tasks.length, worse, wording(say`${asked.second.name} is better: ${lost}`)),
    text(left, base + 18, "1"),
    text(width - right, base + 18, String(tasks.length), { "text-anchor": "end" }),
    text((left + width - right) / 2, base + 36, wording(say`Tasks, by difference`), { "text-anchor": "middle" }),
    text(0, 0, wording(axisTitle(measure)), {
      transform: `translate(14 ${(top + base) / 2}) rotate(-90)`,
      "text-anchor": "middle",
    }),
  ];
  const longest = Math.max(columnsOf(title) * 7.2, ...words.map((each) => columnsOf(each) * 6.4));
  return drawing({ width: Math.max(width, left + longest), height: base + bottom, title, marks });
}

/** Returns the chart's content in words, for people who cannot see it, and for the command line. */
export function differenceWords(
  { first, second, measure, whole }: AskedDifferences,
  { won, lost, tied, tasks }: TaskDifferences,
): Said[] {
  const count = say`${first.name} minus ${second.name}: won ${won}, lost ${lost}, tied ${tied} of ${tasks.length} tasks.`;
  if (!whole) return [count];
  const { difference, interval, p } = whole;
  const [low, high] = [valueText(measure, interval.low), valueText(measure, interval.high)];
  const test = p === undefined ? say`too few tasks` : verbatim(pText(p));
  return [count, say`On the whole suite: ${differenceText(measure, difference)} (${low} to ${high}), ${test}.`];
}

/** One outline for all bars, because a thousand shapes take long to draw. */
function steps(
  values: readonly number[],
  from: number,
  to: number,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const path = [`M${x(from).toFixed(2)} ${y(0).toFixed(1)}`];
  for (let i = from; i < to; i++) path.push(`V${y(values[i]!).toFixed(1)}H${x(i + 1).toFixed(2)}`);
  return `${path.join("")}V${y(0).toFixed(1)}Z`;
}
