/**
 * An encoder-decoder as two ONNX graphs for inference: the encoder turns a prompt into keys and values, the decoder
 * generates. Both come from one forward pass, cut at cross-attention.
 */

import { servingSlots, type Changes } from "../../adapters/servingSlots.ts";
import { withVirtualTokens } from "../../adapters/servedVirtualTokens.ts";
import { biasedAttention, equalParts, perHead } from "../../graph/composites/biasedAttention.ts";
import { linear } from "../../graph/composites/linear.ts";
import { lower } from "../../graph/lower.ts";
import { withPlainProducts } from "../../graph/plainProducts.ts";
import { add, sub } from "../../graph/primitives/elementwise.ts";
import { gather } from "../../graph/primitives/indexing.ts";
import { concat, reshape } from "../../graph/primitives/shaping.ts";
import { dimension } from "../../graph/shape.ts";
import { input, type Tensor } from "../../graph/tensor.ts";
import { forwardEncoderDecoder } from "../../architectures/architectures.ts";
import type { EncoderDecoderConfig } from "../../architectures/config.ts";
import type { WeightSource } from "../../architectures/parameterScope.ts";
import { lacksFusedMatMul, type Device } from "../../runtime/device.ts";
import { encode } from "../../onnx/encode.ts";
import type { InferenceGraph } from "./inferenceGraph.ts";

/**
 * Encoder: inputs ids int64 [1, S] and positions int64 [S], outputs encoded.N.key and encoded.N.value [1, heads, S, D].
 *
 * Decoder: inputs ids int64 [1, T]; positions int64 [T], key_positions int64 [P + T] and mask float32 [1, 1, T, P + T], as in
 * `inferenceGraph`; past.N.key and past.N.value [1, heads, P, D]; the encoder's outputs, concatenated over prompts to E
 * tokens, and encoded_mask float32 [1, 1, T, E]; rows int64 [rows], which index T. Outputs: logits [rows, vocabulary];
 * present.N.key and present.N.value.
 *
 * Both also have slots for the `changes` that adapters make. Each graph is built on demand.
 */
export function encoderDecoderGraphs(
  config: EncoderDecoderConfig,
  weights: WeightSource,
  weightFile: string,
  device: Device,
  changes: Changes,
): { encoder(): InferenceGraph; decoder(): InferenceGraph } {
  const { slots, inputs } = servingSlots(changes);
  const { heads, headSize } = config.attention;
  const state = (name: string, length: string): Tensor => input(name, "float32", [1, heads, length, headSize]);
  const ids = input("ids", "int64", [1, "sequence"]);
  const positions = input("positions", "int64", ["sequence"]);
  const mask = (name: string, length: string): Tensor => input(name, "float32", [1, 1, "sequence", length]);
  const [seen, seenEncoded] = [mask("mask", "past+sequence"), mask("encoded_mask", "encoded")];
  const encoded: Record<string, Tensor> = {};
  const present: Record<string, Tensor> = {};

  const { hidden, head } = forwardEncoderDecoder(config, weights, slots, {
    encoder: {
      ids,
      distances: distances(positions, positions),
      embedded: (x) => withVirtualTokens(x, config.hiddenSize),
      attend: (_layer, qkv, bias) => {
        const [query, key, value] = equalParts(qkv, 3);
        return biasedAttention(query!, perHead(key!, headSize), perHead(value!, headSize), bias);
      },
    },
    decoder: {
      ids,
      distances: distances(positions, input("key_positions", "int64", ["past+sequence"])),
      attend: (layer, qkv, bias) => {
        const [query, newKey, newValue] = equalParts(qkv, 3);
        const key = concat([state(`past.${layer}.key`, "past"), perHead(newKey!, headSize)], 2);
        const value = concat([state(`past.${layer}.value`, "past"), perHead(newValue!, headSize)], 2);
        present[`present.${layer}.key`] = key;
        present[`present.${layer}.value`] = value;
        return biasedAttention(query!, key, value, add(bias, seen));
      },
    },
    attendEncoded: (layer, query, keyValue) => {
      const [key, value] = equalParts(keyValue(), 2);
      encoded[`encoded.${layer}.key`] = perHead(key!, headSize);
      encoded[`encoded.${layer}.value`] = perHead(value!, headSize);
      const known = (part: string): Tensor => state(`encoded.${layer}.${part}`, "encoded");
      return biasedAttention(query, known("key"), known("value"), seenEncoded);
    },
    segment: (inputs, layer) => layer(...inputs),
  });

  const flat = reshape(hidden, ["sequence", config.hiddenSize]);
  const rows = gather(flat, input("rows", "int64", ["rows"]));
  const graphOf = (outputs: Readonly<Record<string, Tensor>>): InferenceGraph => {
    const fused = lower(Object.values(outputs), "inference");
    const lowered = lacksFusedMatMul.has(device) ? withPlainProducts(fused) : fused;
    const model = encode(Object.fromEntries(Object.keys(outputs).map((name, i) => [name, lowered[i]!])), weightFile);
    return { model, slots: inputs.filter(({ name }) => model.inputs.has(name)) };
  };
  const generated = { logits: linear(rows, head.weight, head.bias), ...present };
  return { encoder: () => graphOf(encoded), decoder: () => graphOf(generated) };
}

/** Returns the distance from each query to each key: int64 [T] and [S] → [T, S]. */
function distances(queries: Tensor, keys: Tensor): Tensor {
  return sub(reshape(keys, [1, dimension(keys, 0)]), reshape(queries, [dimension(queries, 0), 1]));
}
