/** The losses of a training for a chart: curves of any length in a bounded number of points. */

import type { LossCurves, LossPoint } from "../../../webview/protocol/lossCurves.ts";

export interface LossHistory {
  /**
   * Begins anew with the losses of the steps so far.
   *
   * @param steps planned; where they are known, no point changes once it is full
   */
  begin(losses: LossCurves, steps: number): void;
  /** @param validation the last loss on the validation data, the step that it was measured at, and the loss before the first step */
  add(step: number, loss: number, validation?: LossPoint & { readonly before: number }): void;
  curves(): LossCurves;
}

export function lossHistory(limit = 120): LossHistory {
  let training = thinned(limit);
  let validation = thinned(limit);
  let validatedStep: number | undefined;
  return {
    begin(losses, steps) {
      [training, validation] = [thinned(limit, steps), thinned(limit)];
      for (const point of losses.training) training.add(point);
      for (const point of losses.validation) validation.add(point);
      validatedStep = losses.validation.at(-1)?.step;
    },
    add(step, loss, measured) {
      training.add({ step, loss });
      if (!measured || measured.step === validatedStep) return;
      // The first report may come after the second validation, and an earlier version of Graft kept none.
      if (validatedStep === undefined && measured.step > 0) validation.add({ step: 0, loss: measured.before });
      validatedStep = measured.step;
      validation.add({ step: measured.step, loss: measured.loss });
    },
    curves: () => ({ training: training.points(), validation: validation.points() }),
  };
}

/** Each point is the mean of equally many losses, at their mean step, except the last. */
function thinned(limit: number, planned = 0): { add(point: LossPoint): void; points(): LossPoint[] } {
  let means: LossPoint[] = [];
  let perPoint = 2 ** Math.max(0, Math.ceil(Math.log2(planned / (limit - 1))));
  let rest: LossPoint[] = [];
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

function mean(points: readonly LossPoint[]): LossPoint {
  const of = (value: (point: LossPoint) => number): number =>
    points.reduce((sum, point) => sum + value(point), 0) / points.length;
  return { step: of(({ step }) => step), loss: of(({ loss }) => loss) };
}
