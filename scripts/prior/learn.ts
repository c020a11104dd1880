/** Learns the weights of the mixture: maximizes the mixture's likelihood of held-out tokens by Adam. */

import {
  agreementFeature,
  copyDistribution,
  copyFeatures,
  evidenceFeature,
  likeliest,
  longAgreementFeature,
  type MixtureWeights,
} from "../../extension/core/completion/copies/mixture.ts";
import type { Observation } from "./collect.ts";

const [copyCount, mixtureCount] = [7, 12];
const [steps, rate] = [300, 0.05];
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

/** Returns the gradient of -Σ log p, by hand: the share depends on the copies' weights through three features. */
function gradientOf(observations: readonly Observation[], weights: MixtureWeights): Float64Array {
  const gradient = new Float64Array(copyCount + mixtureCount);
  for (const observation of observations) {
    const { proposed, right } = observation;
    const found = copyDistribution(proposed, observation.state, weights);
    const { share, features } = found;
    const copied = right.reduce((sum, token) => sum + (found.probabilities.get(token) ?? 0), 0);
    const byModel = Math.exp(observation.logProbability);
    const mixed = Math.max(1e-9, (1 - share) * byModel + share * copied);
    const byShare = (-(copied - byModel) / mixed) * share * (1 - share);
    for (const [i, value] of features.entries()) gradient[copyCount + i]! += byShare * value;

    const of = proposed.map(({ copy }) => copyFeatures(copy));
    const [best] = likeliest(found.probabilities);
    const length = features[1]!;
    const byAgreement = weights.mixture[agreementFeature]! + length * weights.mixture[longAgreementFeature]!;
    const byEvidence = features[evidenceFeature]! < 6 ? weights.mixture[evidenceFeature]! / 5 : 0;
    for (let feature = 0; feature < copyCount; feature++) {
      const average = of.reduce((sum, values, i) => sum + found.weights[i]! * values[feature]!, 0);
      let [slopeOfRight, slopeOfBest] = [0, 0];
      for (const [i, { token }] of proposed.entries()) {
        const slope = found.weights[i]! * (of[i]![feature]! - average);
        if (right.includes(token)) slopeOfRight += slope;
        if (token === best) slopeOfBest += slope;
      }
      gradient[feature]! += (-share / mixed) * slopeOfRight + byShare * (byAgreement * slopeOfBest + byEvidence * average);
    }
  }
  return gradient;
}
