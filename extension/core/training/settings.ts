/** Resolves the settings of a training: fills in defaults. It opens no files. */

import { servedContextOf, type ServedContext } from "./holes/servedContext.ts";
import { readRequest } from "../foundation/requestSchema.ts";
import { say } from "../foundation/words/said.ts";
import type { Given, MethodBase } from "../adapters/methods/method.ts";
import { methodOf, type MethodSettings, type MethodSpec } from "../adapters/methods/methodNamed.ts";
import type { OptimizerName } from "./optimizers/optimizers.ts";
import { presets, withPreset } from "./presets.ts";
import {
  commonFields,
  defaultsByForm,
  settingsSchema,
  trainRequest,
  type SourceForm,
  type TrainOptions,
} from "./trainRequest.ts";

/** Settings of a train request. Null leaves the choice to the preset. */
export type TrainSettings = Given<typeof settingsSchema.shape> & { readonly optimizer: OptimizerName };

type LeftOpen = "learningRate" | "optimizer" | "context" | "epochs" | "maxLength" | "fillShare" | "sourceAs";

type CommonSettings = Omit<Given<typeof commonFields>, LeftOpen> & {
  readonly learningRate: number;
  readonly context: ServedContext;
  /** "pieces" also if there is no source code. */
  readonly sourceAs: SourceForm;
  readonly epochs: number;
  readonly maxLength: number;
  readonly fillShare: number;
  readonly optimizer: OptimizerName;
};

/** Settings with all defaults resolved. At run time they contain only the fields of their own method. */
export type ResolvedSettings = CommonSettings & MethodSettings;

/**
 * Fills in defaults and refuses invalid values.
 *
 * @throws UserError "option-invalid"
 */
export function readSettings(options: TrainOptions): TrainSettings {
  const read: Readonly<Record<string, unknown>> = readRequest(trainRequest, withPreset(options), say`train`);
  const settings = Object.keys(settingsSchema.shape).map((key) => [key, read[key] ?? null]);
  const optimizer = options.optimizer ?? (read["preset"] === "paper" ? "adafactor" : "adamw");
  return { ...(Object.fromEntries(settings) as TrainSettings), optimizer };
}

/** The number of parameters from which a base counts as large, which decides default rates and ranks. */
const largeBase = 100e6;

/**
 * Fills in the settings that are left to the preset.
 *
 * - "paper" trains the modules of arXiv 2308.10462, version 2, with its learning rate.
 * - The others train all linear modules, with a learning rate for small or for large bases.
 *
 * @param parameters number of parameters of the base
 * @param paths paths of the base's linear modules
 * @param hasRequests whether there is source code that can become an editor's requests
 */
export function resolveDefaults(
  settings: TrainSettings,
  parameters: number,
  paths: Iterable<string>,
  hasRequests: boolean,
): ResolvedSettings {
  const { preset } = settings;
  const method = methodOf(settings.method);
  const sourceAs = hasRequests ? (settings.sourceAs ?? (preset === "paper" ? "pieces" : "requests")) : "pieces";
  const { epochs, maxLength, fillShare } = defaultsByForm[sourceAs];
  const isSmall = parameters < largeBase;
  const learnsRequests = isSmall && sourceAs === "requests" && preset !== "paper";
  const { small, large, paper, requests = small } = method.learningRates;
  const ofSmall = learnsRequests ? requests : small;
  const rate = preset === "paper" ? paper : isSmall ? ofSmall : large;
  const common = Object.keys(commonFields).map((key) => [key, settings[key as keyof TrainSettings]]);
  return {
    ...(Object.fromEntries(common) as CommonSettings),
    ...(method.resolve(settings, { preset, paths: [...paths], learnsRequests }) as MethodSettings),
    sourceAs,
    epochs: settings.epochs ?? epochs * (settings.steps === null ? presets[preset].passes : 1),
    maxLength: settings.maxLength ?? maxLength,
    fillShare: settings.fillShare ?? fillShare,
    learningRate: settings.learningRate ?? rate,
    context: settings.context ?? servedContextOf(parameters),
  };
}

/** Whether a training teaches an adapter only what has changed since it was trained, instead of everything. */
export function learnsChanges({ init, changedSince }: Pick<TrainOptions, "init" | "changedSince">): boolean {
  return init !== undefined && changedSince !== undefined;
}

/**
 * The share of the usual learning rate for changes; with the full rate, the adapter would unlearn. Figures:
 * docs/decisions/0040-kept-fresh.md.
 */
export const rateOfChanges = 1 / 3;

/**
 * Returns what the training graph needs to know.
 *
 * @throws UserError "targets-unknown"; "option-invalid" if virtual tokens leave no room; "base-too-large"
 */
export function specOf(settings: ResolvedSettings, base: MethodBase): MethodSpec {
  return methodOf(settings.method).spec(settings, base) as MethodSpec;
}
