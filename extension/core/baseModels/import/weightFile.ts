/** Fills the weight file of an installed base according to its layout. */

import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import { elementCount } from "../../graph/shape.ts";
import type { ByteRange, StoredTensor } from "../../graph/storage.ts";
import type { Converted } from "../../quantization/convert.ts";
import { openConverters } from "../../quantization/converters.ts";
import type { ModelFolder } from "../../weights/modelFolder.ts";
import type { WeightLayout } from "./weightLayout.ts";

export interface WriteProgress {
  /** The converted values, out of `total`. */
  readonly done: number;
  readonly total: number;
}

export interface WriteControl {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
}

/** The values per piece. All pieces in flight, in all stages, take about ten megabytes per thread. */
const pieceSize = 1 << 20;

/** A piece of a tensor's values, and its place. */
interface PlacedPiece {
  readonly tensor: StoredTensor;
  readonly start: number;
  readonly count: number;
}

/**
 * Converts every tensor of the layout from `folder`, and writes it to its place. Reading, converting and writing overlap.
 *
 * @returns the SHA-256 of the bytes read and of the bytes written, in hexadecimal
 * @throws UserError "weights-not-finite"; the signal's reason once it is aborted
 */
export async function writeWeights(
  file: FileHandle,
  folder: ModelFolder,
  { tensors, bytes }: WeightLayout,
  { signal, onProgress }: WriteControl,
): Promise<{ read: string; written: string }> {
  const total = tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  let done = 0;
  const [read, written] = [createHash("sha256"), createHash("sha256")];
  const finish = async (piece: PlacedPiece, converting: Promise<Converted | null>): Promise<void> => {
    const converted = await converting;
    if (!converted) throw notFinite(folder, piece.tensor);
    await write(file, piece, converted);
    written.update(converted.values).update(converted.scales);
    done += piece.count;
    onProgress?.({ done, total });
  };
  const converters = openConverters(Math.ceil(total / pieceSize));
  const underWay: [PlacedPiece, Promise<Converted | null>][] = [];
  try {
    await file.truncate(bytes);
    for (const piece of piecesOf(tensors)) {
      signal?.throwIfAborted();
      if (underWay.length === converters.ahead) await finish(...underWay.shift()!);
      const { name, storage } = piece.tensor;
      const source = await folder.readBytes(name, piece);
      const { dtype } = folder.tensors.get(name)!;
      read.update(dtype).update(source);
      const converting = converters.convert({ dtype, bytes: source, format: storage.format });
      converting.catch(() => undefined); // Awaited later, in order; until then, a failure must not count as unhandled.
      underWay.push([piece, converting]);
    }
    for (const [piece, converting] of underWay) {
      signal?.throwIfAborted();
      await finish(piece, converting);
    }
  } finally {
    await converters.close();
  }
  return { read: read.digest("hex"), written: written.digest("hex") };
}

/** Yields the tensors in pieces of whole rows. */
function* piecesOf(tensors: readonly StoredTensor[]): Generator<PlacedPiece> {
  for (const tensor of tensors) {
    const elements = elementCount(tensor.shape);
    const columns = tensor.shape.at(-1) ?? 1;
    const step = Math.max(1, Math.floor(pieceSize / columns)) * columns;
    for (let start = 0; start < elements; start += step) {
      yield { tensor, start, count: Math.min(step, elements - start) };
    }
  }
}

async function write(file: FileHandle, piece: PlacedPiece, { values, scales }: Converted): Promise<void> {
  const { tensor, start, count } = piece;
  const place = ({ offset }: ByteRange, bytes: Uint8Array): number => offset + start * (bytes.length / count);
  const { storage } = tensor;
  if ("bytes" in storage) return writeAt(file, place(storage.bytes, values), values);
  await writeAt(file, place(storage.blocks, values), values);
  await writeAt(file, place(storage.scales, scales), scales);
}

async function writeAt(file: FileHandle, position: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

function notFinite({ path }: ModelFolder, { name, storage }: StoredTensor): UserError {
  return new UserError(
    "weights-not-finite",
    storage.format === "float16"
      ? say`Cannot import ${path}: "${name}" contains values that are not finite numbers in 16 bits.`
      : say`Cannot import ${path}: "${name}" contains values that are not finite numbers.`,
    say`Download the weights again. If that does not help, the model itself is broken.`,
  );
}
