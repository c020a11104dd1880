/** A plot of series over two axes, with a legend below. Knows no study. */

import { scaleLinear, scaleLog } from "d3-scale";
import { colourOf, drawing, element, line, marker, text, titled } from "./svg.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
  /** The point in words. */
  readonly label: string;
}

export interface Series {
  readonly name: string;
  /** Its colour and shape, which are the same in every chart of a study. */
  readonly number: number;
  readonly points: readonly Point[];
}

export interface Plot {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly Series[];
  /** "log" puts 0 at a separate place on the left. "points" has a tick for each x. */
  readonly xScale: "log" | "points";
  readonly isJoined: boolean;
  readonly xText: (value: number) => string;
  readonly yText: (value: number) => string;
}

const [width, plotHeight, top, left, right, bottom] = [560, 260, 34, 62, 20, 48] as const;
const legendLine = 20;

export function plot({ title, xTitle, yTitle, series, xScale, isJoined, xText, yText }: Plot): string {
  const points = series.flatMap((each) => each.points);
  const base = top + plotHeight;
  const height = base + bottom + 8 + legendLine * series.length;
  const xs = xAxis(
    points.map(({ x }) => x),
    xScale,
  );
  const ys = points.flatMap(({ y, low = y, high = y }) => [y, low, high]);
  const y = scaleLinear()
    .domain([Math.min(0, ...ys), Math.max(0, ...ys) || 1])
    .range([base, top])
    .nice(5);
  const marks = [
    text(left, 18, title, { "font-weight": 600 }),
    ...y
      .ticks(5)
      .flatMap((tick) => [
        line(left, y(tick), width - right, y(tick), { "stroke-opacity": 0.15 }),
        text(left - 8, y(tick) + 4, yText(tick), { "text-anchor": "end" }),
      ]),
    line(left, base, width - right, base),
    ...xs.ticks.flatMap((tick) => [
      line(xs.at(tick), base, xs.at(tick), base + 4),
      text(xs.at(tick), base + 18, xText(tick), { "text-anchor": "middle" }),
    ]),
    text((left + width - right) / 2, base + 38, xTitle, { "text-anchor": "middle" }),
    text(0, 0, yTitle, { transform: `translate(14 ${(top + base) / 2}) rotate(-90)`, "text-anchor": "middle" }),
    ...series.flatMap((each) => drawn(each, xs.at, y, isJoined)),
    ...series.flatMap(({ name, number }, i) => {
      const at = base + bottom + 12 + legendLine * i;
      return [marker(number, left + 6, at), text(left + 18, at + 4, name)];
    }),
  ];
  return drawing({ width, height, title, marks });
}

function drawn(
  { points, number }: Series,
  x: (value: number) => number,
  y: (value: number) => number,
  isJoined: boolean,
): string[] {
  const path = points.map((point, n) => `${n === 0 ? "M" : "L"}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`);
  const join = element("path", { d: path.join(""), fill: "none", stroke: colourOf(number), "stroke-width": 1.5 });
  return [
    ...(isJoined && points.length > 1 ? [join] : []),
    ...points.map((point) => {
      const [at, low, high] = [x(point.x), point.low ?? point.y, point.high ?? point.y];
      const interval = line(at, y(low), at, y(high), { stroke: colourOf(number), "stroke-width": 1.5 });
      return titled(point.label, ...(low < high ? [interval] : []), marker(number, at, y(point.y)));
    }),
  ];
}

interface XAxis {
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

function xAxis(values: readonly number[], kind: Plot["xScale"]): XAxis {
  const distinct = [...new Set(values)].toSorted((a, b) => a - b);
  const [from, to] = [left + 28, width - right - 28];
  if (kind === "points") {
    const step = distinct.length > 1 ? (to - from) / (distinct.length - 1) : 0;
    return { ticks: distinct, at: (value) => from + step * distinct.indexOf(value) };
  }
  const positive = distinct.filter((value) => value > 0);
  const hasZero = positive.length < distinct.length;
  const begin = hasZero ? from + 50 : from;
  const [least, most] = [positive[0] ?? 1, positive.at(-1) ?? 10];
  const scale = scaleLog()
    .domain(least === most ? [least / 10, most * 10] : [least, most])
    .range([begin, to])
    .nice();
  const decades = scale.ticks().filter((tick) => Number.isInteger(Math.round(Math.log10(tick) * 1e6) / 1e6));
  return { ticks: [...(hasZero ? [0] : []), ...decades], at: (value) => (value > 0 ? scale(value) : from) };
}
