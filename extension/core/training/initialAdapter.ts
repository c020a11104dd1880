/** Applies the settings that an initial adapter imposes on a training. */

import type { Adapter } from "../adapters/adapter.ts";
import type { Modules } from "../adapters/methods/method.ts";
import { foreignFields, kindOf, methodOf } from "../adapters/methods/methodNamed.ts";
import { resolveTargets } from "../adapters/methods/targets.ts";
import { UserError } from "../foundation/errors.ts";
import { inWords } from "../foundation/requestSchema.ts";
import { say, type Said } from "../foundation/words/said.ts";
import type { TrainOptions } from "./trainRequest.ts";
import type { TrainSettings } from "./settings.ts";

/**
 * Returns `settings` with those that the initial adapter imposes.
 *
 * @throws UserError "adapter-mismatch" if `options` contradict the adapter, or set fields that only other methods have
 */
export function settingsOf(
  adapter: Adapter,
  settings: TrainSettings,
  options: TrainOptions,
  modules: Modules,
): TrainSettings {
  const decisions = kindOf(adapter).decides(adapter);
  const decided: Readonly<Record<string, unknown>> = { ...decisions.settings, method: methodOf(adapter.method).name };
  const labels: Readonly<Record<string, Said>> = { method: say`method`, ...decisions.labels };
  const asked: Readonly<Record<string, unknown>> = options;
  for (const [key, words] of Object.entries(labels)) {
    const [wanted, given] = [asked[key], decided[key]];
    if (wanted === undefined || given === undefined || wanted === given) continue;
    const found = say`its ${words} is ${shown(given)}, but the request says ${shown(wanted)}`;
    const message = say`Cannot start from adapter "${adapter.name}": ${found}.`;
    throw new UserError("adapter-mismatch", message, say`Omit the ${words}, or start without an adapter.`);
  }
  const { targets } = decided as Partial<TrainSettings>;
  if (targets && options.targets && !isSame(resolveTargets(options.targets, modules), new Set(targets))) {
    const message = say`Cannot start from adapter "${adapter.name}": it has other targets than ${options.targets.join(", ")}.`;
    throw new UserError("adapter-mismatch", message, say`Omit the targets, or start without an adapter.`);
  }
  const [foreign] = foreignFields(adapter.method, options);
  if (foreign !== undefined) {
    const message = say`Cannot start from adapter "${adapter.name}": its method ${adapter.method} has no option ${inWords(foreign)}.`;
    throw new UserError("adapter-mismatch", message, say`Leave the option out, or start without an adapter.`);
  }
  const defaults = Object.entries(decisions.defaults ?? {}).filter(([key]) => asked[key] === undefined);
  return { ...settings, ...decided, ...Object.fromEntries(defaults) };
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((path) => b.has(path));
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
