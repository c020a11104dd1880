/** Learns the weights of the mixture: maximizes the mixture's likelihood of held-out tokens by Adam. */

import {
  agreementFeature,
  copyDistribution,
  copyFeatures,
  evidenceFeature,
  likeliest,
  longAgreementFeature,
  mostEvidence,
  type MixtureWeights,
} from "../../../extension/core/completion/copies/mixture.ts";
import type { Observation } from "./collect.ts";

const [copyCount, mixtureCount] = [7, 12];
const [steps, rate] = [120, 0.08];
/** Pulls weights to zero. */
const decay = 3e-4;

export function learn(observations: readonly Observation[]): MixtureWeights {
  let weights: MixtureWeights = { copy: [2, 2, 0, 1, 0, 0, 1], mixture: Array<number>(mixtureCount).fill(0) };
  const [mean, variance] = [new Float64Array(copyCount + mixtureCount), new Float64Array(copyCount + mixtureCount)];
  for (let step = 1; step <= steps; step++) {
    const gradient = gradientOf(observations, weights);
    const moved = [...weights.copy, ...weights.mixture].map((weight, i) => {
      const slope = gradient[i]! / observations.length + 2 * decay * weight;
      mean[i] = 0.9 * mean[i]! + 0.1 * slope;
      variance[i] = 0.999 * variance[i]! + 0.001 * slope ** 2;
      return weight - (rate * mean[i]) / (1 - 0.9 ** step) / (Math.sqrt(variance[i] / (1 - 0.999 ** step)) + 1e-8);
    });
    weights = { copy: moved.slice(0, copyCount), mixture: moved.slice(copyCount) };
  }
  return weights;
}

/** Returns the gradient of -Σ log p. The share depends on the copies' weights through three features. */
function gradientOf(observations: readonly Observation[], weights: MixtureWeights): Float64Array {
  const gradient = new Float64Array(copyCount + mixtureCount);
  for (const { proposed, right, state, logProbability } of observations) {
    const found = copyDistribution(proposed, state, weights);
    const { share, features } = found;
    const copied = right.reduce((sum, token) => sum + (found.probabilities.get(token) ?? 0), 0);
    const byModel = Math.exp(logProbability);
    const mixed = Math.max(1e-9, (1 - share) * byModel + share * copied);
    const byShare = (-(copied - byModel) / mixed) * share * (1 - share);
    for (const [i, value] of features.entries()) gradient[copyCount + i]! += byShare * value;

    const [best, agreement] = likeliest(found.probabilities);
    const isCapped = features[evidenceFeature]! * 5 >= mostEvidence;
    const byAgreement = weights.mixture[agreementFeature]! + features[1]! * weights.mixture[longAgreementFeature]!;
    const byEvidence = isCapped ? 0 : weights.mixture[evidenceFeature]! / 5;
    // d log p, written as a factor of each copy's own features.
    for (const [i, { token, copy }] of proposed.entries()) {
      const [isRight, isBest] = [Number(right.includes(token)), Number(token === best)];
      const byScore =
        (-share / mixed) * (isRight - copied) + byShare * (byAgreement * (isBest - agreement) + byEvidence);
      const values = copyFeatures(copy);
      for (let feature = 0; feature < copyCount; feature++) {
        gradient[feature]! += byScore * found.weights[i]! * values[feature]!;
      }
    }
  }
  return gradient;
}
