/** The weights of proposals and of the mixture, from their evidence. docs/prior.md says how they were learned. */

import type { CopiedText } from "./copyModel.ts";

/** A token that a copied text proposes, and the model's log p of it. */
export interface ProposedToken {
  readonly token: number;
  readonly logProbability: number;
  readonly copy: Omit<CopiedText, "text">;
}

/** The state of the decoding at one token. */
export interface MixtureState {
  /** The model's most probable token. */
  readonly top: { readonly token: number; readonly logProbability: number };
  /** Whether any text has been generated after the cursor. */
  readonly hasWritten: boolean;
  /** Whether required text is missing. */
  readonly isHealing: boolean;
}

export interface MixtureWeights {
  /** One per feature of a copy. */
  readonly copy: readonly number[];
  /** One per feature of the mixture. */
  readonly mixture: readonly number[];
}

export interface CopyDistribution {
  /** The copies' probabilities of the proposed tokens. */
  readonly probabilities: ReadonlyMap<number, number>;
  /** The weight of each proposal; the sum is 1. */
  readonly weights: readonly number[];
  /** The features of the mixture. */
  readonly features: readonly number[];
  /** The copies' share in the mixture. */
  readonly share: number;
}

/** @param proposed at least one */
export function copyDistribution(
  proposed: readonly ProposedToken[],
  state: MixtureState,
  learned: MixtureWeights,
): CopyDistribution {
  const scores = proposed.map(({ copy }) => dot(copyFeatures(copy), learned.copy));
  const highest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - highest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  const weights = exponentials.map((value) => value / total);
  const probabilities = new Map<number, number>();
  for (const [i, { token }] of proposed.entries()) {
    probabilities.set(token, (probabilities.get(token) ?? 0) + weights[i]!);
  }
  const features = mixtureFeatures(proposed, probabilities, highest + Math.log(total), state);
  return { probabilities, weights, features, share: 1 / (1 + Math.exp(-dot(features, learned.mixture))) };
}

export function copyFeatures({ length, source, isNear, distance }: ProposedToken["copy"]): readonly number[] {
  return [
    Math.log(length),
    length / 16,
    Number(source === "before"),
    Number(source === "after"),
    Number(source === "elsewhere"),
    Number(source === "elsewhere" && isNear),
    source === "before" ? Math.log1p(distance) / 8 : 0,
  ];
}

/** Lower log-probabilities count as these. */
const [lowestTop, lowestCopied] = [-4, -10];
export const mostEvidence = 30;

function mixtureFeatures(
  proposed: readonly ProposedToken[],
  probabilities: ReadonlyMap<number, number>,
  evidence: number,
  { top, hasWritten, isHealing }: MixtureState,
): readonly number[] {
  const [copied, agreement] = likeliest(probabilities);
  const length = Math.log(proposed.reduce((most, { copy }) => Math.max(most, copy.length), 1)) - 2;
  const byModel = proposed.find(({ token }) => token === copied)!.logProbability;
  const certainty = Math.max(lowestTop, top.logProbability);
  return [
    1,
    length,
    agreement,
    Math.log1p(proposed.length),
    Math.min(mostEvidence, evidence) / 5,
    certainty,
    Math.max(lowestCopied, byModel) / 3,
    length * agreement,
    Number(top.token === copied),
    certainty * length,
    Number(hasWritten),
    Number(isHealing),
  ];
}

/** The features of the mixture that depend on how copies are weighted, for learning. */
export const [agreementFeature, evidenceFeature, longAgreementFeature] = [2, 4, 7] as const;

export function likeliest(probabilities: ReadonlyMap<number, number>): readonly [token: number, probability: number] {
  return [...probabilities].reduce((best, each) => (each[1] > best[1] ? each : best));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
