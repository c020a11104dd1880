/** The choice of the next token from logits. Knows no model and no text. */

import { internalError } from "../../foundation/errors.ts";
import type { Random } from "../../foundation/random.ts";

export interface SamplingOptions {
  /** Divides the logits: below 1 sharper, above 1 flatter; above 0. */
  readonly temperature: number;
  /** Only the most probable tokens that have this much probability together are sampled from; 1 for all. */
  readonly topP: number;
}

/** The most probable token; the first of several that are equal. */
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

/** Samples a token. Source for top-p: Holtzman et al. 2019, arXiv 1904.09751; the token that crosses the line is in. */
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

/** Keeps the weight of the fewest most probable tokens that have `wanted` of the total together, and returns their sum. */
function keepNucleus(weights: Float64Array, wanted: number, total: number): number {
  // All tokens below this have less together than may be left out, so none of them is in: there is little to sort.
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

/** log softmax(logits)[token], exact also where exp() of the logits would overflow. */
export function logProbability(logits: Float32Array, token: number): number {
  const highest = logits[greedy(logits)]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - highest);
  return logits[token]! - highest - Math.log(sum);
}
