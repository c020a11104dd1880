/**
 * A hand-written graph of a Qwen2 or LLaMA model for inference only, without adapter slots or a choice of rows. Graft's own graph
 * is measured against it. It reads the same weight file.
 */

import { basename, dirname } from "node:path";
import type { InstalledBase } from "../../../extension/core/baseModels/installedBase.ts";
import { storedVector, storedWeight } from "../../../extension/core/graph/composites/weight.ts";
import { add, mul, sigmoid } from "../../../extension/core/graph/primitives/elementwise.ts";
import { groupQueryAttention, simplifiedLayerNormalization } from "../../../extension/core/graph/primitives/fused.ts";
import { gather } from "../../../extension/core/graph/primitives/indexing.ts";
import { gatherBlockQuantized, matMulNBits } from "../../../extension/core/graph/primitives/quantized.ts";
import { reshape } from "../../../extension/core/graph/primitives/shaping.ts";
import type { StoredTensor } from "../../../extension/core/graph/storage.ts";
import { constant, input, type Tensor } from "../../../extension/core/graph/tensor.ts";
import { isEncoderDecoder } from "../../../extension/core/architectures/config.ts";
import { rotaryTables } from "../../../extension/core/architectures/rotary.ts";
import { encode } from "../../../extension/core/onnx/encode.ts";
import {
  floats,
  floatsOf,
  int32s,
  int64s,
  openSession,
  type RuntimeTensor,
} from "../../../extension/core/runtime/session.ts";
import { shapes, type ShapeName } from "./checkpoint.ts";

export interface PlainDecoder {
  /** Clears the KV cache. */
  clear(): void;
  /** Appends `ids` and returns the logits after the last one. */
  extend(ids: readonly number[]): Promise<Float32Array>;
  release(): Promise<void>;
}

export async function openPlainDecoder(base: InstalledBase, shape: ShapeName): Promise<PlainDecoder> {
  const { config, weightsPath } = base;
  if (isEncoderDecoder(config)) throw new Error("not for models with an encoder");
  const { kvHeads, headSize } = config.attention;
  const outputs = plainGraph(base, shape);
  const model = encode(outputs, basename(weightsPath));
  const session = await openSession(model, { purpose: "inference", weightFolder: dirname(weightsPath) });
  const none = (): RuntimeTensor => floats(new Float32Array(0), [1, kvHeads, 0, headSize]);
  const names = [...Array(config.layers).keys()].flatMap((layer) => [`${layer}.key`, `${layer}.value`]);
  let past = new Map<string, RuntimeTensor>();
  let length = 0;
  return {
    clear: () => {
      past = new Map(names.map((name) => [name, none()]));
      length = 0;
    },
    extend: async (ids) => {
      length += ids.length;
      const results = await session.run({
        ...Object.fromEntries([...past].map(([name, tensor]) => [`past.${name}`, tensor])),
        ids: int64s(BigInt64Array.from(ids, BigInt), [1, ids.length]),
        last_positions: int32s(Int32Array.of(length - 1), [1]),
        total_length: int32s(Int32Array.of(length), []),
      });
      past = new Map(names.map((name) => [name, results[`present.${name}`]!]));
      return floatsOf(results["logits"]);
    },
    release: () => session.release(),
  };
}

function plainGraph({ config, tensors }: InstalledBase, shape: ShapeName): Record<string, Tensor> {
  if (isEncoderDecoder(config)) throw new Error("not for models with an encoder");
  const { rms_norm_eps: epsilon, tie_word_embeddings: tied, model_type: type } = shapes[shape];
  const { kvHeads, headSize } = config.attention;
  const stored = (...names: string[]): StoredTensor[] => names.map((name) => tensors.get(name)!);
  const product = (x: Tensor, path: string, modules: readonly string[], bias = false): Tensor => {
    const { quantized } = storedWeight(stored(...modules.map((name) => `${path}${name}.weight`)));
    const added = bias ? storedVector(stored(...modules.map((name) => `${path}${name}.bias`))) : null;
    return matMulNBits(x, quantized!, added, "int8");
  };
  const gain = (name: string): Tensor => storedVector(stored(`${name}.weight`));
  /** Returns the sum and its norm. */
  const addNorm = (x: Tensor, y: Tensor, name: string): readonly [sum: Tensor, normed: Tensor] => {
    const sum = add(x, y);
    const normed = simplifiedLayerNormalization(sum, gain(name), epsilon);
    return [sum, normed];
  };
  const rotary = rotaryTables(config);
  const lengths = {
    lastPositions: input("last_positions", "int32", [1]),
    totalLength: input("total_length", "int32", []),
  };
  const table = storedWeight(stored("model.embed_tokens.weight")).quantized!;
  const outputs: Record<string, Tensor> = {};
  let x = gatherBlockQuantized(table, input("ids", "int64", [1, "sequence"]));
  let normed = simplifiedLayerNormalization(x, gain("model.layers.0.input_layernorm"), epsilon);
  for (let layer = 0; layer < config.layers; layer++) {
    const path = `model.layers.${layer}.`;
    const past = (part: string): Tensor => input(`past.${layer}.${part}`, "float32", [1, kvHeads, "past", headSize]);
    const qkv = product(normed, `${path}self_attn.`, ["q_proj", "k_proj", "v_proj"], type === "qwen2");
    const [attended, key, value] = groupQueryAttention(
      { qkv, pastKey: past("key"), pastValue: past("value"), ...lengths, positions: null, mask: null, rotary },
      config.attention,
      "total",
    );
    outputs[`present.${layer}.key`] = key!;
    outputs[`present.${layer}.value`] = value!;
    [x, normed] = addNorm(x, product(attended!, `${path}self_attn.`, ["o_proj"]), `${path}post_attention_layernorm`);
    const gate = product(normed, `${path}mlp.`, ["gate_proj"]);
    const hidden = mul(mul(gate, sigmoid(gate)), product(normed, `${path}mlp.`, ["up_proj"]));
    const next = layer + 1 < config.layers ? `model.layers.${layer + 1}.input_layernorm` : "model.norm";
    [x, normed] = addNorm(x, product(hidden, `${path}mlp.`, ["down_proj"]), next);
  }
  const last = gather(reshape(normed, ["sequence", config.hiddenSize]), constant(BigInt64Array.of(-1n), [1]));
  const head = tied ? table : storedWeight(stored("lm_head.weight")).quantized!;
  return { logits: matMulNBits(last, head, null, "int8"), ...outputs };
}
