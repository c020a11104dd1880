/** The one weight file of an installed base, written tensor by tensor. It decides formats and places, not names. */

import type { FileHandle } from "node:fs/promises";
import { UserError } from "../base/errors.ts";
import { blockSize, type ByteRange, type Storage, type StoredTensor } from "../graph/storage.ts";
import type { WeightRequest } from "../models/weightRequest.ts";
import { quantizeBlocks } from "../quantization/blockwise.ts";
import type { ModelFolder } from "../weights/modelFolder.ts";

/** How finely linear layers are stored; 16 and 32 are both float32. */
export type Bits = 4 | 8 | 16 | 32;

export interface WriteProgress {
  /** Numbers converted, and how many there are in all. */
  readonly done: number;
  readonly total: number;
}

export interface WriteControl {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
}

/** A cache line, so that a kernel's vectors are aligned when the file is mapped. */
const alignment = 64;

/** Numbers that are converted at a time: a few tens of megabytes in all stages together. */
const chunkSize = 1 << 21;

/**
 * Writes every tensor of `requests`, group by group: the blocks of all tensors of a group in order, then all their
 * scales, so that the group reads as one matrix. Blocks and scales start on multiples of 64.
 *
 * @throws UserError "weights-not-finite"; the signal's reason once it is aborted
 */
export async function writeWeights(
  file: FileHandle,
  folder: ModelFolder,
  requests: readonly WeightRequest[],
  bits: Bits,
  { signal, onProgress }: WriteControl,
): Promise<{ tensors: StoredTensor[]; bytes: number }> {
  const total = requests.flatMap(({ shapes }) => shapes.map(elementCount)).reduce((sum, count) => sum + count, 0);
  const tensors: StoredTensor[] = [];
  let end = 0;
  let done = 0;
  const append = async (data: Uint8Array | Float32Array): Promise<ByteRange> => {
    await file.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    const range = { offset: end, length: data.byteLength };
    end += data.byteLength;
    return range;
  };
  const align = async (): Promise<void> => {
    const padding = (alignment - (end % alignment)) % alignment;
    if (padding > 0) await append(new Uint8Array(padding));
  };
  /** Hands the values of a tensor to `take`, whole rows at a time. */
  const stream = async (name: string, shape: readonly number[], take: (values: Float32Array) => Promise<void>) => {
    const count = elementCount(shape);
    const columns = shape.at(-1) ?? 1;
    const step = Math.max(1, Math.floor(chunkSize / columns)) * columns;
    for (let start = 0; start < count; start += step) {
      signal?.throwIfAborted();
      const values = await folder.read(name, { start, count: Math.min(step, count - start) });
      checkFinite(folder, name, values);
      await take(values);
      done += values.length;
      onProgress?.({ done, total });
    }
  };

  for (const request of requests) {
    const { names, shapes } = request;
    const quantized = quantizedBits(request, bits);
    const scales: Float32Array[][] = [];
    const places: ByteRange[] = [];
    await align();
    for (const [i, name] of names.entries()) {
      const shape = shapes[i]!;
      const start = end;
      const parts: Float32Array[] = [];
      await stream(name, shape, async (values) => {
        if (quantized === null) return void (await append(values));
        const columns = shape.at(-1)!;
        const result = quantizeBlocks(values, values.length / columns, columns, quantized);
        parts.push(result.scales);
        await append(result.blocks);
      });
      scales.push(parts);
      places.push({ offset: start, length: end - start });
    }
    if (quantized !== null) await align();
    for (const [i, name] of names.entries()) {
      const place = places[i]!;
      let storage: Storage = { format: "float32", bytes: place };
      if (quantized !== null) {
        const start = end;
        for (const part of scales[i]!) await append(part);
        storage = {
          format: quantized === 4 ? "int4" : "int8",
          blocks: place,
          scales: { offset: start, length: end - start },
        };
      }
      tensors.push({ name, shape: shapes[i]!, storage });
    }
  }
  return { tensors, bytes: end };
}

/** Bytes that a tensor takes in a format: of its values or codes, and of its scales. */
export function storedBytes(shape: readonly number[], format: Storage["format"]): { main: number; scales: number } {
  const count = elementCount(shape);
  if (format === "float32") return { main: 4 * count, scales: 0 };
  return { main: format === "int4" ? count / 2 : count, scales: (4 * count) / blockSize };
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Embeddings are never below 8 bits: they are the output head, too, where rounding costs the most. */
function quantizedBits({ role, shapes }: WeightRequest, bits: Bits): 4 | 8 | null {
  if (role === "vector" || bits >= 16 || shapes.some((shape) => shape.at(-1)! % blockSize !== 0)) return null;
  return role === "embedding" || bits === 8 ? 8 : 4;
}

function checkFinite({ path }: ModelFolder, name: string, values: Float32Array): void {
  let finite = true;
  for (let i = 0; i < values.length; i++) finite &&= Number.isFinite(values[i]);
  if (finite) return;
  throw new UserError(
    "weights-not-finite",
    `Cannot import ${path}: "${name}" holds values that are not finite numbers.`,
    "Download the weights again; if that does not help, the model itself is broken.",
  );
}
