/** Chooses the sequences of each training step: an order for every epoch that depends only on the seed. */

import { permutation } from "../foundation/numbers/permutation.ts";
import { seededRandom } from "../foundation/random.ts";
import { perEpoch, tokenCount, type Sequence, type Sequences } from "./sequence.ts";

export interface OrderOptions {
  /** Sequences per step. */
  readonly batchSize: number;
  readonly seed: number;
  readonly shuffle: boolean;
}

export interface EpochOrder {
  readonly stepsPerEpoch: number;
  /** Returns the sequences of a step, counted from 0 over all epochs. The last step of an epoch may have fewer. */
  readonly sequencesOf: (step: number) => readonly Sequence[];
}

/** Steps per length-balancing window. */
const stepsOfWindow = 64;

/**
 * Returns an order in which every sequence, or one variant of it, occurs once per epoch. When shuffled, an epoch is a random order,
 * cut into windows of {@link stepsOfWindow} steps. Within a window, sequences are distributed so that all steps have about the same
 * number of tokens. One micro-batch size therefore suits all steps, with little padding. Steps can be requested in any order; memory
 * holds one window.
 */
export function epochOrder(sequences: Sequences, { batchSize, seed, shuffle }: OrderOptions): EpochOrder {
  const { drawings = 1 } = sequences;
  const count = perEpoch(sequences);
  const stepsPerEpoch = Math.ceil(count / batchSize);
  const read = (epoch: number, from: number, to: number, place: (index: number) => number): Sequence[] => {
    const indices = Array.from({ length: Math.min(to, count) - from }, (_, i) => place(from + i));
    return indices.map((index) => sequences.at(index * drawings + (epoch % drawings))!);
  };
  let window: { readonly name: string; readonly steps: readonly (readonly Sequence[])[] } | undefined;
  return {
    stepsPerEpoch,
    sequencesOf: (step) => {
      const [epoch, stepOfEpoch] = [Math.floor(step / stepsPerEpoch), step % stepsPerEpoch];
      if (!shuffle) return read(epoch, stepOfEpoch * batchSize, (stepOfEpoch + 1) * batchSize, (index) => index);
      const first = stepOfEpoch - (stepOfEpoch % stepsOfWindow);
      const name = `${epoch}:${first}`;
      if (window?.name !== name) {
        const place = permutation(count, seededRandom(seed, `order of epoch ${epoch}`));
        const drawn = read(epoch, first * batchSize, (first + stepsOfWindow) * batchSize, place);
        window = { name, steps: sharedOut(drawn, batchSize) };
      }
      return window.steps[stepOfEpoch - first]!;
    },
  };
}

/** Assigns the longest sequences first, each to the step with the fewest tokens among those that have room. */
function sharedOut(sequences: readonly Sequence[], batchSize: number): readonly (readonly Sequence[])[] {
  const steps = Array.from({ length: Math.ceil(sequences.length / batchSize) }, (_, i) => ({
    room: Math.min(batchSize, sequences.length - i * batchSize),
    tokens: 0,
    sequences: [] as Sequence[],
  }));
  for (const sequence of sequences.toSorted((a, b) => tokenCount(b) - tokenCount(a))) {
    const open = steps.filter(({ room }) => room > 0);
    const lightest = open.reduce((least, step) => (step.tokens < least.tokens ? step : least));
    lightest.room--;
    lightest.tokens += tokenCount(sequence);
    lightest.sequences.push(sequence);
  }
  return steps.map((step) => step.sequences);
}
