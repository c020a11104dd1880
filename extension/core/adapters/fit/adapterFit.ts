/** Checks whether an adapter fits a model: its sizes decide, and its base is compared for a warning. */

import { UserError } from "../../foundation/errors.ts";
import type { AdapterOutline } from "../adapter.ts";
import type { AdapterHost } from "./adapterHost.ts";
import { kindOf } from "../methods/methodNamed.ts";
import type { Origin } from "../origin.ts";

/**
 * How an adapter fits a model. "other-base" and "other-version": its sizes fit, but it was trained on another base, or on other
 * weights of the same name. "no": it cannot be attached, for the reason in `problem`.
 */
export type AdapterFit =
  | { readonly fit: "fits" }
  | { readonly fit: "other-base" | "other-version"; readonly trainedOn: string }
  | { readonly fit: "no"; readonly problem: UserError };

export function fitOf(adapter: AdapterOutline, host: AdapterHost): AdapterFit {
  try {
    checkAdapterFits(adapter, host);
  } catch (error) {
    if (error instanceof UserError) return { fit: "no", problem: error };
    throw error;
  }
  const { baseModel, baseIdentity } = adapter;
  const named = isNamed(adapter, host);
  if (baseIdentity !== undefined && host.identity !== undefined) {
    if (baseIdentity === host.identity) return { fit: "fits" };
    return { fit: named ? "other-version" : "other-base", trainedOn: baseModel };
  }
  // Without an identity on both sides, only the names can be compared.
  return named || baseModel === "" ? { fit: "fits" } : { fit: "other-base", trainedOn: baseModel };
}

/** Returns a warning for an adapter that is usable but was trained on other weights; otherwise undefined. */
export function warningOf(adapter: AdapterOutline, host: AdapterHost): string | undefined {
  const found = fitOf(adapter, host);
  switch (found.fit) {
    case "other-base": {
      const trainedOn = found.trainedOn === "" ? "another base" : found.trainedOn;
      return `Adapter "${adapter.name}" was trained on ${trainedOn}, not on ${host.name}: its suggestions may be worse than without it.`;
    }
    case "other-version":
      return `Adapter "${adapter.name}" was trained on other weights of ${host.name}: its suggestions may be worse than without it.`;
    default:
      return undefined;
  }
}

/** Whether the adapter's author gives the model the same name. Owners are compared only if both names have one. */
function isNamed({ baseModel }: Origin, { name, repository = name }: AdapterHost): boolean {
  const trained = parseName(baseModel);
  return [repository, name].map(parseName).some(({ last, owner }) => {
    return last === trained.last && (owner === undefined || trained.owner === undefined || owner === trained.owner);
  });
}

/** Parses OWNER/NAME, a folder's path, or a folder in Hugging Face's cache. */
function parseName(text: string): { last: string; owner?: string | undefined } {
  const [, cachedOwner, cachedName] = /models--([^/\\]+)--([^/\\]+)/.exec(text.toLowerCase()) ?? [];
  if (cachedName !== undefined) return { last: cachedName, owner: cachedOwner };
  const [, owner, name] = /^([^/\\.~:]+)\/([^/\\@]+)/.exec(text.toLowerCase()) ?? [];
  const parts = text.toLowerCase().split(/[/\\]/).filter(Boolean);
  return parts.length === 2 && name !== undefined ? { last: name, owner } : { last: parts.at(-1) ?? "" };
}

/**
 * Checks that the model has everything that `adapter` attaches to, with the same sizes.
 *
 * @throws UserError "adapter-mismatch", with both values
 */
export function checkAdapterFits(adapter: AdapterOutline, host: AdapterHost): void {
  kindOf(adapter).checkFits(adapter, host);
}
