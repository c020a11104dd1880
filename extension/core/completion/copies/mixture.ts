/** The weights of proposals and of the mixture, from their evidence. docs/prior.md says how they were learned. */

import type { CopiedText } from "./copyModel.ts";

/** A proposed token, and log p of it by the model. */
export interface ProposedToken {
  readonly token: number;
  readonly logProbability: number;
  readonly copy: Omit<CopiedText, "text">;
}

/** The state of the decoding at one token. */
export interface MixtureState {
  /** The model's most probable token. */
  readonly top: { readonly token: number; readonly logProbability: number };
  /** Whether a text behind the cursor is written. */
  readonly hasWritten: boolean;
  /** Whether required text is missing. */
  readonly isHealing: boolean;
}

export interface MixtureWeights {
  /** One per value of {@link copyFeatures}. */
  readonly copy: readonly number[];
  /** One per value of {@link mixtureFeatures}. */
  readonly mixture: readonly number[];
}

/** The copies' distribution, and its share in the mixture. */
export interface CopyDistribution {
  readonly probabilities: ReadonlyMap<number, number>;
  readonly share: number;
}

export function copyDistribution(
  proposed: readonly ProposedToken[],
  state: MixtureState,
  weights: MixtureWeights,
): CopyDistribution {
  const scores = proposed.map(({ copy }) => dot(copyFeatures(copy), weights.copy));
  const highest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - highest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  const probabilities = new Map<number, number>();
  for (const [i, { token }] of proposed.entries()) {
    probabilities.set(token, (probabilities.get(token) ?? 0) + exponentials[i]! / total);
  }
  const evidence = highest + Math.log(total);
  const features = mixtureFeatures(proposed, probabilities, evidence, state);
  return { probabilities, share: 1 / (1 + Math.exp(-dot(features, weights.mixture))) };
}

function copyFeatures({ length, source, isNear, distance }: ProposedToken["copy"]): readonly number[] {
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

/** Logarithms of probabilities below these count as these. */
const [lowestTop, lowestCopied] = [-4, -10];

function mixtureFeatures(
  proposed: readonly ProposedToken[],
  probabilities: ReadonlyMap<number, number>,
  evidence: number,
  { top, hasWritten, isHealing }: MixtureState,
): readonly number[] {
  const [copied, agreement] = [...probabilities].reduce((best, each) => (each[1] > best[1] ? each : best));
  const longest = proposed.reduce((most, { copy }) => Math.max(most, copy.length), 0);
  const byModel = proposed.find(({ token }) => token === copied)!.logProbability;
  const length = Math.log(longest) - 2;
  const certainty = Math.max(lowestTop, top.logProbability);
  return [
    1,
    length,
    agreement,
    Math.log1p(proposed.length),
    Math.min(30, Math.max(-10, evidence)) / 5,
    certainty,
    Math.max(lowestCopied, byModel) / 3,
    length * agreement,
    Number(top.token === copied),
    certainty * length,
    Number(hasWritten),
    Number(isHealing),
  ];
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
}
