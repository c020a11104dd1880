/** A curve of losses of any length in a bounded number of points, for charts. */

import type { StepLoss } from "./trainerState.ts";

export interface ThinnedLosses {
  add(point: StepLoss): void;
  /** Each point is the mean of equally many losses, at their mean step, except the last. */
  points(): StepLoss[];
}

/** @param planned number of losses; if it is known, a point does not change once it is full */
export function thinnedLosses(limit: number, planned = 0): ThinnedLosses {
  let means: StepLoss[] = [];
  let perPoint = 2 ** Math.max(0, Math.ceil(Math.log2(planned / (limit - 1))));
  let rest: StepLoss[] = [];
  return {
    add(point) {
      rest.push(point);
      if (rest.length < perPoint) return;
      means.push(mean(rest));
      rest = [];
      if (means.length < limit) return;
      // Halves the number of points; each then covers twice as many losses.
      means = means.flatMap((one, i) => (i % 2 === 0 ? [mean([one, ...means.slice(i + 1, i + 2)])] : []));
      perPoint *= 2;
    },
    points: () => (rest.length > 0 ? [...means, mean(rest)] : [...means]),
  };
}

function mean(points: readonly StepLoss[]): StepLoss {
  const of = (value: (point: StepLoss) => number): number =>
    points.reduce((sum, point) => sum + value(point), 0) / points.length;
  return { step: of(({ step }) => step), loss: of(({ loss }) => loss) };
}
