/**
 * Embeds sentences with the user's feature-extraction model, such as gte-small, laid out as transformers.js reads it.
 * Downloads nothing, and compares no embeddings.
 */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import * as z from "zod";
import { UserError } from "../../foundation/errors.ts";
import { say, verbatim, type Said } from "../../foundation/words/said.ts";
import { floatsOf, int64s, openSession, type Session } from "../../runtime/session.ts";
import { openSentenceTokenizer } from "./sentenceTokenizer.ts";

export interface SentenceEncoder {
  /** The folder's name. */
  readonly name: string;
  /** SHA-256 of model and tokenizer, hexadecimal. */
  readonly hash: string;
  /**
   * Returns a unit vector for each text: the mean over its tokens' last hidden states, normalized. Equals
   * transformers.js' pipeline "feature-extraction" with {pooling: "mean", normalize: true}, and sentence-transformers.
   */
  encode(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
  release(): Promise<void>;
}

/** In decreasing precision. */
export const modelFiles = ["onnx/model.onnx", "model.onnx", "onnx/model_quantized.onnx"];
const batchSize = 16;
const longestUnlessTold = 512;
const configSchema = z.looseObject({ max_position_embeddings: z.int().positive().default(longestUnlessTold) });

/** @throws UserError "encoder-invalid", "tokenizer-invalid" */
export async function openSentenceEncoder(folder: string): Promise<SentenceEncoder> {
  const path = resolve(folder);
  const bytes = await readModel(path);
  const longest = Math.min(longestUnlessTold, await readLongest(path));
  const tokenizer = await openSentenceTokenizer(path);
  const session = await openSession({ bytes }, { purpose: "inference", weightFolder: path }).catch((error: unknown) => {
    throw invalid(path, verbatim(error instanceof Error ? error.message : String(error)));
  });
  const hash = createHash("sha256").update(bytes);
  hash.update(await readFile(join(path, "tokenizer.json")));
  return {
    name: basename(path),
    hash: hash.digest("hex"),
    encode: async (texts, signal) => {
      const ids = texts.map((text) => tokenizer.encode(text, longest));
      // Batches hold texts of similar lengths, so that padding is small.
      const order = Array.from(ids.keys()).sort((one, other) => ids[one]!.length - ids[other]!.length);
      const vectors: Float32Array[] = [];
      for (let at = 0; at < order.length; at += batchSize) {
        signal?.throwIfAborted();
        const places = order.slice(at, at + batchSize);
        const rows = places.map((place) => ids[place]!);
        const found = await means(path, session, rows);
        for (const [i, place] of places.entries()) vectors[place] = found[i]!;
      }
      return vectors;
    },
    release: () => session.release(),
  };
}

/** Returns the normalized mean of each row's hidden states: [B, T, D] → B times [D]. */
async function means(folder: string, session: Session, rows: readonly (readonly number[])[]): Promise<Float32Array[]> {
  const length = Math.max(...rows.map((row) => row.length));
  const shape = [rows.length, length];
  const filled = (value: (row: readonly number[], column: number) => number): BigInt64Array =>
    BigInt64Array.from({ length: rows.length * length }, (_, i) => {
      const row = rows[Math.floor(i / length)]!;
      return BigInt(i % length < row.length ? value(row, i % length) : 0);
    });
  const outputs = await session.run({
    input_ids: int64s(
      filled((row, column) => row[column]!),
      shape,
    ),
    attention_mask: int64s(
      filled(() => 1),
      shape,
    ),
    // Some architectures lack this input.
    token_type_ids: int64s(
      filled(() => 0),
      shape,
    ),
  });
  const hidden = outputs["last_hidden_state"] ?? outputs["token_embeddings"];
  const size = hidden?.dims[2];
  if (size === undefined)
    throw invalid(folder, say`it gives ${Object.keys(outputs).join(", ")}, not last_hidden_state`);
  const values = floatsOf(hidden);
  return rows.map((row, i) => {
    const sum = new Float64Array(size);
    for (let t = 0; t < row.length; t++) {
      for (let d = 0; d < size; d++) sum[d]! += values[(i * length + t) * size + d]!;
    }
    const norm = Math.hypot(...sum);
    return Float32Array.from(sum, (value) => value / norm);
  });
}

async function readModel(folder: string): Promise<Uint8Array> {
  for (const file of modelFiles) {
    const bytes = await readFile(join(folder, file)).catch(() => undefined);
    if (bytes) return bytes;
  }
  throw invalid(folder, say`it has none of ${modelFiles.join(", ")}`);
}

async function readLongest(folder: string): Promise<number> {
  const text = await readFile(join(folder, "config.json"), "utf8").catch(() => "{}");
  try {
    return configSchema.parse(JSON.parse(text)).max_position_embeddings;
  } catch (error) {
    throw invalid(folder, say`its config.json is damaged`, error);
  }
}

function invalid(folder: string, reason: Said, cause?: unknown): UserError {
  const message = say`Cannot use the encoder of ${folder}: ${reason}.`;
  const nextStep = say`Give the folder of a feature-extraction model in ONNX, such as gte-small as published for transformers.js.`;
  return new UserError("encoder-invalid", message, nextStep, { cause });
}
