/** Makes Hugging Face folders with the shapes of published models and random weights. */

import { mkdir, open, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import { elementCount } from "../../../extension/core/graph/shape.ts";
import { weightRequests } from "../../../extension/core/architectures/architectures.ts";
import { readModelConfig } from "../../../extension/core/architectures/readConfig.ts";

const common = { rms_norm_eps: 1e-6, hidden_act: "silu", max_position_embeddings: 32_768 };

/** The fields of the published config.json that determine size and graph. */
export const shapes = {
  "smollm2-135m": {
    ...common,
    model_type: "llama",
    vocab_size: 49_152,
    hidden_size: 576,
    intermediate_size: 1536,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    rope_theta: 1e5,
    tie_word_embeddings: true,
    max_position_embeddings: 8192,
  },
  "qwen2.5-coder-0.5b": {
    ...common,
    model_type: "qwen2",
    vocab_size: 151_936,
    hidden_size: 896,
    intermediate_size: 4864,
    num_hidden_layers: 24,
    num_attention_heads: 14,
    num_key_value_heads: 2,
    rope_theta: 1e6,
    tie_word_embeddings: true,
  },
  "qwen2.5-coder-1.5b": {
    ...common,
    model_type: "qwen2",
    vocab_size: 151_936,
    hidden_size: 1536,
    intermediate_size: 8960,
    num_hidden_layers: 28,
    num_attention_heads: 12,
    num_key_value_heads: 2,
    rope_theta: 1e6,
    tie_word_embeddings: true,
  },
  "codellama-7b": {
    ...common,
    model_type: "llama",
    vocab_size: 32_016,
    hidden_size: 4096,
    intermediate_size: 11_008,
    num_hidden_layers: 32,
    num_attention_heads: 32,
    num_key_value_heads: 32,
    rope_theta: 1e6,
    tie_word_embeddings: false,
    max_position_embeddings: 16_384,
  },
} as const;

export type ShapeName = keyof typeof shapes;

/** @throws Error that names the shapes, for another text */
export function shapeNamed(text: string): ShapeName {
  if (!Object.hasOwn(shapes, text)) throw new Error(`--shape is one of ${Object.keys(shapes).join(", ")}`);
  return text as ShapeName;
}

/** Maximum size of a shard in bytes, as in transformers' `save_pretrained`. */
const shardBytes = 5e9;

interface PlacedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Writes config.json and bfloat16 weights. With `sparse`, all weights are zero and the files take no space on disk.
 *
 * @returns the size of the weights in bytes
 */
export async function writeCheckpoint(folder: string, name: ShapeName, sparse: boolean): Promise<number> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), JSON.stringify(shapes[name]));
  const shards: PlacedTensor[][] = [[]];
  for (const { names, shapes: sizes } of weightRequests(readModelConfig(shapes[name]))) {
    for (const [i, tensor] of names.entries()) {
      if (bytesOf(shards.at(-1)!) > shardBytes) shards.push([]);
      shards.at(-1)!.push({ name: tensor, shape: sizes[i]! });
    }
  }
  const isOne = shards.length === 1;
  const files = shards.map((_, i) => (isOne ? "model.safetensors" : `model-${i + 1}-of-${shards.length}.safetensors`));
  for (const [i, tensors] of shards.entries()) await writeShard(join(folder, files[i]!), tensors, sparse);
  const weightMap = Object.fromEntries(shards.flatMap((tensors, i) => tensors.map((t) => [t.name, files[i]])));
  if (!isOne) await writeFile(join(folder, "model.safetensors.index.json"), JSON.stringify({ weight_map: weightMap }));
  return shards.reduce((sum, tensors) => sum + bytesOf(tensors), 0);
}

function bytesOf(tensors: readonly PlacedTensor[]): number {
  return tensors.reduce((sum, { shape }) => sum + 2 * elementCount(shape), 0);
}

async function writeShard(path: string, tensors: readonly PlacedTensor[], sparse: boolean): Promise<void> {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const { name, shape } of tensors) {
    const end = offset + 2 * elementCount(shape);
    header[name] = { dtype: "BF16", shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = await open(path, "w");
  try {
    await file.writeFile(Buffer.concat([length, json]));
    if (sparse) await file.truncate(8 + json.length + offset);
    else for (const { shape } of tensors) await writeRandom(file, elementCount(shape), shape.length === 1 ? 1 : 0.02);
  } finally {
    await file.close();
  }
}

/** Returns normal numbers. They are drawn once and reused from different offsets. */
const numbers = (() => {
  const random = seededRandom(1, "weights");
  return Float32Array.from({ length: 1 << 20 }, () => random.normal());
})();

async function writeRandom(file: FileHandle, count: number, deviation: number): Promise<void> {
  // A bfloat16 is the upper half of a float32.
  const bits = new Uint32Array(numbers.map((x) => x * deviation).buffer);
  const halves = Uint16Array.from(bits, (value) => value >>> 16);
  for (let done = 0; done < count;) {
    const start = (done * 7919) % (halves.length / 2);
    const part = halves.subarray(start, start + Math.min(count - done, halves.length / 2));
    await file.writeFile(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    done += part.length;
  }
}
