/** A model as ONNX for inference: a KV cache in and out, adapters as inputs, logits of the rows that are asked for. */

import { servingSlots, type SlotSite } from "../adapters/servingSlots.ts";
import { withVirtualTokens } from "../adapters/virtualTokens.ts";
import { cachedAttention } from "../graph/composites/attention.ts";
import { linear } from "../graph/composites/linear.ts";
import { lower } from "../graph/lower.ts";
import { gather } from "../graph/primitives/indexing.ts";
import { reshape } from "../graph/primitives/shaping.ts";
import { input, type Tensor } from "../graph/tensor.ts";
import { forward } from "../models/architectures.ts";
import type { DecoderConfig } from "../models/config.ts";
import { rotaryTables } from "../models/rotary.ts";
import type { WeightSource } from "../models/site.ts";
import { encode, type OnnxModel } from "../onnx/encode.ts";

export interface InferenceGraph {
  readonly model: OnnxModel;
  /** Where adapters attach, in the order of the model. */
  readonly sites: readonly SlotSite[];
}

/**
 * Inputs: ids int64 [batch, sequence]; last_positions int32 [batch] and total_length int32 [], counted with the new
 * tokens; past.N.key and past.N.value [batch, kvHeads, past, D]; rows int64 [rows], into the flattened batch·sequence; and
 * those of the adapter slots and of virtual tokens. Outputs: logits [rows, vocabulary]; present.N.key and present.N.value.
 */
export function inferenceGraph(config: DecoderConfig, weights: WeightSource, weightFile: string): InferenceGraph {
  const { slots, sites } = servingSlots();
  const { kvHeads, headSize } = config.attention;
  const lastPositions = input("last_positions", "int32", ["batch"]);
  const totalLength = input("total_length", "int32", []);
  const rotary = rotaryTables(config);
  const outputs: Record<string, Tensor> = {};
  const { hidden, head } = forward(config, weights, slots, {
    ids: input("ids", "int64", ["batch", "sequence"]),
    embedded: (x) => withVirtualTokens(x, config.hiddenSize),
    segment: (x, layer) => layer(x),
    attend: (layer, qkv) => {
      const past = (part: string): Tensor =>
        input(`past.${layer}.${part}`, "float32", ["batch", kvHeads, "past", headSize]);
      const cache = { pastKey: past("key"), pastValue: past("value"), lastPositions, totalLength };
      const [attended, key, value] = cachedAttention({ qkv, ...cache, rotary }, config.attention, "total");
      outputs[`present.${layer}.key`] = key!;
      outputs[`present.${layer}.value`] = value!;
      return attended!;
    },
  });
  const rows = gather(reshape(hidden, ["batch*sequence", config.hiddenSize]), input("rows", "int64", ["rows"]));
  const named = { logits: linear(rows, head.weight, head.bias), ...outputs };
  const lowered = lower(Object.values(named), "inference");
  const model = encode(Object.fromEntries(Object.keys(named).map((name, i) => [name, lowered[i]!])), weightFile);
  return { model, sites };
}
