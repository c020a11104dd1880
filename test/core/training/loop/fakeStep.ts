/**
 * A model of one number per token id: the loss of a target is ½ (w[id] - goal[id])². Its gradient and minimum are known, and it sees every
 * token that the trainer feeds.
 */

import type { MicroBatch } from "../../../../extension/core/dataset/batches.ts";
import type { Sequence } from "../../../../extension/core/dataset/sequence.ts";
import type { TrainingStep } from "../../../../extension/core/training/graph/trainingStep.ts";

export interface FakeStep extends TrainingStep {
  /** The first noise number of each run, and the target ids that it was given. */
  readonly runs: { noise: number; ids: number[] }[];
}

export function fakeStep(goal: readonly number[], onRun: (runs: number) => void = () => {}): FakeStep {
  const values = new Float32Array(goal.length);
  const runs: { noise: number; ids: number[] }[] = [];
  const lossOf = ({ labels, weights }: MicroBatch): number =>
    [...labels].reduce((sum, id, i) => sum + weights[i]! * 0.5 * (values[Number(id)]! - goal[Number(id)]!) ** 2, 0);
  return {
    parameters: [{ name: "w", shape: [goal.length], values }],
    runs,
    run: async (batch, noise) => {
      const gradient = new Float32Array(goal.length);
      for (const [i, id] of batch.labels.entries()) {
        gradient[Number(id)]! += batch.weights[i]! * (values[Number(id)]! - goal[Number(id)]!);
      }
      runs.push({ noise: noise.next(), ids: [...batch.labels].map(Number) });
      onRun(runs.length);
      return { loss: lossOf(batch), gradients: [gradient] };
    },
    evaluate: async (batch) => lossOf(batch),
    release: async () => {},
  };
}

/** A sequence whose targets are all its ids but the first. */
export function sequenceOf(...ids: number[]): Sequence {
  return { ids, firstTarget: 1 };
}
