/** The settings that each preset adds to a method's defaults: how long to train, and when to stop. Knows no data and no base. */

import type { TrainingPreset } from "../adapters/methods/method.ts";
import type { TrainOptions } from "./trainRequest.ts";

export interface Preset {
  /** Passes over the data, as a multiple of the usual number, if a request gives neither epochs nor steps. */
  readonly passes: number;
  /** The fewest steps in that case, as a share of those that such data needs by default. */
  readonly least: number;
  /** The most steps in that case. */
  readonly most: number;
  /** Options that the preset sets if a request does not. */
  readonly options: Pick<TrainOptions, "patience">;
}

const balanced: Preset = { passes: 1, least: 1, most: Infinity, options: {} };

/** Figures: docs/training.md. */
export const presets: Readonly<Record<TrainingPreset, Preset>> = {
  quick: { passes: 0.5, least: 0.5, most: 100, options: {} },
  balanced,
  // The training ends after two passes without a lower validation loss.
  thorough: { passes: 2, least: 1, most: Infinity, options: { patience: 10 } },
  paper: { passes: 1, least: 0, most: Infinity, options: {} },
  graft: balanced,
};

/** Returns the options with those of their preset; an unknown preset has none. */
export function withPreset(options: TrainOptions): TrainOptions {
  const preset = presets[options.preset ?? "balanced"] as Preset | undefined;
  const left = Object.entries(preset?.options ?? {}).filter(
    ([key]) => options[key as keyof TrainOptions] === undefined,
  );
  return { ...options, ...Object.fromEntries(left) };
}

/** Whether the length of the training is left to the preset. */
export function isLengthLeft({ steps, epochs }: Pick<TrainOptions, "steps" | "epochs">): boolean {
  return steps === undefined && epochs === undefined;
}
