/** Attention masks and relative positions for packed rows. */

import { masked } from "../../graph/composites/attention.ts";
import { and, equal, sub, where } from "../../graph/primitives/elementwise.ts";
import { expandLike } from "../../graph/primitives/broadcasting.ts";
import { concat, reshape, zeros } from "../../graph/primitives/shaping.ts";
import { size } from "../../graph/shape.ts";
import { constant, scalar, type Shape, type Tensor } from "../../graph/tensor.ts";

/**
 * Returns the mask of bidirectional attention within each sequence. Segments are the numbers of the sequences.
 *
 * @param segments int32 [B, T], of the queries
 * @param seen int32 [B, S], of the keys
 * @returns float32 [B, 1, T, S]: 0 where visible, otherwise a large negative score
 */
export function segmentMask(segments: Tensor, seen: Tensor): Tensor {
  return maskOf(sameSegment(segments, seen));
}

/** Virtual tokens in front of a row, visible to all its sequences. */
export interface VirtualInFront {
  readonly count: number;
  /** Whether they are also queries, as tokens of a prompt; a prefix has only keys and values. */
  readonly look: boolean;
}

/** Returns the causal mask within each sequence, with V virtual tokens visible to all: float32 [B, 1, (V +) T, V + T]. */
export function causalSegmentMask(segments: Tensor, { count, look }: VirtualInFront): Tensor {
  const [rows, length] = [size(segments, 0), size(segments, 1)];
  const past = flags([length, length], (query, key) => key <= query);
  const ofText = and(sameSegment(segments, segments), past);
  if (count === 0) return maskOf(ofText);
  const virtual = flags([length, count], () => true);
  const seen = concat([stretched(virtual, [rows, 1, length, count]), ofText], 3);
  if (!look) return maskOf(seen);
  const ofVirtual = flags([count, count + length], (query, key) => key <= query);
  return maskOf(concat([stretched(ofVirtual, [rows, 1, count, count + length]), seen], 2));
}

/** bool [B, 1, T, S] */
function sameSegment(queries: Tensor, keys: Tensor): Tensor {
  const rows = size(queries, 0);
  return equal(reshape(queries, [rows, 1, size(queries, 1), 1]), reshape(keys, [rows, 1, 1, size(keys, 1)]));
}

function flags([rows, columns]: readonly [number, number], isSet: (row: number, column: number) => boolean): Tensor {
  const values = Uint8Array.from({ length: rows * columns }, (_, i) => {
    return Number(isSet(Math.floor(i / columns), i % columns));
  });
  return constant(values, [rows, columns], "bool");
}

function maskOf(visible: Tensor): Tensor {
  return where(visible, scalar(0), scalar(masked));
}

/**
 * Returns relative positions, int64 [T, T]: in a sequence, distances are the differences of indices in the row. Distances are
 * clamped to ±(limit - 1); only tokens of different sequences are farther apart.
 */
export function distances(length: number, limit: number): Tensor {
  const values = BigInt64Array.from({ length: length * length }, (_, i) => {
    const distance = (i % length) - Math.floor(i / length);
    return BigInt(Math.max(1 - limit, Math.min(limit - 1, distance)));
  });
  return constant(values, [length, length]);
}

/**
 * Returns relative positions with `count` virtual tokens in front, int64 [B, T, count + T]. The distance to a virtual token
 * depends on a token's position in its own sequence.
 *
 * @param positions int64 [B, T]
 * @param limit see {@link distances}
 */
export function distancesBehind(count: number, positions: Tensor, limit: number): Tensor {
  const [rows, length] = [size(positions, 0), size(positions, 1)];
  const toVirtual = sub(sub(counted(count), integer(count)), reshape(positions, [rows, length, 1]));
  return concat([toVirtual, stretched(distances(length, limit), [rows, length, length])], 2);
}

/** int64 [count]: 0, 1, … */
export function counted(count: number): Tensor {
  return constant(BigInt64Array.from(Array(count).keys(), BigInt), [count]);
}

export function integer(value: number): Tensor {
  return constant(BigInt64Array.of(BigInt(value)), []);
}

/** Broadcasts x to `shape`. */
export function stretched(x: Tensor, shape: Shape): Tensor {
  return expandLike(x, zeros(shape));
}
