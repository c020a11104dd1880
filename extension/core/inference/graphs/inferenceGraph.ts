/** A model as ONNX for inference: a KV cache in and out, adapters as inputs, logits of the rows that are asked for. */

import { servingSlots, type SlotSite } from "../../adapters/servingSlots.ts";
import { withVirtualTokens } from "../../adapters/virtualTokens.ts";
import { cachedAttention } from "../../graph/composites/attention.ts";
import { linear } from "../../graph/composites/linear.ts";
import { lower } from "../../graph/lower.ts";
import { gather } from "../../graph/primitives/indexing.ts";
import { reshape } from "../../graph/primitives/shaping.ts";
import { input, type Tensor } from "../../graph/tensor.ts";
import { forward } from "../../architectures/architectures.ts";
import type { DecoderConfig } from "../../architectures/config.ts";
import { rotaryTables } from "../../architectures/rotary.ts";
import type { WeightSource } from "../../architectures/parameterScope.ts";
import { encode, type OnnxModel } from "../../onnx/encode.ts";

export interface InferenceGraph {
  readonly model: OnnxModel;
  /** Where adapters attach, in the order of the model. */
  readonly sites: readonly SlotSite[];
}

/** The most tokens that a cache may hold: ONNX Runtime wants as many rows of the rotary tables, though no position is as far. */
export function mostCached({ contextLength }: DecoderConfig): number {
  return contextLength + 10_240;
}

/**
 * New tokens stand behind any that have been read, not just behind the last: the mask says what each sees, itself included.
 *
 * Inputs: ids and positions int64 [1, sequence]; mask float32 [1, 1, sequence, past+sequence], over what was read before and what is
 * new; last_positions int32 [1] and total_length int32 [], which are total - 1 and total; past.N.key and past.N.value
 * [1, kvHeads, past, D]; rows int64 [rows], into the sequence; and those of the adapter slots and of virtual tokens.
 * Outputs: logits [rows, vocabulary]; present.N.key and present.N.value [1, kvHeads, total, D].
 */
export function inferenceGraph(config: DecoderConfig, weights: WeightSource, weightFile: string): InferenceGraph {
  const { slots, sites } = servingSlots();
  const { kvHeads, headSize } = config.attention;
  const lastPositions = input("last_positions", "int32", [1]);
  const totalLength = input("total_length", "int32", []);
  const positions = input("positions", "int64", [1, "sequence"]);
  const mask = input("mask", "float32", [1, 1, "sequence", "past+sequence"]);
  const rotary = rotaryTables(config, mostCached(config));
  const outputs: Record<string, Tensor> = {};
  const { hidden, head } = forward(config, weights, slots, {
    ids: input("ids", "int64", [1, "sequence"]),
    embedded: (x) => withVirtualTokens(x, config.hiddenSize),
    segment: (x, layer) => layer(x),
    attend: (layer, qkv) => {
      const past = (part: string): Tensor => input(`past.${layer}.${part}`, "float32", [1, kvHeads, "past", headSize]);
      const cache = { pastKey: past("key"), pastValue: past("value"), lastPositions, totalLength };
      const inputs = { qkv, ...cache, positions, mask, rotary };
      const [attended, key, value] = cachedAttention(inputs, config.attention, "past+sequence");
      outputs[`present.${layer}.key`] = key!;
      outputs[`present.${layer}.value`] = value!;
      return attended!;
    },
  });
  const rows = gather(reshape(hidden, ["sequence", config.hiddenSize]), input("rows", "int64", ["rows"]));
  const named = { logits: linear(rows, head.weight, head.bias), ...outputs };
  const lowered = lower(Object.values(named), "inference");
  const model = encode(Object.fromEntries(Object.keys(named).map((name, i) => [name, lowered[i]!])), weightFile);
  return { model, sites };
}
