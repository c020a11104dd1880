/** The prior of a completion: the model's distribution mixed with that of the copied texts (docs/prior.md). */

import { withProbabilities, type Prior } from "../../inference/decoding/prior.ts";
import { logProbabilityOf, type NextToken } from "../../inference/decoding/strategy.ts";
import type { CopyModel } from "./copyModel.ts";
import type { CopyTokens } from "./copyTokens.ts";
import { copyDistribution, type MixtureState, type MixtureWeights, type ProposedToken } from "./mixture.ts";

export interface CopyPriorOptions {
  readonly copies: CopyModel;
  readonly tokens: CopyTokens;
  /** The text in front of the cursor that the model writes again. */
  readonly requiredText: string;
  readonly weights: MixtureWeights;
  /** Multiplies the share of the copies: 1 for the base that the weights were learned with. */
  readonly scale: number;
}

export function copyPrior({ copies, tokens, requiredText, weights, scale }: CopyPriorOptions): Prior {
  return (text, next) => {
    const missing = requiredText.slice(text.length);
    const written = text.slice(requiredText.length);
    const proposed: ProposedToken[] = [];
    for (const { text: copied, ...copy } of copies(written)) {
      const token = tokens.first(missing + copied);
      if (token !== undefined) proposed.push({ token, logProbability: logProbabilityOf(next, token), copy });
    }
    if (proposed.length === 0) return next;
    const allowed = probabilitiesOf(next, proposed);
    if (missing !== "") for (const token of allowed.keys()) if (!tokens.fits(token, missing)) allowed.delete(token);
    return mixed(next, proposed, allowed, { missing, written, weights, scale });
  };
}

/** Returns log p of the most probable tokens and of the proposed ones. */
function probabilitiesOf(next: NextToken, proposed: readonly ProposedToken[]): Map<number, number> {
  return new Map([
    ...next.tokens.map((token, i) => [token, next.logProbabilities[i]!] as const),
    ...proposed.map(({ token, logProbability }) => [token, logProbability] as const),
  ]);
}

/**
 * Mixes the copies into `allowed`. While required text is missing, these are the tokens that fit, and the mixture shares
 * out their probability only; then they stand for all tokens.
 */
function mixed(
  next: NextToken,
  proposed: readonly ProposedToken[],
  allowed: ReadonlyMap<number, number>,
  task: { missing: string; written: string } & Pick<CopyPriorOptions, "weights" | "scale">,
): NextToken {
  const isHealing = task.missing !== "";
  const mass = isHealing ? logSum([...allowed.values()]) : 0;
  const [token, likeliest] = [...allowed].reduce((best, each) => (each[1] > best[1] ? each : best));
  const state: MixtureState = {
    top: { token, logProbability: likeliest - mass },
    hasWritten: task.written !== "",
    isHealing,
  };
  const relative = proposed.map((each) => ({ ...each, logProbability: each.logProbability - mass }));
  const { probabilities, share } = copyDistribution(relative, state, task.weights);
  const lambda = share * task.scale;
  const changed = new Map<number, number>();
  for (const [each, value] of allowed) {
    const copied = lambda * (probabilities.get(each) ?? 0);
    changed.set(each, mass + Math.log((1 - lambda) * Math.exp(value - mass) + copied));
  }
  return withProbabilities(next, changed, isHealing ? 0 : Math.log1p(-lambda));
}

/** Returns log Σ exp(value). */
function logSum(values: readonly number[]): number {
  const highest = Math.max(...values);
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
}
