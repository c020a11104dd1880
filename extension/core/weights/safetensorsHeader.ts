/**
 * Reads the header of a safetensors file, and checks it against the size of the file. Reads no tensors.
 *
 * The format (github.com/huggingface/safetensors): 8 bytes with the length N, N bytes of JSON, then the tensors' bytes.
 */

import * as z from "zod";
import { UserError } from "../foundation/errors.ts";
import { say, verbatim, type Said } from "../foundation/words/said.ts";
import { elementCount } from "../graph/shape.ts";
import { bitsPerElement } from "./dtype.ts";

export interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly length: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The limit of the reference implementation. Real headers are far smaller. */
export const maxHeaderBytes = 100_000_000;

/** The most tensors of a model. The largest mixtures of experts have some 90,000. */
const mostTensorsOfModel = 100_000;

const size = z.int().nonnegative();
const entrySchema = z.object({ dtype: z.string(), shape: z.array(size), data_offsets: z.tuple([size, size]) });
const metadataSchema = z.record(z.string(), z.string());

/** Returns the error for a damaged file. `reason` completes "Cannot read PATH: …". */
export function damaged(path: string, reason: Said, cause?: unknown): UserError {
  return new UserError(
    "safetensors-invalid",
    say`Cannot read ${path}: ${reason}.`,
    say`Copy or download the file again; it is damaged or incomplete.`,
    { cause },
  );
}

/**
 * Reads the JSON of a header and checks every entry.
 *
 * @param dataStart the offset of the tensors' bytes in the file
 * @param fileSize the size of the file in bytes
 * @param mostTensors the limit: a file with more tensors is refused
 * @throws UserError "safetensors-invalid"
 */
export function readHeader(
  path: string,
  json: Uint8Array,
  dataStart: number,
  fileSize: number,
  mostTensors = mostTensorsOfModel,
): SafetensorsHeader {
  const header = parseObject(path, json);
  const count = Object.keys(header).length - ("__metadata__" in header ? 1 : 0);
  if (count > mostTensors) throw damaged(path, say`it lists ${count} tensors, over the limit of ${mostTensors}`);
  const tensors = new Map<string, TensorEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header) as [string, unknown][]) {
    if (name === "__metadata__") {
      const parsed = metadataSchema.safeParse(value);
      if (!parsed.success) throw damaged(path, say`its metadata does not map names to strings`);
      metadata = parsed.data;
    } else {
      tensors.set(name, readEntry(path, name, value, dataStart, fileSize));
    }
  }
  checkCoverage(path, tensors, dataStart, fileSize);
  return { tensors, metadata };
}

function parseObject(path: string, json: Uint8Array): object {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch (error) {
    throw damaged(path, say`its header is not valid JSON`, error);
  }
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject) throw damaged(path, say`its header is not a JSON object`);
  return value as object;
}

function readEntry(path: string, name: string, value: unknown, dataStart: number, fileSize: number): TensorEntry {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) {
    throw damaged(path, say`the header entry of "${name}" lacks a dtype, a shape or integer offsets`);
  }
  const {
    dtype,
    shape,
    data_offsets: [begin, end],
  } = parsed.data;
  const bits = bitsPerElement(dtype);
  if (bits === undefined) throw damaged(path, say`tensor "${name}" has the unknown dtype ${dtype}`);
  const expected = (elementCount(shape) * bits) / 8;
  if (!Number.isSafeInteger(expected))
    throw damaged(path, say`the shape [${shape.join(", ")}] of "${name}" is too large`);
  if (end - begin !== expected) {
    const format = `${dtype} [${shape.join(", ")}]`;
    throw damaged(
      path,
      say`tensor "${name}" as ${format} needs ${expected} bytes, but its offsets span ${end - begin}`,
    );
  }
  if (dataStart + end > fileSize) {
    throw damaged(
      path,
      say`tensor "${name}" ends at byte ${dataStart + end}, but the file has only ${fileSize} (it is truncated)`,
    );
  }
  return { dtype, shape, offset: dataStart + begin, length: expected };
}

/** Checks that the tensors are contiguous, without overlaps, holes or bytes left over. */
function checkCoverage(path: string, tensors: ReadonlyMap<string, TensorEntry>, start: number, end: number): void {
  const ordered = [...tensors].sort(([, a], [, b]) => a.offset - b.offset || a.length - b.length);
  let reached = start;
  let previous = say`the header`;
  for (const [name, { offset, length }] of ordered) {
    if (offset < reached) throw damaged(path, say`tensor "${name}" overlaps ${previous}`);
    if (offset > reached)
      throw damaged(path, say`${offset - reached} bytes between ${previous} and "${name}" belong to nothing`);
    reached = offset + length;
    previous = verbatim(`"${name}"`);
  }
  if (reached !== end) throw damaged(path, say`${end - reached} bytes after ${previous} belong to nothing`);
}
