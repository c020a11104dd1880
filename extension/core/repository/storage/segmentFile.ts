/**
 * A segment as bytes: a checksum of all that follows, a header in JSON, then the arrays as they are in memory.
 *
 * Raise `version` when you change the layout, or what an array holds: older files then count as damaged and are built anew.
 */

import { createHash } from "node:crypto";
import { endianness } from "node:os";
import * as z from "zod";
import { parsedJson } from "../../foundation/plainFile.ts";
import type { Segment } from "../segment.ts";
import { isConsistent } from "./checkSegment.ts";

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
      length: z.int().nonnegative(),
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

/** Returns the segment; undefined if the bytes are damaged, of another version, or no segment. */
export function readSegment(bytes: Uint8Array): Segment | undefined {
  // Arrays of numbers start at multiples of their width. This holds for a file that was just read, but perhaps not for a part of a buffer.
  const whole = bytes.byteOffset % alignment === 0 ? bytes : new Uint8Array(bytes);
  if (whole.length < checksumLength + lengthLength || !checksum(whole).equals(whole.subarray(0, checksumLength)))
    return undefined;
  const view = Buffer.from(whole.buffer, whole.byteOffset, whole.length);
  const jsonLength = view.readUInt32LE(checksumLength);
  const json = view.toString("utf8", checksumLength + lengthLength, checksumLength + lengthLength + jsonLength);
  const header = headerSchema.safeParse(parsedJson(json)).data;
  if (!header) return undefined;
  const arrays: Record<string, Numbers> = {};
  let at = aligned(checksumLength + lengthLength + jsonLength);
  for (const { name, type, length } of header.arrays) {
    if (at + length * types[type].BYTES_PER_ELEMENT > whole.length) return undefined;
    arrays[name] = new types[type](whole.buffer as ArrayBuffer, whole.byteOffset + at, length);
    at += aligned(arrays[name].byteLength);
  }
  const segment = segmentOf(header.files, arrays);
  return segment && isConsistent(segment) ? segment : undefined;
}

const bytesSchema = z.instanceof(Uint8Array);
const numbersSchema = z.instanceof(Uint32Array);
const arraysSchema = z.object({
  text: bytesSchema,
  suffixes: numbersSchema,
  "postings.chunks": numbersSchema,
  "postings.lengths": z.instanceof(Uint16Array),
  "postings.terms": numbersSchema,
  "postings.starts": numbersSchema,
  "postings.lists": z.union([z.instanceof(Uint16Array), numbersSchema]),
  "postings.counts": bytesSchema,
  "outline.places": numbersSchema,
  "outline.names": numbersSchema,
  "outline.owners": z.instanceof(Int32Array),
  "outline.byName": numbersSchema,
});

/** Undefined if arrays are missing or of other types. */
function segmentOf(files: Segment["files"], arrays: Readonly<Record<string, Numbers>>): Segment | undefined {
  const found = arraysSchema.safeParse(arrays).data;
  if (!found) return undefined;
  const { text, suffixes } = found;
  return {
    files,
    text: Buffer.from(text.buffer, text.byteOffset, text.length),
    suffixes,
    postings: {
      chunks: found["postings.chunks"],
      lengths: found["postings.lengths"],
      terms: found["postings.terms"],
      starts: found["postings.starts"],
      lists: found["postings.lists"],
      counts: found["postings.counts"],
    },
    outline: {
      places: found["outline.places"],
      names: found["outline.names"],
      owners: found["outline.owners"],
      byName: found["outline.byName"],
    },
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
