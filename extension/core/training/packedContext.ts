/** The forward pass over packed sequences, which must not see each other: what it is told of ids, positions and sight. */

import { checkpoint } from "../graph/checkpoint.ts";
import { attention, masked } from "../graph/composites/attention.ts";
import { biasedAttention, equalParts, perHead } from "../graph/composites/biasedAttention.ts";
import { add, and, equal, greaterOrEqual, sub, where } from "../graph/primitives/elementwise.ts";
import { gather } from "../graph/primitives/indexing.ts";
import { concat, expandLike, reshape, zeros } from "../graph/primitives/shaping.ts";
import { size } from "../graph/shape.ts";
import { constant, input, scalar, type Shape, type Tensor } from "../graph/tensor.ts";
import type { EncoderDecoderContext, ForwardContext, StackContext } from "../models/architecture.ts";
import type { DecoderConfig, EncoderDecoderConfig } from "../models/config.ts";
import { rotaryTables } from "../models/rotary.ts";
import type { Attachment } from "./methods/attachment.ts";
import type { BatchShape } from "./trainingGraph.ts";

/**
 * Inputs: ids, positions int64 and segments int32 [rows, length].
 *
 * Virtual tokens stand once in a row, in front of all its sequences: since none of them sees what is behind it, they are the same
 * to each. So with a prompt, hidden states have as many positions more, and with a prefix keys and values have.
 */
export function packedDecoder(
  config: DecoderConfig,
  { rows, length, checkpointing }: BatchShape,
  { prompt, prefix }: Attachment,
): ForwardContext {
  const read = prompt ? size(prompt, 0) : 0;
  const ahead = read + (prefix?.tokens ?? 0);
  const text = add(input("positions", "int64", [rows, length]), integer(ahead));
  const positions = read === 0 ? text : concat([stretched(counted(read), [rows, read]), text], 1);
  const segments = input("segments", "int32", [rows, length]);
  const seen = reshape(and(sameSegment(segments, segments), causal(length)), [rows, 1, length, length]);
  const mask = reshape(maskOf(withVirtual(seen, read, ahead)), [rows, 1, 1, read + length, ahead + length]);
  const rotary = rotaryTables(config);
  return {
    ids: input("ids", "int64", [rows, length]),
    ...(prompt && { embedded: (x: Tensor) => concat([stretched(prompt, [rows, ...prompt.shape]), x], 1) }),
    attend: (layer, qkv) => {
      const before = prefix && { before: perRow(prefix.of(layer), rows) };
      return attention(qkv, config.attention, { positions, mask, rotary, ...before });
    },
    segment: (x, layer) => checkpoint([x], layer, { recompute: checkpointing }),
  };
}

/**
 * Inputs: ids, positions int64 and segments int32 [rows, length], encoder_ids and encoder_segments [rows, encoderLength].
 *
 * An encoder sees in both directions, so each sequence has a prompt of its own, as ids below 0: the last virtual token is -1.
 */
export function packedEncoderDecoder(
  { attention: { headSize } }: EncoderDecoderConfig,
  { rows, length, encoderLength, checkpointing }: BatchShape & { readonly encoderLength: number },
  { prompt, prefix }: Attachment,
): EncoderDecoderContext {
  const segments = input("segments", "int32", [rows, length]);
  const encoderSegments = input("encoder_segments", "int32", [rows, encoderLength]);
  const ahead = prefix?.tokens ?? 0;
  const selfMask = maskOf(withVirtual(and(sameSegment(segments, segments), causal(length)), 0, ahead));
  const encoderMask = maskOf(sameSegment(encoderSegments, encoderSegments));
  const acrossMask = maskOf(sameSegment(segments, encoderSegments));
  const attend = (qkv: Tensor, bias: Tensor, before?: KeyValue): Tensor => {
    const [query, ...keyValue] = equalParts(qkv, 3);
    const [key, value] = keyValue.map((part) => perHead(part, headSize));
    return before
      ? biasedAttention(query!, concat([before.key, key!], 2), concat([before.value, value!], 2), bias)
      : biasedAttention(query!, key!, value!, bias);
  };
  const decoder: StackContext = {
    ids: input("ids", "int64", [rows, length]),
    distances: ahead === 0 ? distances(length) : withDistances(rows, length, ahead),
    attend: (layer, qkv, bias) => attend(qkv, add(bias, selfMask), prefix && perRow(prefix.of(layer), rows)),
  };
  return {
    encoder: {
      ...promptedIds(input("encoder_ids", "int64", [rows, encoderLength]), prompt),
      distances: distances(encoderLength),
      attend: (_layer, qkv, bias) => attend(qkv, add(bias, encoderMask)),
    },
    decoder,
    attendEncoded: (_layer, query, keyValue) => {
      const [key, value] = equalParts(keyValue(), 2);
      return biasedAttention(query, perHead(key!, headSize), perHead(value!, headSize), acrossMask);
    },
    segment: (inputs, layer) => checkpoint(inputs, layer, { recompute: checkpointing }),
  };
}

