/** The forward pass over packed sequences, which must not see each other: what it is told of ids, positions and sight. */

import { checkpoint } from "../graph/checkpoint.ts";
import { attention, masked } from "../graph/composites/attention.ts";
import { biasedAttention, equalParts, perHead } from "../graph/composites/biasedAttention.ts";
import { add, and, equal, where } from "../graph/primitives/elementwise.ts";
import { reshape } from "../graph/primitives/shaping.ts";
import { size } from "../graph/shape.ts";
import { constant, input, scalar, type Tensor } from "../graph/tensor.ts";
import type { EncoderDecoderContext, ForwardContext, StackContext } from "../models/architecture.ts";
import type { DecoderConfig, EncoderDecoderConfig } from "../models/config.ts";
import { rotaryTables } from "../models/rotary.ts";
import type { BatchShape } from "./trainingGraph.ts";

/** Inputs: ids, positions int64 and segments int32 [rows, length]. */
export function packedDecoder(config: DecoderConfig, { rows, length, checkpointing }: BatchShape): ForwardContext {
  const positions = input("positions", "int64", [rows, length]);
  const segments = input("segments", "int32", [rows, length]);
  const mask = maskOf(reshape(and(sameSegment(segments, segments), causal(length)), [rows, 1, 1, length, length]));
  const rotary = rotaryTables(config);
  return {
    ids: input("ids", "int64", [rows, length]),
    attend: (_layer, qkv) => attention(qkv, config.attention, { positions, mask, rotary }),
    segment: (x, layer) => checkpoint([x], layer, { recompute: checkpointing }),
  };
}

/** Inputs: ids int64 and segments int32 [rows, length], encoder_ids and encoder_segments [rows, encoderLength]. */
export function packedEncoderDecoder(
  { attention: { headSize } }: EncoderDecoderConfig,
  { rows, length, encoderLength, checkpointing }: BatchShape & { readonly encoderLength: number },
): EncoderDecoderContext {
  const segments = input("segments", "int32", [rows, length]);
  const encoderSegments = input("encoder_segments", "int32", [rows, encoderLength]);
  const stack = (name: string, tokens: number, mask: Tensor): StackContext => ({
    ids: input(name, "int64", [rows, tokens]),
    distances: distances(tokens),
    attend: (_layer, qkv, bias) => {
      const [query, key, value] = equalParts(qkv, 3);
      return biasedAttention(query!, perHead(key!, headSize), perHead(value!, headSize), add(bias, mask));
    },
  });
  const acrossMask = maskOf(sameSegment(segments, encoderSegments));
  return {
    encoder: stack("encoder_ids", encoderLength, maskOf(sameSegment(encoderSegments, encoderSegments))),
    decoder: stack("ids", length, maskOf(and(sameSegment(segments, segments), causal(length)))),
    attendEncoded: (_layer, query, keyValue) => {
      const [key, value] = equalParts(keyValue(), 2);
      return biasedAttention(query, perHead(key!, headSize), perHead(value!, headSize), acrossMask);
    },
    segment: (inputs, layer) => checkpoint(inputs, layer, { recompute: checkpointing }),
  };
}

/** int32 [B, T] and [B, S] → bool [B, 1, T, S] */
function sameSegment(queries: Tensor, keys: Tensor): Tensor {
  const rows = size(queries, 0);
  return equal(reshape(queries, [rows, 1, size(queries, 1), 1]), reshape(keys, [rows, 1, 1, size(keys, 1)]));
}

/** bool [T, T]: a token sees those before it, and itself. */
function causal(length: number): Tensor {
  const seen = Uint8Array.from({ length: length * length }, (_, i) => Number(i % length <= Math.floor(i / length)));
  return constant(seen, [length, length], "bool");
}

function maskOf(visible: Tensor): Tensor {
  return where(visible, scalar(0), scalar(masked));
}

/** int64 [T, T]: sequences in a row are apart, so tokens of the same one are as far from each other as their places. */
function distances(length: number): Tensor {
  const values = BigInt64Array.from({ length: length * length }, (_, i) => {
    return BigInt((i % length) - Math.floor(i / length));
  });
  return constant(values, [length, length]);
}
