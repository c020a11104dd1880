/**
 * The record of the files that an adapter has learned, as hashes of their texts, in its folder. By its time alone, a file would
 * count as changed if an edit was undone, or if git left its branch and returned to it. Without the record, or with a damaged one,
 * only the time counts.
 */

import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { Dataset, Example } from "../../dataset/example.ts";
import { writeFileAtomic } from "../../foundation/atomicFile.ts";
import { parsedJson, readPlainText } from "../../foundation/plainFile.ts";
import { isUnchanged } from "./rehearsal.ts";

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

export const learnedFileSchema = z.object({
  /** Relative to its folder. */
  path: z.string(),
  /** The SHA-256 of its text. */
  hash: sha256Schema,
});

export type LearnedFile = Readonly<z.infer<typeof learnedFileSchema>>;

/** The name of the record in an adapter's folder, and next to the token files of a run. */
export const learnedName = "learned.json";

export function textHash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Returns the file that a training learns with an example; none for rows, and for a file that has not changed. */
export function learnedFrom({ kind, name }: Dataset, example: Example): LearnedFile[] {
  if (kind !== "source" || example.kind !== "text" || isUnchanged(example)) return [];
  return [{ path: example.path ?? name, hash: textHash(example.text) }];
}

/** @throws UserError "disk-full", "not-writable" */
export async function writeLearnedFiles(folder: string, files: readonly LearnedFile[]): Promise<void> {
  const path = join(folder, learnedName);
  if (files.length > 0) await writeFileAtomic(path, `${JSON.stringify(files)}\n`);
  // An earlier training into the folder may have left one.
  else await rm(path, { force: true });
}

/** Returns none if there is no record, or a damaged one. */
export async function readLearnedFiles(folder: string): Promise<readonly LearnedFile[]> {
  const text = await readPlainText(join(folder, learnedName)).catch(() => "");
  return z.array(learnedFileSchema).safeParse(parsedJson(text)).data ?? [];
}
