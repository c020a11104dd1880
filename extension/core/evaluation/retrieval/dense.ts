/** Finds the nearest of many texts by their meaning, with a sentence encoder. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../foundation/atomicFile.ts";
import type { SentenceEncoder } from "./sentenceEncoder.ts";

export interface DenseIndex {
  /**
   * Returns the indices of the `count` nearest texts, nearest first, ties in their order. Fewer if there are fewer
   * texts.
   */
  readonly nearest: (query: string, count: number, signal?: AbortSignal) => Promise<number[]>;
}

/**
 * Cosine of normalized embeddings over all texts, as in a flat FAISS index by inner product and in the paper's
 * retrieval with gte-small. `cacheFolder` keeps the embeddings of `texts`, by the hash of encoder and texts.
 *
 * @throws UserError "disk-full", "not-writable"; the signal's reason
 */
export async function dense(
  texts: readonly string[],
  encoder: SentenceEncoder,
  { cacheFolder, signal }: { readonly cacheFolder: string; readonly signal?: AbortSignal | undefined },
): Promise<DenseIndex> {
  // Equal texts have equal scores, to the last bit.
  const unique = [...new Set(texts)];
  const place = new Map(unique.map((text, i) => [text, i]));
  const key = createHash("sha256").update(encoder.hash).update(JSON.stringify(unique)).digest("hex");
  const path = join(cacheFolder, `${key}.f32`);
  let embeddings = await readEmbeddings(path, unique.length);
  if (!embeddings) {
    embeddings = await encoder.encode(unique, signal);
    await writeFileAtomic(path, Buffer.concat(embeddings.map(({ buffer }) => new Uint8Array(buffer))));
  }
  return {
    nearest: async (query, count, stop) => {
      const [asked] = await encoder.encode([query], stop);
      const near = embeddings.map((embedding) => embedding.reduce((sum, value, d) => sum + value * asked![d]!, 0));
      const nearness = texts.map((text) => near[place.get(text)!]!);
      const order = Array.from(nearness.keys()).sort((one, other) => nearness[other]! - nearness[one]! || one - other);
      return order.slice(0, count);
    },
  };
}

async function readEmbeddings(path: string, count: number): Promise<Float32Array[] | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  const size = (bytes?.length ?? 0) / 4 / count;
  if (!bytes || !Number.isInteger(size)) return undefined;
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  return Array.from({ length: count }, (_, i) => values.subarray(i * size, (i + 1) * size));
}
