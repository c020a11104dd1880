/**
 * Losses over the steps of a training, a line for each training. The panel's charts are in the language of the editor, those of exports in
 * English.
 */

import { scaleLinear } from "d3-scale";
import { english, say, type Said, type Wording } from "../../../foundation/words/said.ts";
import type { StepLoss } from "../../../training/loop/trainerState.ts";
import { curveFacts, type CurveFacts, type LearningCurve } from "./learningCurves.ts";
import { colourOf, dashOf, drawing, element, line, marker, text, titled } from "./svg.ts";

export interface LearningChart {
  /** A file name without its ending. */
  readonly name: string;
  readonly svg: string;
}

const [width, plotHeight, top, left, right, bottom] = [560, 260, 34, 62, 20, 48] as const;
const legendLine = 20;

const titles = { validation: say`Loss on validation data`, training: say`Loss on training data` };
type Data = keyof typeof titles;

/** Returns a chart for each kind of data for which any training has losses. */
export function learningCharts(curves: readonly LearningCurve[], words: Wording = english): LearningChart[] {
  return (["validation", "training"] as const).flatMap((data) => {
    const drawn = curves.filter((curve) => curve[data].length > 0);
    return drawn.length === 0 ? [] : [{ name: `learning-curves-${data}`, svg: learningChart(drawn, data, words) }];
  });
}

function learningChart(curves: readonly LearningCurve[], data: Data, words: Wording): string {
  const points = curves.flatMap((curve) => curve[data]);
  const losses = points.map(({ loss }) => loss);
  const base = top + plotHeight;
  const x = scaleLinear()
    .domain([0, Math.max(1, ...points.map(({ step }) => step))])
    .range([left, width - right])
    .nice();
  const y = scaleLinear()
    .domain([Math.min(...losses), Math.max(...losses)])
    .range([base, top])
    .nice(5);
  const marks = [
    text(left, 18, words(titles[data]), { "font-weight": 600 }),
    ...y
      .ticks(5)
      .flatMap((tick) => [
        line(left, y(tick), width - right, y(tick), { "stroke-opacity": 0.15 }),
        text(left - 8, y(tick) + 4, y.tickFormat(5)(tick), { "text-anchor": "end" }),
      ]),
    line(left, base, width - right, base),
    ...wholeTicks(x).flatMap((tick) => [
      line(x(tick), base, x(tick), base + 4),
      text(x(tick), base + 18, tick.toLocaleString("en"), { "text-anchor": "middle" }),
    ]),
    text((left + width - right) / 2, base + 38, words(say`Steps`), { "text-anchor": "middle" }),
    text(0, 0, words(say`Loss per token (nats)`), {
      transform: `translate(14 ${(top + base) / 2}) rotate(-90)`,
      "text-anchor": "middle",
    }),
    ...curves.map((curve) => drawn(curve, data, { x, y, words })),
    ...curves.flatMap(({ name, number }, i) => {
      const at = base + bottom + 12 + legendLine * i;
      return [
        line(left - 6, at, left + 18, at, strokeOf(number)),
        marker(number, left + 6, at),
        text(left + 26, at + 4, name),
      ];
    }),
  ];
  return drawing({ width, height: base + bottom + 8 + legendLine * curves.length, title: words(titles[data]), marks });
}

function wholeTicks(steps: { ticks(count: number): number[] }): number[] {
  return steps.ticks(6).filter((tick) => Number.isInteger(tick));
}

interface Frame {
  readonly x: (step: number) => number;
  readonly y: (loss: number) => number;
  readonly words: Wording;
}

/** The last point has the candidate's shape, and so does the lowest loss on validation data, whose parameters the training keeps. */
function drawn(curve: LearningCurve, data: Data, { x, y, words }: Frame): string {
  const points = curve[data];
  const path = points.map(({ step, loss }, n) => `${n === 0 ? "M" : "L"}${x(step).toFixed(1)} ${y(loss).toFixed(1)}`);
  const lowest = points.reduce((one, other) => (other.loss < one.loss ? other : one));
  const marked = new Set<StepLoss>(data === "validation" ? [lowest] : [points.at(-1)!]);
  return titled(
    words(curveWords(curveFacts(curve), data)),
    element("path", { d: path.join(""), fill: "none", ...strokeOf(curve.number) }),
    ...[...marked].map(({ step, loss }) => marker(curve.number, x(step), y(loss))),
  );
}

function strokeOf(number: number): { stroke: string; "stroke-width": number; "stroke-dasharray": string } {
  return { stroke: colourOf(number), "stroke-width": 1.5, "stroke-dasharray": dashOf(number) };
}

/** "lora: from 2.310 to 1.805 in 400 steps, lowest 1.790 at step 350" */
function curveWords({ name, steps, training, validation }: CurveFacts, data: Data): Said {
  const shown = (loss: number): string => loss.toFixed(3);
  if (data === "training" || !validation) {
    return say`${name}: from ${shown(training.first)} to ${shown(training.last)} in ${steps} steps`;
  }
  const { before, last, best, bestStep } = validation;
  return say`${name}: from ${shown(before)} to ${shown(last)} in ${steps} steps, lowest ${shown(best)} at step ${bestStep}`;
}
