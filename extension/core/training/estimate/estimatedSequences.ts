/** A stand-in for a token file that has not been written: a sample, repeated until it is as large as the data. */

import { tokenCount, type Sequence, type Sequences } from "../../dataset/sequence.ts";
import { headerLength, type TokenFacts } from "../../dataset/tokenCheck.ts";

export interface SampledPart {
  /** The variants of each sequence: at least one. */
  readonly sample: readonly (readonly Sequence[])[];
  /** Sequences of the whole part, not necessarily a whole number. */
  readonly total: number;
}

export interface EstimatedSequences extends Sequences, TokenFacts {
  /** Bytes on disk. */
  readonly bytes: number;
}

/** @param drawings variants of each sequence in the data; the sampled ones take turns */
export function estimatedSequences(parts: readonly SampledPart[], drawings: number): EstimatedSequences {
  const filled = parts.filter(({ sample, total }) => sample.length > 0 && total > 0);
  const counts = filled.map(({ total }) => Math.max(1, Math.round(total)));
  const mean = ({ sample }: SampledPart, of: (sequence: Sequence) => number): number => {
    const all = sample.flat();
    return all.reduce((sum, sequence) => sum + of(sequence), 0) / all.length;
  };
  const sum = (of: (sequence: Sequence) => number): number =>
    Math.round(drawings * filled.reduce((all, part, i) => all + counts[i]! * mean(part, of), 0));
  const longest = (of: (sequence: Sequence) => number): number =>
    filled.reduce((most, { sample }) => sample.flat().reduce((max, sequence) => Math.max(max, of(sequence)), most), 0);
  return {
    drawings,
    length: drawings * counts.reduce((all, count) => all + count, 0),
    tokens: sum(tokenCount),
    longest: { own: longest(({ ids }) => ids.length), read: longest(({ encoderIds = [] }) => encoderIds.length) },
    bytes: sum(bytesOf),
    at(index) {
      let place = Math.floor(index / drawings);
      for (const [i, { sample }] of filled.entries()) {
        const variants = sample[place % sample.length]!;
        if (place < counts[i]!) return variants[(index % drawings) % variants.length];
        place -= counts[i]!;
      }
      return undefined;
    },
  };
}

/** The size of a sequence and of its place in the index: tokenFile.ts. */
function bytesOf(sequence: Sequence): number {
  return 4 * (headerLength + tokenCount(sequence) + (sequence.weights?.length ?? 0)) + 8;
}