/** Where ids are below 0, embeddings are those of `prompt`, counted from its end. */
function promptedIds(ids: Tensor, prompt: Tensor | undefined): Pick<StackContext, "ids" | "embedded"> {
  if (!prompt) return { ids };
  const isText = greaterOrEqual(ids, integer(0));
  return {
    ids: where(isText, ids, integer(0)),
    embedded: (x) => where(reshape(isText, [...ids.shape, 1]), x, gather(prompt, where(isText, integer(-1), ids))),
  };
}

interface KeyValue {
  readonly key: Tensor;
  readonly value: Tensor;
}

/** [kvHeads, tokens, headSize] → [rows, kvHeads, tokens, headSize], the same in each row. */
function perRow({ key, value }: KeyValue, rows: number): KeyValue {
  return { key: stretched(key, [rows, ...key.shape]), value: stretched(value, [rows, ...value.shape]) };
}

/** int32 [B, T] and [B, S] → bool [B, 1, T, S] */
function sameSegment(queries: Tensor, keys: Tensor): Tensor {
  const rows = size(queries, 0);
  return equal(reshape(queries, [rows, 1, size(queries, 1), 1]), reshape(keys, [rows, 1, 1, size(keys, 1)]));
}

/** bool [T, T]: a token sees those before it, and itself. */
function causal(length: number): Tensor {
  return flags([length, length], (query, key) => key <= query);
}

/** Lets the tokens of `seen`, bool [B, 1, T, T], see `ahead` virtual ones, of which the first `read` are tokens themselves. */
function withVirtual(seen: Tensor, read: number, ahead: number): Tensor {
  if (ahead === 0) return seen;
  const [rows, length] = [size(seen, 0), size(seen, 3)];
  const always = stretched(
    flags([length, ahead], () => true),
    [rows, 1, length, ahead],
  );
  const ofText = concat([always, seen], 3);
  if (read === 0) return ofText;
  const ofVirtual = flags([read, ahead + length], (query, key) => key <= query);
  return concat([stretched(ofVirtual, [rows, 1, read, ahead + length]), ofText], 2);
}

function flags(shape: readonly [number, number], isSet: (row: number, column: number) => boolean): Tensor {
  const [rows, columns] = shape;
  const values = Uint8Array.from({ length: rows * columns }, (_, i) => {
    return Number(isSet(Math.floor(i / columns), i % columns));
  });
  return constant(values, shape, "bool");
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

/** int64 [B, T, ahead + T]: how far a prefix stands behind a token depends on the token's place in its own sequence. */
function withDistances(rows: number, length: number, ahead: number): Tensor {
  const positions = reshape(input("positions", "int64", [rows, length]), [rows, length, 1]);
  const toPrefix = sub(sub(counted(ahead), integer(ahead)), positions);
  return concat([toPrefix, stretched(distances(length), [rows, length, length])], 2);
}

/** int64 [count]: 0, 1, … */
function counted(count: number): Tensor {
  return constant(
    BigInt64Array.from({ length: count }, (_, i) => BigInt(i)),
    [count],
  );
}

function integer(value: number): Tensor {
  return constant(BigInt64Array.of(BigInt(value)), []);
}

function stretched(x: Tensor, shape: Shape): Tensor {
  return expandLike(x, zeros(shape));
}
