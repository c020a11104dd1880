/** A Hugging Face folder with a model of random weights, which the tokenizer fixture fits. */

import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import { weightRequests } from "../../../extension/core/architectures/architectures.ts";
import { readModelConfig } from "../../../extension/core/architectures/readConfig.ts";
import { writeSafetensors } from "../../../extension/core/weights/safetensors.ts";

const tinyConfig = {
  model_type: "llama",
  vocab_size: 512,
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 1,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-6,
  tie_word_embeddings: true,
};

export type Weights = Map<string, { shape: readonly number[]; data: Float32Array }>;

/** Writes the folder and returns its weights; `config` overrides fields of config.json, `edit` changes the weights. */
export async function writeTinyCheckpoint(
  path: string,
  { config = {}, seed = 1, edit }: { config?: object; seed?: number; edit?: (weights: Weights) => void } = {},
): Promise<Weights> {
  const json = { ...tinyConfig, ...config };
  const random = seededRandom(seed, "weights");
  const weights: Weights = new Map();
  for (const { names, shapes } of weightRequests(readModelConfig(json))) {
    for (const [i, name] of names.entries()) {
      const shape = shapes[i] ?? [];
      const count = shape.reduce((product, extent) => product * extent, 1);
      weights.set(name, { shape, data: Float32Array.from({ length: count }, () => random.normal() / 8) });
    }
  }
  edit?.(weights);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, "config.json"), JSON.stringify(json));
  const fixture = join(import.meta.dirname, "../../fixtures/tokenizer");
  for (const name of ["tokenizer.json", "tokenizer_config.json"]) await cp(join(fixture, name), join(path, name));
  const tensors = [...weights].map(([name, { shape, data }]) => ({ name, shape, data }));
  await writeSafetensors(join(path, "model.safetensors"), tensors);
  return weights;
}
