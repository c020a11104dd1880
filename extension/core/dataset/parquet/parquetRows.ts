/** Reads the rows of a Parquet file, group by group, so that memory holds one group. Independent of data sets. */

import { basename } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import type { FileMetaData, SchemaTree } from "hyparquet";
import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import {
  boundedCompressors,
  checkSizes,
  parquetLimits,
  ParquetTooLarge,
  type ParquetLimits,
} from "./boundedParquet.ts";

export interface ParquetOptions {
  /** Columns to read; others are left out. A column that the file lacks is absent from the rows. */
  readonly columns?: readonly string[];
  readonly limits?: ParquetLimits;
}

/**
 * Yields each row with its place, "file.parquet:1" for the first one. Whole numbers of 64 bits become numbers.
 *
 * @throws UserError "data-format" if the file is not Parquet, or damaged; "file-too-large" if it unpacks to more than the limits
 */
export async function* parquetRows(
  path: string,
  { columns, limits = parquetLimits }: ParquetOptions = {},
): AsyncGenerator<{ where: string; object: Record<string, unknown> }> {
  const file = await readable(path, asyncBufferFromFile(path));
  const metadata = await readable(path, parquetMetadataAsync(file).then(withSoundColumns));
  await readable(
    path,
    Promise.resolve().then(() => checkSizes(metadata, columns, limits)),
  );
  const held = new Set(metadata.schema.map(({ name }) => name));
  const read = { file, metadata, ...(columns && { columns: columns.filter((name) => held.has(name)) }) };
  let rowStart = 0;
  for (const { num_rows: rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(rows);
    const objects = await readable(
      path,
      parquetReadObjects({ ...read, compressors: boundedCompressors(limits.bytes), rowStart, rowEnd }),
    );
    for (const [i, object] of objects.entries()) {
      yield { where: `${basename(path)}:${rowStart + i + 1}`, object: withNumbers(object) as Record<string, unknown> };
    }
    rowStart = rowEnd;
  }
}

/** Rejects columns that the schema lacks or that occur twice: the reader would ignore them, and their errors would end the process. */
function withSoundColumns(metadata: FileMetaData): FileMetaData {
  const held = leavesOf(parquetSchema(metadata));
  for (const { columns } of metadata.row_groups) {
    const paths = columns.map(({ meta_data: column }) => JSON.stringify(column?.path_in_schema));
    if (new Set(paths).size < paths.length || paths.some((path) => !held.has(path)))
      throw new Error("its columns are not those of its schema");
  }
  return metadata;
}

/** Returns the paths of all columns of a schema. */
function leavesOf({ children, path }: SchemaTree): Set<string> {
  if (children.length === 0) return new Set([JSON.stringify(path)]);
  return new Set(children.flatMap((child) => [...leavesOf(child)]));
}

async function readable<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ParquetTooLarge) {
      const message = say`Cannot read ${path}: ${error.reason}.`;
      throw new UserError("file-too-large", message, say`Split it, or write it with smaller row groups.`, {
        cause: error,
      });
    }
    const reason = error instanceof Error ? error.message : String(error);
    const message = say`Cannot read ${path} as Parquet: ${reason}.`;
    throw new UserError("data-format", message, say`Get the file again, or convert it to .jsonl.`, { cause: error });
  }
}

/** JSON has no 64-bit integers, and no row needs one. */
function withNumbers(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(withNumbers);
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withNumbers(field)]));
}
