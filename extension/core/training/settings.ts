/** What a training is asked to do, with what is not said filled in. It opens nothing. */

import { UserError } from "../base/errors.ts";
import { optimizerNames, type OptimizerName } from "./optimizers.ts";
import type { ScheduleShape } from "./schedule.ts";

export const trainingMethods = ["lora", "ia3"] as const;
export type TrainingMethod = (typeof trainingMethods)[number];

/** Where targets and learning rates come from that are not given; see {@link settingsFor}. */
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
  /** Where the paper's data sets lie. */
  dataFolder: string;
  /** The adapter's folder. */
  out: string;
  preset?: TrainingPreset;
  method?: TrainingMethod;
  rank?: number;
  alpha?: number;
  dropout?: number;
  rsLora?: boolean;
  /** Ends of module paths, such as "q_proj". */
  targets?: readonly string[];
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
  readonly method: TrainingMethod;
  readonly rank: number;
  readonly alpha: number;
  readonly dropout: number;
  readonly rsLora: boolean;
  /** With null the preset decides, as it does for the learning rate. */
  readonly targets: readonly string[] | null;
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

/** Settings with all that depends on the base. */
export interface SettledSettings extends TrainSettings {
  readonly learningRate: number;
}

/**
 * Fills in targets and learning rate for a base.
 *
 * - "graft" trains all linear modules (targets stay null), with a rate by the size of the base: from 100 million parameters on
 *   the paper's for LoRA, and PEFT's advice for IA3, 5e-3. Small bases take larger steps. On the embedded one, three epochs of
 *   CoNaLa bring the validation loss from 3.62 to 2.38 with 1e-3 and 2.41 with 2e-3 (LoRA), and to 2.61 with 1e-2 and 2.62 with
 *   2e-2 (IA3); of a small project, three epochs bring it from 3.14 to 3.00 with 1e-3 and to 2.96 with 2e-3 (LoRA).
 * - "paper" has the paper's: queries, keys and values, for IA3 also the feed-forward layer. There the paper scales the inputs of
 *   all of the layer's modules; here, as by
 *   PEFT's own defaults, that of the last is scaled, and of the others the outputs.
 *
 * @param parameters of the base, and the paths of its linear modules
 */
export function settingsFor(settings: TrainSettings, parameters: number, paths: Iterable<string>): SettledSettings {
  const { preset, method, targets, learningRate } = settings;
  if (preset === "graft") {
    const isLarge = parameters >= 100e6;
    const rate = method === "lora" ? (isLarge ? 3e-4 : 1.5e-3) : isLarge ? 5e-3 : 1e-2;
    return { ...settings, learningRate: learningRate ?? rate };
  }
  const names = new Set([...paths].map((path) => path.slice(path.lastIndexOf(".") + 1)));
  const wanted = method === "lora" ? paperAttention : [...paperAttention, ...paperFeedForward];
  return {
    ...settings,
    targets: targets ?? wanted.filter((name) => names.has(name)),
    learningRate: learningRate ?? (method === "lora" ? 3e-4 : 3e-3),
  };
}

/** In all architectures of the paper; each has some of them. */
const paperAttention = ["q_proj", "k_proj", "v_proj", "qkv_proj", "q", "k", "v"];
const paperFeedForward = ["gate_proj", "up_proj", "down_proj", "fc_in", "fc_out", "wi", "wo"];

/**
 * Fills in defaults and refuses what cannot be meant.
 *
 * @throws UserError "option-invalid"
 */
export function readSettings(options: TrainOptions): TrainSettings {
  const method = options.method ?? defaults.method;
  const preset = options.preset ?? defaults.preset;
  if (!trainingPresets.includes(preset)) throw refused("preset", preset, trainingPresets.join(" or "));
  if (!trainingMethods.includes(method)) throw refused("method", method, trainingMethods.join(" or "));
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
