/** A training that goes on from an adapter: what the adapter decides. */

import type { Adapter } from "../adapters/adapter.ts";
import { kindOf, methodOf } from "../adapters/methods/methodNamed.ts";
import { UserError } from "../foundation/errors.ts";
import type { TrainOptions } from "./request.ts";
import type { TrainSettings } from "./settings.ts";

/**
 * The settings with all that the adapter to start from decides.
 *
 * @throws UserError "adapter-mismatch" where `options` ask for something else
 */
export function settingsOf(adapter: Adapter, settings: TrainSettings, options: TrainOptions): TrainSettings {
  const decisions = kindOf(adapter).decides(adapter);
  const decided: Readonly<Record<string, unknown>> = { ...decisions.settings, method: methodOf(adapter.method).name };
  const labels: Readonly<Record<string, string>> = { method: "method", ...decisions.labels };
  const asked: Readonly<Record<string, unknown>> = options;
  for (const [key, words] of Object.entries(labels)) {
    const [wanted, given] = [asked[key], decided[key]];
    if (wanted === undefined || given === undefined || wanted === given) continue;
    const found = `its ${words} is ${shown(given)}, and ${shown(wanted)} is asked for`;
    const message = `Cannot start from adapter "${adapter.name}": ${found}.`;
    throw new UserError("adapter-mismatch", message, `Leave out the ${words}, or start without an adapter.`);
  }
  const defaults = Object.entries(decisions.defaults ?? {}).filter(([key]) => asked[key] === undefined);
  return { ...settings, ...decided, ...Object.fromEntries(defaults) };
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
