/** Chooses the next token from logits. Independent of models and text. */

import { internalError } from "../../foundation/errors.ts";
import type { Random } from "../../foundation/random.ts";

export interface SamplingOptions {
  /** Divides the logits; above 0. Values below 1 sharpen the distribution, values above 1 flatten it. */
  readonly temperature: number;
  /** Samples only from the most probable tokens whose probabilities sum to this much; 1 for all tokens. */
  readonly topP: number;
}

/** Returns the most probable token; the first of several equal ones. */
export function greedy(logits: Float32Array): number {
  let best = -1;
  let highest = -Infinity;
  for (let i = 0; i < logits.length; i++) {
    if (logits[i]! > highest) {
      highest = logits[i]!;
      best = i;
    }
  }
  if (best < 0) throw internalError("no logit is a number above -∞");
  return best;
}

/**
 * Samples a token. Source for top-p: Holtzman et al. 2019, arXiv 1904.09751; the token that crosses the threshold is
 * included.
 */
export function sample(logits: Float32Array, { temperature, topP }: SamplingOptions, random: Random): number {
  const best = greedy(logits);
  const highest = logits[best]!;
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (let token = 0; token < weights.length; token++) {
    total += weights[token] = Math.exp((logits[token]! - highest) / temperature);
  }
  if (topP < 1) total = keepNucleus(weights, topP * total, total);
  let left = random.next() * total;
  for (let token = 0; token < weights.length; token++) {
    left -= weights[token]!;
    if (left < 0) return token;
  }
  return best;
}

/** Zeroes all but the fewest most probable tokens that sum to at least `wanted`, and returns the sum of those kept. */
function keepNucleus(weights: Float64Array, wanted: number, total: number): number {
  // All tokens below this bound together weigh less than the nucleus may omit, so none belongs to it: few tokens need sorting.
  const least = (total - wanted) / weights.length;
  const candidates: number[] = [];
  for (let token = 0; token < weights.length; token++) if (weights[token]! >= least) candidates.push(token);
  candidates.sort((a, b) => weights[b]! - weights[a]!);
  let kept = 0;
  let mass = 0;
  while (kept < candidates.length && (kept === 0 || mass < wanted)) mass += weights[candidates[kept++]!]!;
  const nucleus = candidates.slice(0, kept).map((token) => [token, weights[token]!] as const);
  weights.fill(0);
  for (const [token, weight] of nucleus) weights[token] = weight;
  return mass;
}

/** Returns log softmax(logits)[token], exact even if exp() of the logits would overflow. */
export function logProbability(logits: Float32Array, token: number): number {
  const highest = logits[greedy(logits)]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - highest);
  return logits[token]! - highest - Math.log(sum);
}
