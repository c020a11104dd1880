/** A model as an ONNX graph for inference: KV cache in and out, adapters as inputs, logits of the requested rows. */

import { servingSlots, type Changes, type Slot } from "../../adapters/servingSlots.ts";
import { withVirtualTokens } from "../../adapters/servedVirtualTokens.ts";
import { cachedAttention } from "../../graph/composites/attention.ts";
import { linear } from "../../graph/composites/linear.ts";
import { withHalfAttention } from "../../graph/halfAttention.ts";
import { lower } from "../../graph/lower.ts";
import { withPlainProducts } from "../../graph/plainProducts.ts";
import { gather } from "../../graph/primitives/indexing.ts";
import { reshape } from "../../graph/primitives/shaping.ts";
import { input, type Tensor } from "../../graph/tensor.ts";
import { forward } from "../../architectures/architectures.ts";
import type { DecoderConfig } from "../../architectures/config.ts";
import { rotaryTables } from "../../architectures/rotary.ts";
import type { WeightSource } from "../../architectures/parameterScope.ts";
import { attendsInHalf, lacksFusedMatMul, rotatesApart, type Device } from "../../runtime/device.ts";
import { encode, type OnnxModel } from "../../onnx/encode.ts";

export interface InferenceGraph {
  readonly model: OnnxModel;
  /** The inputs for adapters. */
  readonly slots: readonly Slot[];
}

/**
 * Returns the capacity of the KV cache in tokens. It exceeds the context because branches of a tree share the cache;
 * ONNX Runtime requires as many rows in the rotary tables, although no position is that large.
 */
export function maxCachedTokens({ contextLength }: DecoderConfig): number {
  return contextLength + 10_240;
}

/**
 * Builds the graph. A new token may follow any cached token, not only the last: the mask says which tokens it attends
 * to, itself included.
 *
 * Inputs: ids and positions int64 [1, sequence]; mask float32 [1, 1, sequence, past+sequence], over cached and new tokens;
 * last_positions int32 [1] and total_length int32 [], which are total - 1 and total; past.N.key and past.N.value
 * [1, kvHeads, past, D]; rows int64 [rows], which index the sequence; slots for adapters, and virtual tokens.
 * Outputs: logits [rows, vocabulary]; present.N.key and present.N.value [1, kvHeads, total, D].
 *
 * @param changes the changes by adapters that the graph has slots for
 */
export function inferenceGraph(
  config: DecoderConfig,
  weights: WeightSource,
  weightFile: string,
  device: Device,
  changes: Changes,
): InferenceGraph {
  const { slots, inputs } = servingSlots(changes);
  const { kvHeads, headSize } = config.attention;
  const lastPositions = input("last_positions", "int32", [1]);
  const totalLength = input("total_length", "int32", []);
  const positions = input("positions", "int64", [1, "sequence"]);
  const mask = input("mask", "float32", [1, 1, "sequence", "past+sequence"]);
  const rotary = rotaryTables(config, maxCachedTokens(config));
  const outputs: Record<string, Tensor> = {};
  const { hidden, head } = forward(config, weights, slots, {
    ids: input("ids", "int64", [1, "sequence"]),
    embedded: (x) => withVirtualTokens(x, config.hiddenSize),
    segment: (x, layer) => layer(x),
    attend: (layer, qkv) => {
      const past = (part: string): Tensor => input(`past.${layer}.${part}`, "float32", [1, kvHeads, "past", headSize]);
      const cache = { pastKey: past("key"), pastValue: past("value"), lastPositions, totalLength };
      const inputs = { qkv, ...cache, positions, mask, rotary, rotatesApart: rotatesApart.has(device) };
      const [attended, key, value] = cachedAttention(inputs, config.attention, "past+sequence");
      outputs[`present.${layer}.key`] = key!;
      outputs[`present.${layer}.value`] = value!;
      return attended!;
    },
  });
  const rows = gather(reshape(hidden, ["sequence", config.hiddenSize]), input("rows", "int64", ["rows"]));
  const named = { logits: linear(rows, head.weight, head.bias), ...outputs };
  const fused = lower(Object.values(named), "inference");
  const plain = lacksFusedMatMul.has(device) ? withPlainProducts(fused) : fused;
  const lowered = attendsInHalf.has(device) ? withHalfAttention(plain) : plain;
  const model = encode(Object.fromEntries(Object.keys(named).map((name, i) => [name, lowered[i]!])), weightFile);
  return { model, slots: inputs };
}
