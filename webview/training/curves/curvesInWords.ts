/** What a chart of losses shows, in words: for screen readers, and for rows of a table. */

import type { LossCurves, LossPoint } from "../../protocol/lossCurves.ts";
import { loss } from "../../shared/figures.ts";
import { t } from "../../shared/l10n.ts";

/** Returns the points that can be drawn. */
export function finite(points: readonly LossPoint[]): LossPoint[] {
  return points.filter((point) => Number.isFinite(point.loss));
}

export function curvesInWords({ training, validation }: LossCurves): string {
  const [first, last] = [training[0], training.at(-1)];
  if (!first || !last) return "";
  const ofTraining = t("Training loss from {0} to {1} after {2} steps.", loss(first.loss), loss(last.loss), at(last));
  const [begin, end] = [validation[0], validation.at(-1)];
  if (!begin || !end) return ofTraining;
  const lowest = validation.reduce((one, other) => (other.loss < one.loss ? other : one));
  const words = [loss(begin.loss), loss(end.loss), loss(lowest.loss), at(lowest)];
  return `${ofTraining} ${t("Validation loss from {0} to {1}, lowest {2} at step {3}.", ...words)}`;
}

export interface LossRow {
  readonly step: number;
  readonly training: number | undefined;
  readonly validation: number | undefined;
}

/**
 * Returns a row for each validation, with the nearest training loss, or, without validations, for each point of the curve. Leaves none out,
 * so that a row keeps its place while it is read.
 */
export function lossRows({ training, validation }: LossCurves): LossRow[] {
  const shown = validation.length > 0 ? validation : training;
  return shown.map((point) => ({
    step: at(point),
    training: nearest(training, point.step)?.loss,
    validation: validation.length > 0 ? point.loss : undefined,
  }));
}

/** Before the first step there is no training loss. */
function nearest(points: readonly LossPoint[], step: number): LossPoint | undefined {
  if (step === 0) return undefined;
  const distance = (point: LossPoint): number => Math.abs(point.step - step);
  return points.reduce<LossPoint | undefined>(
    (best, point) => (best && distance(best) <= distance(point) ? best : point),
    undefined,
  );
}

/** A point may be the mean of several. */
function at({ step }: LossPoint): number {
  return Math.round(step);
}
