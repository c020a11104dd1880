/** The choice of the next token from logits. Knows no model and no text. */

import { internalError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";

export interface SamplingOptions {
  /** Divides the logits: below 1 sharper, above 1 flatter; above 0. */
  readonly temperature: number;
  /** Only the likeliest tokens that have this much probability together are drawn from; 1 for all. */
  readonly topP: number;
}

/** The likeliest token; the first of several that are equal. */
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

/** Draws a token. Source for top-p: Holtzman et al. 2019, arXiv 1904.09751; the token that crosses the line is in. */
export function sample(logits: Float32Array, { temperature, topP }: SamplingOptions, random: Random): number {
  const likeliest = greedy(logits);
  const highest = logits[likeliest]!;
  const candidates: { token: number; weight: number }[] = [];
  let total = 0;
  for (let token = 0; token < logits.length; token++) {
    const weight = Math.exp((logits[token]! - highest) / temperature);
    total += weight;
    // What is a billion times less likely than the likeliest is not drawn in a lifetime, and costs the sort its time.
    if (weight > 1e-9) candidates.push({ token, weight });
  }
  candidates.sort((a, b) => b.weight - a.weight);
  let kept = 0;
  let mass = 0;
  while (kept < candidates.length && (kept === 0 || mass < topP * total)) mass += candidates[kept++]!.weight;
  let left = random.next() * mass;
  for (const { token, weight } of candidates.slice(0, kept)) {
    left -= weight;
    if (left < 0) return token;
  }
  return likeliest;
}

/** log softmax(logits)[token], exact also where exp() of the logits would overflow. */
export function logProbability(logits: Float32Array, token: number): number {
  const highest = logits[greedy(logits)]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - highest);
  return logits[token]! - highest - Math.log(sum);
}
