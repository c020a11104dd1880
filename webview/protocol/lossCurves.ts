/** The losses of a training as the training view draws them. */

/** Losses since the training began, oldest first, thinned out for a chart. */
export interface LossCurves {
  readonly training: readonly LossPoint[];
  readonly validation: readonly LossPoint[];
}

export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}
