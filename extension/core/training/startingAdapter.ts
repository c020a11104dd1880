/** A training that goes on from an adapter: what the adapter decides, and its values. */

import type { Adapter } from "../adapters/adapter.ts";
import { tensorsOfAdapter } from "../adapters/peftTensors.ts";
import { UserError } from "../foundation/errors.ts";
import type { TrainOptions, TrainSettings } from "./settings.ts";

/** What an adapter decides, in the user's words. */
const labels = {
  method: "method",
  rank: "rank",
  alpha: "alpha",
  rsLora: "rank stabilization",
  virtualTokens: "number of virtual tokens",
} as const;

/**
 * The settings with all that the adapter to start from decides.
 *
 * @throws UserError "adapter-mismatch" where `options` ask for something else
 */
export function settingsOf(adapter: Adapter, settings: TrainSettings, options: TrainOptions): TrainSettings {
  const decided = decidedBy(adapter);
  for (const key of Object.keys(labels) as (keyof typeof labels)[]) {
    const [wanted, given] = [options[key], decided[key]];
    if (wanted === undefined || given === undefined || wanted === given) continue;
    const words = labels[key];
    const message = `Cannot start from adapter "${adapter.name}": its ${words} is ${given}, and ${wanted} is asked for.`;
    throw new UserError("adapter-mismatch", message, `Leave out the ${words}, or start without an adapter.`);
  }
  const dropout = options.dropout ?? (adapter.method === "lora" ? adapter.dropout : 0);
  return { ...settings, ...decided, dropout };
}

function decidedBy(adapter: Adapter): Partial<TrainSettings> {
  const { method } = adapter;
  switch (method) {
    case "lora": {
      const { rank, alpha, rsLora } = adapter;
      return { method, targets: [...adapter.modules.keys()], rank, alpha, rsLora };
    }
    case "ia3": {
      const targets = [...adapter.modules.keys()];
      return { method, targets, feedForward: targets.filter((path) => adapter.modules.get(path)!.on === "input") };
    }
    default:
      return { method, virtualTokens: adapter.tokens };
  }
}

/** First values that go on from `adapter`. */
export function valuesOf(adapter: Adapter): Map<string, Float32Array> {
  return new Map([...tensorsOfAdapter(adapter)].map(([key, { values }]) => [key, values]));
}
