/**
 * Limits how much memory a Parquet file may unpack to. A few bytes of it can claim any amount, in the metadata of the file and in the
 * headers of its pages.
 */

import { brotliDecompressSync } from "node:zlib";
import type { Compressors, FileMetaData } from "hyparquet";
import { compressors, decompressZstd } from "hyparquet-compressors";
import { english, say, type Said } from "../../foundation/words/said.ts";

export interface ParquetLimits {
  /** Unpacked bytes of the columns of a row group that are read. */
  readonly bytes: number;
  /** Rows, and values of a column, in a row group. */
  readonly rows: number;
}

/** Writers put about 128 MB or a million rows into a group. */
export const parquetLimits: ParquetLimits = { bytes: 2 ** 30, rows: 2 ** 23 };

/** The message says what is too much. */
export class ParquetTooLarge extends Error {
  readonly reason: Said;

  constructor(reason: Said) {
    super(english(reason));
    this.reason = reason;
  }
}

/** Throws {@link ParquetTooLarge} if the file's metadata exceeds the limits. `columns`: the columns to read; all by default. */
export function checkSizes(
  { row_groups: groups }: FileMetaData,
  columns: readonly string[] | undefined,
  limits: ParquetLimits,
): void {
  for (const { num_rows: rows, columns: chunks } of groups) {
    if (rows > limits.rows) throw tooMany(say`${Number(rows)} rows`, limits.rows);
    const read = chunks.flatMap(({ meta_data: data }) =>
      data && (columns?.includes(data.path_in_schema[0]!) ?? true) ? [data] : [],
    );
    for (const { num_values: values } of read)
      if (values > limits.rows) throw tooMany(say`${Number(values)} values`, limits.rows);
    const bytes = read.reduce((sum, { total_uncompressed_size: size }) => sum + Number(size), 0);
    if (bytes > limits.bytes) throw tooMany(say`${bytes} bytes`, limits.bytes);
  }
}

/** Decompressors that unpack no more than `limit` bytes together, whatever the file says. */
export function boundedCompressors(limit: number): Compressors {
  let left = limit;
  const bounded = Object.entries({ ...compressors, ZSTD: zstd, BROTLI: brotli }).map(([codec, decompress]) => [
    codec,
    (input: Uint8Array, length: number): Uint8Array => {
      left -= length;
      if (left < 0) throw tooMany(say`${limit - left} bytes`, limit);
      return decompress(input, length);
    },
  ]);
  return Object.fromEntries(bounded) as Compressors;
}

/** Unpacks into an array of the length that the page states. The package's own function lets the compressed bytes decide the length. */
function zstd(input: Uint8Array, length: number): Uint8Array {
  return decompressZstd(input, new Uint8Array(length));
}

function brotli(input: Uint8Array, length: number): Uint8Array {
  return brotliDecompressSync(input, { maxOutputLength: length });
}

function tooMany(found: Said, limit: number): ParquetTooLarge {
  return new ParquetTooLarge(say`a row group unpacks to ${found} or more; the limit is ${limit}`);
}
