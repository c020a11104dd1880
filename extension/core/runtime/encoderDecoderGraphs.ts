/**
 * An encoder-decoder as ONNX for inference, in two graphs: the first reads a prompt into keys and values, the second
 * writes. One forward pass gives both, cut where the decoder attends to what the encoder has read.
 */

import { servingSlots } from "../adapters/servingSlots.ts";
import { withVirtualTokens } from "../adapters/virtualTokens.ts";
import { biasedAttention, equalParts, perHead } from "../graph/composites/biasedAttention.ts";
import { linear } from "../graph/composites/linear.ts";
import { lower } from "../graph/lower.ts";
import { greaterOrEqual, where } from "../graph/primitives/elementwise.ts";
import { gather } from "../graph/primitives/indexing.ts";
import { concat, reshape } from "../graph/primitives/shaping.ts";
import { masked } from "../graph/composites/attention.ts";
import { constant, input, scalar, type Tensor } from "../graph/tensor.ts";
import { forwardEncoderDecoder } from "../models/architectures.ts";
import type { EncoderDecoderConfig } from "../models/config.ts";
import type { WeightSource } from "../models/site.ts";
import { encode } from "../onnx/encode.ts";
import type { InferenceGraph } from "./inferenceGraph.ts";

/**
 * Encoder: inputs ids int64 [1, S] and distances int64 [S, S], outputs encoded.N.key and encoded.N.value [1, heads, S, D].
 *
 * Decoder: inputs ids int64 [batch, T]; distances int64 [T, P + T]; past.N.key and past.N.value [batch, heads, P, D]; the
 * encoder's outputs; rows int64 [rows], into the flattened batch·T. Outputs: logits [rows, vocabulary]; present.N.key and
 * present.N.value.
 *
 * Both have inputs for adapters, besides.
 */
export function encoderDecoderGraphs(
  config: EncoderDecoderConfig,
  weights: WeightSource,
  weightFile: string,
): { readonly encoder: InferenceGraph; readonly decoder: InferenceGraph } {
  const { slots, sites } = servingSlots();
  const { heads, headSize } = config.attention;
  const state = (name: string, batch: "batch" | 1, length: string): Tensor =>
    input(name, "float32", [batch, heads, length, headSize]);
  const inputIds = (batch: "batch" | 1): Tensor => input("ids", "int64", [batch, "sequence"]);
  const distances = input("distances", "int64", ["sequence", "past+sequence"]);
  const ahead = greaterOrEqual(distances, constant(BigInt64Array.of(1n), []));
  const encoded: Record<string, Tensor> = {};
  const present: Record<string, Tensor> = {};

  const { hidden, head } = forwardEncoderDecoder(config, weights, slots, {
    encoder: {
      ids: inputIds(1),
      distances: input("distances", "int64", ["sequence", "sequence"]),
      embedded: (x) => withVirtualTokens(x, config.hiddenSize),
      attend: (_layer, qkv, bias) => {
        const [query, key, value] = equalParts(qkv, 3);
        return biasedAttention(query!, perHead(key!, headSize), perHead(value!, headSize), bias);
      },
    },
    decoder: {
      ids: inputIds("batch"),
      distances,
      attend: (layer, qkv, bias) => {
        const [query, newKey, newValue] = equalParts(qkv, 3);
        const key = concat([state(`past.${layer}.key`, "batch", "past"), perHead(newKey!, headSize)], 2);
        const value = concat([state(`past.${layer}.value`, "batch", "past"), perHead(newValue!, headSize)], 2);
        present[`present.${layer}.key`] = key;
        present[`present.${layer}.value`] = value;
        return biasedAttention(query!, key, value, where(ahead, scalar(masked), bias));
      },
    },
    attendEncoded: (layer, query, keyValue) => {
      const [key, value] = equalParts(keyValue(), 2);
      encoded[`encoded.${layer}.key`] = perHead(key!, headSize);
      encoded[`encoded.${layer}.value`] = perHead(value!, headSize);
      const known = (part: string): Tensor => state(`encoded.${layer}.${part}`, 1, "encoded");
      return biasedAttention(query, known("key"), known("value"), null);
    },
    segment: (inputs, layer) => layer(...inputs),
  });

  const flat = reshape(hidden, ["batch*sequence", config.hiddenSize]);
  const rows = gather(flat, input("rows", "int64", ["rows"]));
  const graphOf = (outputs: Readonly<Record<string, Tensor>>): InferenceGraph => {
    const lowered = lower(Object.values(outputs), "inference");
    const model = encode(Object.fromEntries(Object.keys(outputs).map((name, i) => [name, lowered[i]!])), weightFile);
    return { model, sites: sites.filter(({ name }) => model.inputs.has(`${name}.in`)) };
  };
  return { encoder: graphOf(encoded), decoder: graphOf({ logits: linear(rows, head.weight, head.bias), ...present }) };
}
