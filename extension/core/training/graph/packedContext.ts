/** The context of a forward pass over packed rows: ids, positions and attention masks that keep sequences apart. */

import { checkpoint } from "../../graph/gradientCheckpointing.ts";
import { attention } from "../../graph/composites/attention.ts";
import { biasedAttention, equalParts, perHead } from "../../graph/composites/biasedAttention.ts";
import { add, greaterOrEqual, where } from "../../graph/primitives/elementwise.ts";
import { gather } from "../../graph/primitives/indexing.ts";
import { concat, reshape } from "../../graph/primitives/shaping.ts";
import { size } from "../../graph/shape.ts";
import { input, type Tensor } from "../../graph/tensor.ts";
import type { EncoderDecoderContext, ForwardContext, StackContext } from "../../architectures/architecture.ts";
import type { DecoderConfig, EncoderDecoderConfig } from "../../architectures/config.ts";
import { rotaryTables } from "../../architectures/rotary.ts";
import type { Attachment } from "../../adapters/methods/attachment.ts";
import {
  counted,
  distances,
  distancesBehind,
  integer,
  causalSegmentMask,
  stretched,
  segmentMask,
} from "./attentionMasks.ts";
import type { BatchShape } from "../data/batchShape.ts";

/**
 * Graph inputs: ids, positions int64 and segments int32 [rows, length].
 *
 * A row contains its virtual tokens once, in front of all its sequences. Attention is causal, so virtual tokens look the same to
 * every sequence. A prompt adds positions to the hidden states; a prefix adds positions to keys and values only.
 */
export function packedDecoder(
  config: DecoderConfig,
  { rows, length, checkpointing }: BatchShape,
  { prompt, prefix }: Attachment,
): ForwardContext {
  const count = prompt ? size(prompt, 0) : (prefix?.tokens ?? 0);
  const read = prompt ? count : 0;
  const text = add(input("positions", "int64", [rows, length]), integer(count));
  const positions = prompt ? concat([stretched(counted(count), [rows, count]), text], 1) : text;
  const causalMask = causalSegmentMask(input("segments", "int32", [rows, length]), {
    count,
    look: prompt !== undefined,
  });
  const mask = reshape(causalMask, [rows, 1, 1, read + length, count + length]);
  // The runtime requires a table as long as a row, although no position exceeds the context length.
  const rotary = rotaryTables({ ...config, contextLength: Math.max(config.contextLength, read + length) });
  return {
    ids: input("ids", "int64", [rows, length]),
    ...(prompt && { embedded: (x: Tensor) => concat([stretched(prompt, [rows, ...prompt.shape]), x], 1) }),
    attend: (layer, qkv) => {
      const before = prefix && { before: inRows(prefix.of(layer), rows) };
      return attention(qkv, config.attention, { positions, mask, rotary, ...before });
    },
    segment: (x, layer) => checkpoint([x], layer, { recompute: checkpointing }),
  };
}

/**
 * Graph inputs: ids, positions int64 and segments int32 [rows, length], encoder_ids and encoder_segments [rows, encoderLength].
 *
 * An encoder is bidirectional, so each sequence has its own copy of the prompt, as ids below 0: the last virtual token is -1.
 */
export function packedEncoderDecoder(
  { attention: { headSize }, contextLength }: EncoderDecoderConfig,
  { rows, length, encoderLength, checkpointing }: BatchShape & { readonly encoderLength: number },
  { prompt, prefix }: Attachment,
): EncoderDecoderContext {
  const segments = input("segments", "int32", [rows, length]);
  const encoderSegments = input("encoder_segments", "int32", [rows, encoderLength]);
  const count = prefix?.tokens ?? 0;
  const causalMask = causalSegmentMask(segments, { count, look: false });
  const encoderMask = segmentMask(encoderSegments, encoderSegments);
  const crossMask = segmentMask(segments, encoderSegments);
  const attend = (qkv: Tensor, bias: Tensor, before?: KeyValue): Tensor => {
    const [query, newKey, newValue] = equalParts(qkv, 3);
    const [key, value] = [perHead(newKey!, headSize), perHead(newValue!, headSize)];
    if (!before) return biasedAttention(query!, key, value, bias);
    return biasedAttention(query!, concat([before.key, key], 2), concat([before.value, value], 2), bias);
  };
  return {
    encoder: {
      ...withPrompt(input("encoder_ids", "int64", [rows, encoderLength]), prompt),
      distances: distances(encoderLength, contextLength),
      attend: (_layer, qkv, bias) => attend(qkv, add(bias, encoderMask)),
    },
    decoder: {
      ids: input("ids", "int64", [rows, length]),
      distances: prefix
        ? distancesBehind(count, input("positions", "int64", [rows, length]), contextLength)
        : distances(length, contextLength),
      attend: (layer, qkv, bias) => attend(qkv, add(bias, causalMask), prefix && inRows(prefix.of(layer), rows)),
    },
    attendEncoded: (_layer, query, keyValue) => {
      const [key, value] = equalParts(keyValue(), 2);
      return biasedAttention(query, perHead(key!, headSize), perHead(value!, headSize), crossMask);
    },
    segment: (inputs, layer) => checkpoint(inputs, layer, { recompute: checkpointing }),
  };
}

/** Replaces the embeddings of ids below 0 with those of `prompt`, counted from its end. */
function withPrompt(ids: Tensor, prompt: Tensor | undefined): Pick<StackContext, "ids" | "embedded"> {
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

/** Repeats keys and values in each row: [kvHeads, tokens, headSize] → [rows, kvHeads, tokens, headSize]. */
function inRows({ key, value }: KeyValue, rows: number): KeyValue {
  return { key: stretched(key, [rows, ...key.shape]), value: stretched(value, [rows, ...value.shape]) };
}
