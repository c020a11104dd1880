/**
 * A segment as bytes: a checksum of all that follows, a header in JSON, then the arrays as they are in memory.
 *
 * Whoever changes the layout, or what an array holds, raises `version`: older files are then read as damaged and built anew.
 */

import { createHash } from "node:crypto";
import { endianness } from "node:os";
import * as z from "zod";
import type { Segment } from "../segment.ts";

const version = 1;
/** Bytes of the checksum, and of the length of the header. */
const [checksumLength, lengthLength] = [32, 4];
/** Arrays start at multiples of their widest element. */
const alignment = 4;

const types = { Uint8Array, Uint16Array, Uint32Array, Int32Array };
type TypeName = keyof typeof types;
type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array;

const headerSchema = z.object({
  version: z.literal(version),
  endianness: z.literal(endianness()),
  files: z.array(z.object({ hash: z.string(), start: z.int(), end: z.int() })),
  arrays: z.array(
    z.object({
      name: z.string(),
      type: z.enum(["Uint8Array", "Uint16Array", "Uint32Array", "Int32Array"]),
      length: z.int(),
    }),
  ),
});

export function segmentBytes({ files, text, suffixes, postings, outline }: Segment): Uint8Array {
  const arrays: Record<string, Numbers> = { text: new Uint8Array(text.buffer, text.byteOffset, text.length), suffixes };
  for (const [name, numbers] of Object.entries(postings)) arrays[`postings.${name}`] = numbers as Numbers;
  for (const [name, numbers] of Object.entries(outline)) arrays[`outline.${name}`] = numbers as Numbers;
  const header: z.input<typeof headerSchema> = {
    version,
    endianness: endianness(),
    files: [...files],
    arrays: Object.entries(arrays).map(([name, numbers]) => {
      return { name, type: typeOf(numbers), length: numbers.length };
    }),
  };
  const json = Buffer.from(JSON.stringify(header));
  const sizes = Object.values(arrays).map(({ byteLength }) => aligned(byteLength));
  const start = aligned(checksumLength + lengthLength + json.length);
  const bytes = Buffer.alloc(sizes.reduce((sum, size) => sum + size, start));
  bytes.writeUInt32LE(json.length, checksumLength);
  bytes.set(json, checksumLength + lengthLength);
  let at = start;
  for (const [index, numbers] of Object.values(arrays).entries()) {
    bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), at);
    at += sizes[index]!;
  }
  bytes.set(checksum(bytes), 0);
  return bytes;
}

/** Returns the segment; undefined if the bytes are damaged or of another version. */
export function readSegment(bytes: Uint8Array): Segment | undefined {
  // A copy has an array buffer of its own, from 0.
  const whole = new Uint8Array(bytes);
  if (whole.length < checksumLength + lengthLength || !checksum(whole).equals(whole.subarray(0, checksumLength)))
    return undefined;
  const view = Buffer.from(whole.buffer, whole.byteOffset, whole.length);
  const jsonLength = view.readUInt32LE(checksumLength);
  const json = view.toString("utf8", checksumLength + lengthLength, checksumLength + lengthLength + jsonLength);
  const header = headerSchema.safeParse(JSON.parse(json)).data;
  if (!header) return undefined;
  const arrays = new Map<string, Numbers>();
  let at = aligned(checksumLength + lengthLength + jsonLength);
  for (const { name, type, length } of header.arrays) {
    const numbers = new types[type](whole.buffer, whole.byteOffset + at, length);
    arrays.set(name, numbers);
    at += aligned(numbers.byteLength);
  }
  return segmentOf(header.files, arrays);
}

/** The names in the header say which arrays there are. */
function segmentOf(files: Segment["files"], arrays: ReadonlyMap<string, Numbers>): Segment {
  const group = (name: string): Record<string, Numbers> => {
    const own = [...arrays].filter(([key]) => key.startsWith(`${name}.`));
    return Object.fromEntries(own.map(([key, numbers]) => [key.slice(name.length + 1), numbers]));
  };
  const text = arrays.get("text")!;
  return {
    files,
    text: Buffer.from(text.buffer as ArrayBuffer, text.byteOffset, text.length),
    suffixes: arrays.get("suffixes") as Uint32Array,
    postings: group("postings") as unknown as Segment["postings"],
    outline: group("outline") as unknown as Segment["outline"],
  };
}

function typeOf(numbers: Numbers): TypeName {
  return numbers.constructor.name as TypeName;
}

function checksum(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes.subarray(checksumLength)).digest();
}

function aligned(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}
