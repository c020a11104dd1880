/** What a training is asked to do, with what is not said filled in. It opens nothing. */

import { readRequest } from "../foundation/request.ts";
import type { Given, MethodBase } from "../adapters/methods/method.ts";
import { methodOf, type MethodSettings, type MethodSpec } from "../adapters/methods/methodNamed.ts";
import type { OptimizerName } from "./optimizers/optimizers.ts";
import { commonFields, settingsSchema, trainRequest, type TrainOptions } from "./request.ts";

/** With null the preset decides. */
export type TrainSettings = Given<typeof settingsSchema.shape> & { readonly optimizer: OptimizerName };

type CommonSettings = Omit<Given<typeof commonFields>, "learningRate" | "optimizer"> & {
  readonly learningRate: number;
  readonly optimizer: OptimizerName;
};

/** Settings with all that depends on method and base. At run time they hold those of their method alone. */
export type ResolvedSettings = CommonSettings & MethodSettings;

/**
 * Fills in defaults and refuses what cannot be meant.
 *
 * @throws UserError "option-invalid"
 */
export function readSettings(options: TrainOptions): TrainSettings {
  const read: Readonly<Record<string, unknown>> = readRequest(trainRequest, options, "train");
  const settings = Object.keys(settingsSchema.shape).map((key) => [key, read[key] ?? null]);
  const optimizer = options.optimizer ?? (read["preset"] === "paper" ? "adafactor" : "adamw");
  return { ...(Object.fromEntries(settings) as TrainSettings), optimizer };
}

/** From this many parameters on, a base takes smaller steps. */
const largeBase = 100e6;

/**
 * Fills in what the settings leave to their preset.
 *
 * - "graft" trains all linear modules, with the learning rate of a small or a large base.
 * - "paper" trains the modules and takes the learning rate of arXiv 2308.10462, version 2.
 *
 * @param parameters of the base, and the paths of its linear modules
 */
export function resolveDefaults(
  settings: TrainSettings,
  parameters: number,
  paths: Iterable<string>,
): ResolvedSettings {
  const { preset } = settings;
  const method = methodOf(settings.method);
  const { small, large, paper } = method.learningRates;
  const rate = preset === "paper" ? paper : parameters >= largeBase ? large : small;
  const common = Object.keys(commonFields).map((key) => [key, settings[key as keyof TrainSettings]]);
  return {
    ...(Object.fromEntries(common) as CommonSettings),
    ...(method.resolve(settings, preset, [...paths]) as MethodSettings),
    learningRate: settings.learningRate ?? rate,
  };
}

/**
 * What the training graph is told.
 *
 * @throws UserError "targets-unknown"; "option-invalid" where virtual tokens leave no room; "base-too-large"
 */
export function specOf(settings: ResolvedSettings, base: MethodBase): MethodSpec {
  return methodOf(settings.method).spec(settings, base) as MethodSpec;
}
