/**
 * Keeps held-out source files as text next to the token files of a run, for the trial at the training's end, because the folder may
 * change until then.
 */

import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { Flaw } from "../../dataset/example.ts";
import { writeFailure } from "../../foundation/atomicFile.ts";
import { exists } from "../../foundation/exists.ts";
import type { Dataset, Example } from "../../dataset/example.ts";
import { contentHash } from "../../dataset/holdOut.ts";
import { readFields } from "../../dataset/jsonLines.ts";
import { jsonObjects } from "../../dataset/jsonObjects.ts";

const rowSchema = z.object({
  /** The folder that `path` is relative to; null for a file on its own. */
  folder: z.string().nullable(),
  path: z.string(),
  text: z.string(),
});

export type HeldOutFile = Readonly<z.infer<typeof rowSchema>>;

export const heldOutName = "held-out.jsonl";
/** The most files to keep, chosen by their hashes: a few hundred lines need no more files. */
const mostFiles = 200;

export interface HeldOutWriter {
  add(source: Dataset, example: Example): void;
  close(): void;
}

/** @param expected about how many files will be held out */
export function writeHeldOutFiles(folder: string, expected: number, seed: number): HeldOutWriter {
  const path = join(folder, heldOutName);
  let file: number | undefined;
  return {
    add(source, example) {
      if (source.kind !== "source" || example.kind !== "text") return;
      // The seed differs from the one that holds files out, which has left only the lowest hashes.
      if (contentHash(example, seed + 1) * expected >= mostFiles) return;
      const row: HeldOutFile = {
        folder: source.folder ?? null,
        path: example.path ?? source.name,
        text: example.text,
      };
      try {
        writeSync((file ??= openSync(path, "w")), `${JSON.stringify(row)}\n`);
      } catch (error) {
        throw writeFailure(error, path);
      }
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/** Returns the files that a run has kept; none if its data was no source code. */
export async function readHeldOutFiles(folder: string): Promise<HeldOutFile[]> {
  const path = join(folder, heldOutName);
  const files: HeldOutFile[] = [];
  if (!(await exists(path))) return files;
  for await (const { object } of jsonObjects(path)) {
    const row = object instanceof Flaw ? object : readFields(rowSchema, object, (read) => read);
    // If the file was cut off, its last line is not a row.
    if (!(row instanceof Flaw)) files.push(row);
  }
  return files;
}
