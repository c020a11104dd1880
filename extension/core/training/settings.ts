/** What a training is asked to do, with what is not said filled in. It opens nothing. */

import { UserError } from "../foundation/errors.ts";
import { methodNames, type MethodName } from "../adapters/methods/methods.ts";
import { optimizerNames, type OptimizerName } from "./optimizers/optimizers.ts";
import type { ScheduleShape } from "./optimizers/schedule.ts";

/** Where all that depends on method and base comes from, if it is not given; see {@link resolveDefaults}. */
export const trainingPresets = ["graft", "paper"] as const;
export type TrainingPreset = (typeof trainingPresets)[number];

/** As plain JSON, since it crosses process borders. What is absent takes its default, or comes from `init`. */
export interface TrainOptions {
  /** Name of an installed base or a folder; empty for the embedded base. */
  base: string;
  /** Where bases are installed. */
  home: string;
  /** The base that ships with Graft. */
  embedded: string;
  /** Files, folders, or names of the paper's data sets. */
  data: readonly string[];
  /** Where the user's copies of the paper's data sets lie. */
  dataFolder: string;
  /** Where those lie that ship with Graft. */
  shippedData?: string;
  /** The adapter's folder. */
  out: string;
  preset?: TrainingPreset;
  method?: MethodName;
  rank?: number;
  alpha?: number;
  dropout?: number;
  rsLora?: boolean;
  /** Ends of module paths, such as "q_proj". */
  targets?: readonly string[];
  /** In front of the text, of a prompt or a prefix. */
  virtualTokens?: number;
  /** What a prompt says at first; empty for tokens at random. */
  initText?: string;
  epochs?: number;
  /** Instead of epochs. */
  steps?: number;
  /** Sequences of one optimizer step. */
  batchSize?: number;
  /** Longest sequence, in tokens. */
  maxLength?: number;
  learningRate?: number;
  schedule?: ScheduleShape;
  optimizer?: OptimizerName;
  weightDecay?: number;
  /** A data set, or the part of the data to hold out, such as "0.1". */
  validation?: string;
  /** Stop after so many validations, five to an epoch, without a lower loss; unless given, never. */
  patience?: number;
  /** Part of the text that is trained on as gaps to fill, 0 to 1. */
  fillShare?: number;
  seed?: number;
  /** Folder of an adapter to start from. */
  init?: string;
  shuffle?: boolean;
  /** Seconds of work that a crash may cost at most, 60 unless given; 0 keeps every step. */
  saveEvery?: number;
  /** Go on from the checkpoint of a training into `out` that was stopped. */
  resume?: boolean;
  /** Compute each layer again for its gradient, for memory; unless given, where the base is large. */
  checkpointing?: boolean;
}

export interface TrainSettings {
  readonly preset: TrainingPreset;
  readonly method: MethodName;
  readonly rank: number;
  readonly alpha: number;
  readonly dropout: number;
  readonly rsLora: boolean;
  /** With null the preset decides, here and below. */
  readonly targets: readonly string[] | null;
  /** Ends of the paths of those targets whose input IA3 scales, instead of their output. */
  readonly feedForward: readonly string[] | null;
  readonly virtualTokens: number | null;
  readonly initText: string | null;
  readonly epochs: number;
  readonly steps: number | null;
  readonly batchSize: number;
  readonly maxLength: number;
  readonly learningRate: number | null;
  readonly schedule: ScheduleShape;
  readonly optimizer: OptimizerName;
  readonly weightDecay: number;
  readonly patience: number | null;
  readonly saveEvery: number;
  readonly fillShare: number;
  readonly seed: number;
  readonly shuffle: boolean;
}

/** The paper's settings (arXiv 2308.10462, version 2), which both presets share. */
const defaults = {
  preset: "graft",
  method: "lora",
  rank: 16,
  alpha: 32,
  dropout: 0.05,
  epochs: 5,
  batchSize: 8,
  maxLength: 256,
  weightDecay: 0,
  saveEvery: 60,
  fillShare: 0.5,
  seed: 42,
} as const;

/**
 * Fills in defaults and refuses what cannot be meant.
 *
 * @throws UserError "option-invalid"
 */
export function readSettings(options: TrainOptions): TrainSettings {
  const method = options.method ?? defaults.method;
  const preset = options.preset ?? defaults.preset;
  if (!trainingPresets.includes(preset)) throw refused("preset", preset, trainingPresets.join(" or "));
  if (!methodNames.includes(method)) throw refused("method", method, methodNames.join(", "));
  if (options.optimizer && !optimizerNames.includes(options.optimizer))
    throw refused("optimizer", options.optimizer, optimizerNames.join(" or "));
  const rank = options.rank ?? defaults.rank;
  const settings: TrainSettings = {
    preset,
    method,
    rank,
    alpha: options.alpha ?? defaults.alpha,
    dropout: options.dropout ?? defaults.dropout,
    rsLora: options.rsLora ?? false,
    targets: options.targets ?? null,
    feedForward: null,
    virtualTokens: options.virtualTokens ?? null,
    initText: options.initText ?? null,
    epochs: options.epochs ?? defaults.epochs,
    steps: options.steps ?? null,
    batchSize: options.batchSize ?? defaults.batchSize,
    maxLength: options.maxLength ?? defaults.maxLength,
    learningRate: options.learningRate ?? null,
    schedule: options.schedule ?? "linear",
    optimizer: options.optimizer ?? (preset === "paper" ? "adafactor" : "adamw"),
    weightDecay: options.weightDecay ?? defaults.weightDecay,
    patience: options.patience ?? null,
    saveEvery: options.saveEvery ?? defaults.saveEvery,
    fillShare: options.fillShare ?? defaults.fillShare,
    seed: options.seed ?? defaults.seed,
    shuffle: options.shuffle ?? true,
  };
  const whole = (name: keyof TrainSettings, from: number, to = Infinity): void => {
    const value = settings[name];
    if (value === null || (Number.isSafeInteger(value) && Number(value) >= from && Number(value) <= to)) return;
    throw refused(name, value, to === Infinity ? `a whole number from ${from} on` : `a whole number, ${from} to ${to}`);
  };
  const between = (name: keyof TrainSettings, isIn: (value: number) => boolean, expected: string): void => {
    if (!isIn(Number(settings[name]))) throw refused(name, settings[name], expected);
  };
  whole("rank", 1, 1024);
  whole("virtualTokens", 1, 1024);
  whole("steps", 1);
  whole("batchSize", 1);
  whole("patience", 1);
  whole("maxLength", 8);
  whole("seed", -Infinity);
  between("epochs", (x) => x > 0 && x <= 10_000, "above 0");
  between("alpha", (x) => x > 0 && x < Infinity, "above 0");
  between("dropout", (x) => x >= 0 && x < 1, "from 0 to below 1");
  if (settings.learningRate !== null) between("learningRate", (x) => x > 0 && x < Infinity, "above 0");
  between("weightDecay", (x) => x >= 0 && x < Infinity, "0 or above");
  between("saveEvery", (x) => x >= 0, "0 or above");
  between("fillShare", (x) => x >= 0 && x <= 1, "from 0 to 1");
  if (settings.targets?.length === 0) throw refused("targets", "", "names of modules, such as q_proj");
  return settings;
}

function refused(name: string, value: unknown, expected: string): UserError {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const message = `Cannot train with ${words} ${String(value)}: it must be ${expected}.`;
  return new UserError("option-invalid", message, `Give another ${words}, or leave it out for the default.`);
}
