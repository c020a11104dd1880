/** The prior of a completion: the model's distribution mixed with that of the copied texts (docs/prior.md). */

import { withProbabilities, type Prior } from "../../inference/decoding/prior.ts";
import { logProbabilityOf, type NextToken } from "../../inference/decoding/strategy.ts";
import type { CopyModel } from "./copyModel.ts";
import type { CopyTokens } from "./copyTokens.ts";
import { copyDistribution, type MixtureState, type MixtureWeights, type ProposedToken } from "./mixture.ts";

/** The copied texts of a request, and how they become tokens. */
export interface CopySetting {
  readonly copies: CopyModel;
  readonly tokens: CopyTokens;
  /** The text in front of the cursor that the model writes again. */
  readonly requiredText: string;
}

/** @param scale multiplies the share of the copies: 1 for the base that the weights were learned with */
export function copyPrior(setting: CopySetting, weights: MixtureWeights, scale: number): Prior {
  return (text, next) => {
    const evidence = copyEvidence(setting, text, next);
    if (!evidence) return next;
    const { allowed, mass, state } = evidence;
    const { probabilities, share } = copyDistribution(evidence.proposed, state, weights);
    const lambda = share * scale;
    const changed = new Map<number, number>();
    for (const [token, value] of allowed) {
      const copied = lambda * (probabilities.get(token) ?? 0);
      changed.set(token, mass + Math.log((1 - lambda) * Math.exp(value) + copied));
    }
    return withProbabilities(next, changed, state.isHealing ? 0 : Math.log1p(-lambda));
  };
}

export interface CopyEvidence {
  readonly proposed: readonly ProposedToken[];
  /**
   * Log p of the most probable tokens and of the proposed ones. While required text is missing, these are only those that fit, and p
   * is their share in `mass`.
   */
  readonly allowed: ReadonlyMap<number, number>;
  /** The logarithm of the probability that the mixture distributes. */
  readonly mass: number;
  readonly state: MixtureState;
}

/**
 * Returns what copies propose after `text`, the text of all tokens after the prompt, together with the model's distribution;
 * null if they propose nothing.
 */
export function copyEvidence(
  { copies, tokens, requiredText }: CopySetting,
  text: string,
  next: NextToken,
): CopyEvidence | null {
  const missing = requiredText.slice(text.length);
  const written = text.slice(requiredText.length);
  const found = copies(written).flatMap(({ text: copied, ...copy }) => {
    const token = tokens.first(missing + copied);
    return token === undefined ? [] : [{ token, copy }];
  });
  if (found.length === 0) return null;
  const all = new Map(next.tokens.map((token, i) => [token, next.logProbabilities[i]!]));
  for (const { token } of found) if (!all.has(token)) all.set(token, logProbabilityOf(next, token));
  const isHealing = missing !== "";
  const fitting = isHealing ? [...all].filter(([token]) => tokens.fits(token, missing)) : [...all];
  const mass = isHealing ? logSum(fitting.map(([, value]) => value)) : 0;
  const allowed = new Map(fitting.map(([token, value]) => [token, value - mass]));
  const proposed = found.map(({ token, copy }) => ({ token, copy, logProbability: all.get(token)! - mass }));
  const [token, logProbability] = [...allowed].reduce((best, each) => (each[1] > best[1] ? each : best));
  const state = { top: { token, logProbability }, hasWritten: written !== "", isHealing };
  return { proposed, allowed, mass, state };
}

/** Returns log Σ exp(value). */
function logSum(values: readonly number[]): number {
  const highest = Math.max(...values);
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
}
