/** Which sequences make each step of a training: an order for every epoch, made of the seed alone. It reads no texts. */

import { permutation } from "../foundation/permutation.ts";
import { seededRandom } from "../foundation/random.ts";
import { tokenCount, type Sequence, type Sequences } from "./sequence.ts";

export interface OrderOptions {
  /** Sequences of one step. */
  readonly batchSize: number;
  readonly seed: number;
  readonly shuffle: boolean;
}

export interface EpochOrder {
  readonly stepsPerEpoch: number;
  /** Of a step, counted from 0 over all epochs. The last of an epoch takes what is left. */
  readonly sequencesOf: (step: number) => readonly Sequence[];
}

/** So many steps share out their sequences among them. */
const stepsOfWindow = 64;

/**
 * Every sequence comes once an epoch. Shuffled, an epoch is a random order, cut into windows of some steps; within one, the
 * sequences are shared out so that all its steps have about as many tokens. So one size of batch suits all steps, and
 * little of it is padding. Any step can be asked for at any time, and memory holds one window.
 */
export function epochOrder(sequences: Sequences, { batchSize, seed, shuffle }: OrderOptions): EpochOrder {
  const stepsPerEpoch = Math.ceil(sequences.length / batchSize);
  const read = (from: number, to: number, place: (index: number) => number): Sequence[] => {
    const indices = Array.from({ length: Math.min(to, sequences.length) - from }, (_, i) => place(from + i));
    return indices.map((index) => sequences.at(index)!);
  };
  let window: { readonly name: string; readonly steps: readonly (readonly Sequence[])[] } | undefined;
  return {
    stepsPerEpoch,
    sequencesOf: (step) => {
      const [epoch, stepOfEpoch] = [Math.floor(step / stepsPerEpoch), step % stepsPerEpoch];
      if (!shuffle) return read(stepOfEpoch * batchSize, (stepOfEpoch + 1) * batchSize, (index) => index);
      const first = stepOfEpoch - (stepOfEpoch % stepsOfWindow);
      const name = `${epoch}:${first}`;
      if (window?.name !== name) {
        const place = permutation(sequences.length, seededRandom(seed, `order of epoch ${epoch}`));
        const drawn = read(first * batchSize, (first + stepsOfWindow) * batchSize, place);
        window = { name, steps: sharedOut(drawn, batchSize) };
      }
      return window.steps[stepOfEpoch - first]!;
    },
  };
}

/** Longest first, each to the step that has the fewest tokens and room for another sequence. */
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
