/** Reads and writes safetensors files. Handles bytes and names, not the meaning of tensors. */

import { open, type FileHandle } from "node:fs/promises";
import { writeFileAtomicWith } from "../foundation/atomicFile.ts";
import { internalError, systemCode, UserError } from "../foundation/errors.ts";
import { infoOf } from "../foundation/exists.ts";
import { say } from "../foundation/words/said.ts";
import { elementCount } from "../graph/shape.ts";
import { bitsPerElement, widen } from "./dtype.ts";
import { damaged, maxHeaderBytes, readHeader, type SafetensorsHeader, type TensorEntry } from "./safetensorsHeader.ts";

export interface SafetensorsFile {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Reads the values of a tensor, row-major, converted to float32; or only `part.count` of them from `part.start` on,
   * for tensors too large to fit in memory.
   *
   * @throws UserError "tensor-missing", "dtype-unsupported" or "safetensors-invalid"
   */
  read(name: string, part?: TensorPart): Promise<Float32Array>;
  /**
   * Does the same as {@link SafetensorsFile.read} without conversion: returns little-endian bytes in the tensor's own
   * dtype.
   */
  readBytes(name: string, part?: TensorPart): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** A range of a tensor's elements in row-major order. */
export interface TensorPart {
  readonly start: number;
  readonly count: number;
}

/**
 * Opens a file and checks its whole header. Values are read on demand.
 *
 * @param mostTensors the limit: a file with more tensors is refused
 * @throws UserError "file-missing", "safetensors-invalid"
 */
export async function openSafetensors(path: string, mostTensors?: number): Promise<SafetensorsFile> {
  // Opening a pipe would wait for a writer.
  const info = await infoOf(path);
  if (info && !info.isFile()) throw damaged(path, say`it is not a file`);
  const file = await open(path, "r").catch((error: unknown) => {
    const reason =
      systemCode(error) === "ENOENT"
        ? say`there is no such file`
        : say`it cannot be read (${String(systemCode(error))})`;
    throw new UserError(
      "file-missing",
      say`Cannot open ${path}: ${reason}.`,
      say`Check the path and its permissions.`,
      {
        cause: error,
      },
    );
  });
  try {
    const { tensors, metadata } = await openHeader(file, path, mostTensors);
    const entryOf = (name: string): TensorEntry => {
      const entry = tensors.get(name);
      if (entry) return entry;
      const message = say`Cannot read ${path}: it has no tensor "${name}".`;
      throw new UserError("tensor-missing", message, say`Check that the file belongs to this model.`);
    };
    const readBytes: SafetensorsFile["readBytes"] = async (name, part) =>
      readPart(file, path, name, entryOf(name), part);
    return {
      path,
      tensors,
      metadata,
      read: async (name, part) => {
        const { dtype } = entryOf(name);
        widen(dtype, new Uint8Array(0), `tensor "${name}" of ${path}`); // Rejects an unsupported dtype before reading.
        return widen(dtype, await readBytes(name, part), name);
      },
      readBytes,
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openHeader(file: FileHandle, path: string, mostTensors?: number): Promise<SafetensorsHeader> {
  const { size } = await file.stat();
  if (size < 8) throw damaged(path, say`it has ${size} bytes, too few for a safetensors file`);
  const start = await readBytes(file, path, 0, Math.min(size, 64));
  if (new TextDecoder("latin1").decode(start).startsWith("version https://git-lfs")) {
    const message = say`Cannot read ${path}: it is a Git LFS pointer, not the weights themselves.`;
    throw new UserError(
      "safetensors-invalid",
      message,
      say`Run \`git lfs pull\` in its folder, or download the file itself.`,
    );
  }
  const length = Number(new DataView(start.buffer).getBigUint64(0, true));
  if (length > maxHeaderBytes)
    throw damaged(path, say`its header claims ${length} bytes, over the limit of ${maxHeaderBytes}`);
  if (8 + length > size)
    throw damaged(path, say`its header claims ${length} bytes, but the file has only ${size} in total`);
  return readHeader(path, await readBytes(file, path, 8, length), 8 + length, size, mostTensors);
}

async function readPart(
  file: FileHandle,
  path: string,
  name: string,
  entry: TensorEntry,
  part?: TensorPart,
): Promise<Uint8Array<ArrayBuffer>> {
  const elements = elementCount(entry.shape);
  const { start, count } = part ?? { start: 0, count: elements };
  if (start < 0 || count < 0 || start + count > elements) {
    throw internalError(`elements ${start} to ${start + count} of "${name}" were requested, but it has ${elements}`);
  }
  const width = elements === 0 ? 0 : entry.length / elements;
  return readBytes(file, path, entry.offset + start * width, count * width);
}

/** The most bytes of a single read. Systems limit it to 2 GiB - 1. */
const largestRead = 1 << 30;

async function readBytes(
  file: FileHandle,
  path: string,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, largestRead), offset + done);
    if (bytesRead === 0) throw damaged(path, say`it ends at byte ${offset + done}, ${length - done} bytes early`);
    done += bytesRead;
  }
  return bytes;
}

export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Writes float32 tensors. The same tensors give the same bytes, which equal those of the reference implementation.
 *
 * @throws UserError "disk-full" or "not-writable"
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  const streamed = tensors.map(({ name, shape, data }): TensorToStream => {
    if (elementCount(shape) !== data.length) {
      throw internalError(`"${name}" of shape [${shape.join(", ")}] has ${data.length} values`);
    }
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { name, dtype: "F32", shape, bytes: () => [bytes] };
  });
  await streamSafetensors(path, streamed, metadata);
}

export interface TensorToStream {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Called once, when it is this tensor's turn. */
  bytes(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** Writes tensors of any format that need not all fit in memory: the widest format first, then by name. */
export async function streamSafetensors(
  path: string,
  tensors: readonly TensorToStream[],
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  const ordered = tensors.toSorted(
    (a, b) => widthOf(b) - widthOf(a) || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
  );
  const entries: [string, unknown][] = metadata ? [["__metadata__", metadata]] : [];
  let offset = 0;
  for (const tensor of ordered) {
    const { name, dtype, shape } = tensor;
    const length = (elementCount(shape) * widthOf(tensor)) / 8;
    entries.push([name, { dtype, shape, data_offsets: [offset, offset + length] }]);
    offset += length;
  }
  if (new Set(entries.map(([name]) => name)).size < entries.length) throw internalError("two tensors share a name");
  const json = Buffer.from(
    `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`,
  );
  const padding = (8 - (json.length % 8)) % 8; // Tensors start on a multiple of 8, as in the reference implementation.
  const start = Buffer.alloc(8 + json.length + padding, " ");
  start.writeBigUInt64LE(BigInt(json.length + padding));
  json.copy(start, 8);
  await writeFileAtomicWith(path, async (file) => {
    await file.writeFile(start);
    let written = 0;
    for (const tensor of ordered) {
      for await (const part of tensor.bytes()) {
        await file.writeFile(part);
        written += part.length;
      }
    }
    if (written !== offset) throw internalError(`expected ${offset} bytes of tensors, received ${written}`);
  });
}

/** Returns the bits per element. */
function widthOf({ name, dtype }: TensorToStream): number {
  const width = bitsPerElement(dtype);
  if (width === undefined) throw internalError(`"${name}" has the unknown dtype ${dtype}`);
  return width;
}
