/**
 * Writes a LoRA adapter for llama.cpp (llama-cli --lora FILE): GGUF version 3, as its convert_lora_to_gguf.py writes it. Other
 * kinds of GGUF files are not supported.
 */

import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import type { ModelConfig } from "../../architectures/config.ts";
import type { LoraAdapter } from "../methods/lora.ts";
import type { LoraMatrices } from "../methods/loraMatrices.ts";

const gated = {
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
};

/** llama.cpp's names of a layer's modules, by architecture. The names of the architectures are the same as Hugging Face's. */
const modulesOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  llama: gated,
  qwen2: gated,
  qwen3: gated,
  starcoder2: { ...gated, "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down" },
};

interface GgufTensor {
  readonly name: string;
  readonly shape: readonly [rows: number, columns: number];
  readonly values: Float32Array;
}

/**
 * Returns the content of the file.
 *
 * @param config the configuration of the base, which `adapter` must fit
 * @throws UserError "adapter-unsupported"
 */
export function ggufLora(adapter: LoraAdapter, config: ModelConfig): Uint8Array {
  const names = modulesOf[config.modelType];
  if (!names) {
    throw new UserError(
      "adapter-unsupported",
      say`Cannot convert adapter "${adapter.name}" for llama.cpp: its base is of the type ${config.modelType}.`,
      say`Only LoRA on ${Object.keys(modulesOf).join(", ")} can be converted.`,
    );
  }
  const tensors = [...adapter.modules].flatMap(([path, matrices]): GgufTensor[] => {
    const [, layer, module = ""] = /^model\.layers\.(\d+)\.(.+)$/.exec(path) ?? [];
    const name = `blk.${layer}.${names[module]}.weight`;
    const { a, inFeatures, outFeatures } = matrices;
    return [
      { name: `${name}.lora_a`, shape: [adapter.rank, inFeatures], values: a },
      { name: `${name}.lora_b`, shape: [outFeatures, adapter.rank], values: rowsOfB(matrices, module, config) },
    ];
  });
  const fields = [
    stringField("general.architecture", config.modelType),
    stringField("general.type", "adapter"),
    stringField("adapter.type", "lora"),
    stringField("general.name", adapter.name),
    // llama.cpp divides alpha by the rank. This alpha gives the exact scaling for rsLoRA too, which llama.cpp does not support.
    field("adapter.lora.alpha", types.float32, float32(adapter.scaling * adapter.rank)),
    field("general.quantization_version", types.uint32, uint32(2)),
  ];
  return fileOf(fields, tensors);
}

/**
 * Returns B with its rows in llama.cpp's order. llama.cpp rotates neighbours (2i, 2i + 1) of a LLaMA head, Hugging Face rotates
 * pairs (i, i + half). So llama.cpp interleaves the two halves of each head in the rows of queries and keys.
 */
function rowsOfB(
  { b, outFeatures }: LoraMatrices,
  module: string,
  { modelType, attention }: ModelConfig,
): Float32Array {
  if (modelType !== "llama" || !/\.[qk]_proj$/.test(module)) return b;
  const rank = b.length / outFeatures;
  const size = attention.headSize;
  const result = new Float32Array(b.length);
  for (let row = 0; row < outFeatures; row++) {
    const within = row % size;
    const from = row - within + (within % 2) * (size / 2) + Math.floor(within / 2);
    result.set(b.subarray(from * rank, (from + 1) * rank), row * rank);
  }
  return result;
}

/** GGUF's type numbers: of a field's value, and (tensorFloat32) of a tensor's elements. */
const types = { uint32: 4, float32: 6, string: 8, tensorFloat32: 0 } as const;
const alignment = 32;

function fileOf(fields: readonly Uint8Array[], tensors: readonly GgufTensor[]): Uint8Array {
  let offset = 0;
  const infos = tensors.map(({ name, shape, values }) => {
    const [rows, columns] = shape; // GGUF lists the fastest-varying axis first.
    const dimensions = [uint32(2), uint64(columns), uint64(rows)];
    const info = [string(name), ...dimensions, uint32(types.tensorFloat32), uint64(offset)];
    offset += padded(values.byteLength);
    return Buffer.concat(info);
  });
  const version = 3;
  const start = [Buffer.from("GGUF"), uint32(version), uint64(tensors.length), uint64(fields.length)];
  const header = Buffer.concat([...start, ...fields, ...infos]);
  const file = new Uint8Array(padded(header.length) + offset);
  file.set(header);
  let place = padded(header.length);
  for (const { values } of tensors) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), place);
    place += padded(values.byteLength);
  }
  return file;
}

function padded(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}

function stringField(key: string, value: string): Uint8Array {
  return field(key, types.string, string(value));
}

function field(key: string, type: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([string(key), uint32(type), value]);
}

function string(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function uint64(value: number): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
}

function float32(value: number): Uint8Array {
  return new Uint8Array(Float32Array.of(value).buffer);
}
