/**
 * Adapts a calibration to what typing sessions show. Single places overstate the chances: while people type, a hard line brings several
 * wrong suggestions, and an easy one a single right one.
 */

import { readFile } from "node:fs/promises";
import * as z from "zod";
import { logistic, type Calibration } from "../../../extension/core/completion/judgement/calibration.ts";
import { evidenceNames } from "../../../extension/core/completion/judgement/evidence.ts";
import { regression } from "./fit.ts";

const session = z.object({ confidences: z.array(z.object({ confidence: z.number(), isRight: z.boolean() })) });
type Shown = z.output<typeof session>["confidences"][number];

/** Reads what `graft replay --sessions` has written with the calibration in use. */
export async function readSessions(paths: readonly string[]): Promise<Shown[]> {
  const texts = await Promise.all(paths.map((path) => readFile(path, "utf8")));
  const lines = texts.flatMap((text) => text.split("\n").filter(Boolean));
  return lines.flatMap((line) => session.parse(JSON.parse(line)).confidences);
}

/** Scales and shifts the log-odds. What was hidden stays hidden. */
export function movedTo(shown: readonly Shown[], calibration: Calibration): Calibration {
  const inputs = shown.map(({ confidence }) => [1, logOdds(confidence)]);
  const [shift = 0, scale = 1] = regression(
    inputs,
    shown.map(({ isRight }) => Number(isRight)),
  );
  const rounded = (value: number): number => Number(value.toPrecision(6));
  return {
    intercept: rounded(shift + scale * calibration.intercept),
    weights: Object.fromEntries(
      evidenceNames.map((name) => [name, rounded(scale * calibration.weights[name])]),
    ) as Calibration["weights"],
    leastConfidence: Number(logistic(shift + scale * logOdds(calibration.leastConfidence)).toPrecision(2)),
  };
}

/** Returns a table of the shown suggestions with a confidence of at least x. */
export function replayedReliability(shown: readonly Shown[]): string {
  const lines = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((least) => {
    const some = shown.filter(({ confidence }) => confidence >= least);
    const percent = (value: number): string => `${((100 * value) / Math.max(1, some.length)).toFixed(1)} %`;
    const said = some.reduce((sum, { confidence }) => sum + confidence, 0);
    const right = some.filter(({ isRight }) => isRight).length;
    return `at least ${least}: ${some.length} shown, said ${percent(said)}, right ${percent(right)}`;
  });
  return lines.join("\n");
}

function logOdds(chance: number): number {
  const inside = Math.min(1 - 1e-6, Math.max(1e-6, chance));
  return Math.log(inside / (1 - inside));
}
