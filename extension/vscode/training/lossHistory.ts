/** The losses of a training for a chart: curves of any length in a bounded number of points. */

import { thinnedLosses } from "../../core/training/loop/thinnedLosses.ts";
import type { LossCurves, LossPoint } from "../../../webview/protocol/lossCurves.ts";

export interface LossHistory {
  /**
   * Starts over with the losses of the steps so far.
   *
   * @param steps planned number of steps; if it is known, no point changes once it is full
   */
  begin(losses: LossCurves, steps: number): void;
  /** @param validation the last loss on the validation data, the step that it was measured at, and the loss before the first step */
  add(step: number, loss: number, validation?: LossPoint & { readonly before: number }): void;
  curves(): LossCurves;
}

export function lossHistory(limit = 120): LossHistory {
  let training = thinnedLosses(limit);
  let validation = thinnedLosses(limit);
  let validatedStep: number | undefined;
  return {
    begin(losses, steps) {
      [training, validation] = [thinnedLosses(limit, steps), thinnedLosses(limit)];
      for (const point of losses.training) training.add(point);
      for (const point of losses.validation) validation.add(point);
      validatedStep = losses.validation.at(-1)?.step;
    },
    add(step, loss, measured) {
      training.add({ step, loss });
      if (!measured || measured.step === validatedStep) return;
      // The first report may arrive after the second validation, and an earlier version of Graft kept none.
      if (validatedStep === undefined && measured.step > 0) validation.add({ step: 0, loss: measured.before });
      validatedStep = measured.step;
      validation.add({ step: measured.step, loss: measured.loss });
    },
    curves: () => ({ training: training.points(), validation: validation.points() }),
  };
}
