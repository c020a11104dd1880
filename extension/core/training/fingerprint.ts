/** What a training is, in the user's terms: carried by its checkpoints and by the report beside what it made. */

import type { NewTrainingData } from "./data/trainingData.ts";
import type { MethodName } from "../adapters/methods/methods.ts";
import type { ResolvedSettings } from "./presets.ts";

/** Such as {"rank": 16, "data": "2135 sequences, 4f1c…"}. */
export type Fingerprint = Readonly<Record<string, string | number | boolean>>;

export function fingerprintOf(
  baseHash: string,
  settings: ResolvedSettings,
  { training, validation }: NewTrainingData,
): Fingerprint {
  const { rank, alpha, dropout, rsLora, targets, feedForward, virtualTokens: tokens, initText, ...others } = settings;
  const { steps, patience, saveEvery: _, ...common } = others;
  const where = { targets: targets ? targets.join(", ") : "all" };
  const own: Readonly<Record<MethodName, Fingerprint>> = {
    lora: { ...where, rank, alpha, dropout, rsLora },
    ia3: { ...where, feedForward: feedForward.join(", ") },
    prompt: { virtualTokens: tokens, initText },
    prefix: { virtualTokens: tokens, initText },
    full: {},
  };
  return {
    base: baseHash.slice(0, 16),
    data: training.description(),
    validation: validation.description(),
    ...common,
    ...own[settings.method],
    ...(steps !== null && { steps }),
    ...(patience !== null && { patience }),
  };
}
