/** What a training takes where its user says nothing, by method and base: our own choice, and the paper's. */

import { lastName } from "../adapters/methods/targets.ts";
import type { MethodName } from "../adapters/methods/methods.ts";
import type { TrainSettings, TrainingPreset } from "./settings.ts";

/** Settings with all that depends on method and base. */
export interface ResolvedSettings extends TrainSettings {
  readonly feedForward: readonly string[];
  readonly virtualTokens: number;
  readonly initText: string;
  readonly learningRate: number;
}

/** From so many parameters on, a base takes smaller steps. */
const largeBase = 100e6;

/**
 * Our own. From 100 million parameters on: the paper's, but for IA3 PEFT's advice. Small bases take larger steps: tried on
 * embedded ones with CoNaLa, for LoRA and IA3 over three epochs of an earlier one (validation loss from 3.62 to 2.38 with 1e-3,
 * 2.41 with 2e-3; to 2.61 with 1e-2, 2.62 with 2e-2), for the others as docs/training.md tells.
 */
const graftRates: Readonly<Record<MethodName, { readonly small: number; readonly large: number }>> = {
  lora: { small: 1.5e-3, large: 3e-4 },
  ia3: { small: 1e-2, large: 5e-3 },
  prompt: { small: 3e-2, large: 3e-3 },
  prefix: { small: 1e-1, large: 3e-2 },
  full: { small: 3e-4, large: 5e-5 },
};

/** Of arXiv 2308.10462, version 2. */
const paperRates: Readonly<Record<MethodName, number>> = {
  lora: 3e-4,
  ia3: 3e-3,
  prompt: 3e-3,
  prefix: 3e-2,
  full: 5e-5,
};

/** In all architectures of the paper; each has some of them. */
const paperAttention = ["q_proj", "k_proj", "v_proj", "qkv_proj", "q", "k", "v"];
const paperFeedForward = ["gate_proj", "up_proj", "down_proj", "fc_in", "fc_out", "wi", "wo"];
/** What is the same in others. */
const feedForwardOfOthers = ["c_fc", "c_proj", "wi_0", "wi_1"];
/** The last products of feed-forward layers: IA3 scales their input, as PEFT chooses for these architectures. */
const lastOfFeedForward = ["down_proj", "c_proj", "fc_out", "wo"];

/** Both presets share the paper's. */
const virtualTokens: Partial<Record<MethodName, number>> = { prompt: 20, prefix: 10 };
/** Of the paper's prompts. Its prefixes start at random. */
const initText = "Generate Python code given a natural language instruction.";

/**
 * Fills in what the settings leave to their preset.
 *
 * - "graft" trains all linear modules (targets stay null), with {@link graftRates}.
 * - "paper" trains queries, keys and values, with IA3 also the inputs of all feed-forward modules; with {@link paperRates}.
 *
 * @param parameters of the base, and the paths of its linear modules
 */
export function resolveDefaults(
  settings: TrainSettings,
  parameters: number,
  paths: Iterable<string>,
): ResolvedSettings {
  const { preset, method, targets, learningRate } = settings;
  const names = new Set([...paths].map(lastName));
  const feedForward = [...paperFeedForward, ...feedForwardOfOthers];
  const own: Readonly<Record<TrainingPreset, Pick<ResolvedSettings, "targets" | "feedForward" | "learningRate">>> = {
    graft: {
      targets: null,
      feedForward: lastOfFeedForward,
      learningRate: graftRates[method][parameters >= largeBase ? "large" : "small"],
    },
    paper: {
      targets: [...paperAttention, ...(method === "ia3" ? feedForward : [])].filter((name) => names.has(name)),
      feedForward,
      learningRate: paperRates[method],
    },
  };
  return {
    ...settings,
    targets: targets ?? own[preset].targets,
    feedForward: settings.feedForward ?? own[preset].feedForward,
    virtualTokens: settings.virtualTokens ?? virtualTokens[method] ?? 0,
    initText: settings.initText ?? (preset === "paper" && method === "prefix" ? "" : initText),
    learningRate: learningRate ?? own[preset].learningRate,
  };
}
