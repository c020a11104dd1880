/**
 * Which adapters of a library were renamed, and when. Workspaces remember the adapter they use by its name; with this list they find it
 * again, even if another adapter has taken the name since.
 */

import { readFileSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { writeFailure } from "../../foundation/atomicFile.ts";
import { parsedJson } from "../../foundation/plainFile.ts";

/** The list of renames in the library's folder: one JSON object per line, the oldest first. */
export const renamesFile = "renames.jsonl";

const renameSchema = z.object({ from: z.string(), to: z.string(), at: z.number() });
export type Rename = Readonly<z.infer<typeof renameSchema>>;

/** @throws UserError "disk-full" or "not-writable" */
export async function recordRename(library: string, rename: Rename): Promise<void> {
  const path = join(library, renamesFile);
  await appendFile(path, `${JSON.stringify(rename)}\n`).catch((error: unknown) => {
    throw writeFailure(error, path);
  });
}

/** Returns the renames of a library; none if the list cannot be read. Leaves out lines that are cut off. */
export function readRenames(library: string): Rename[] {
  const lines = linesOf(join(library, renamesFile));
  return lines.flatMap((line) => renameSchema.safeParse(parsedJson(line)).data ?? []);
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
}

/** A name, and a time at which the adapter had it, in milliseconds since 1970. */
export interface DatedName {
  readonly name: string;
  readonly since: number;
}

/** Returns the name that the adapter has now. */
export function nameNow(dated: DatedName, renames: readonly Rename[]): DatedName {
  return renames.reduce(
    ({ name, since }, { from, to, at }) => (from === name && at >= since ? { name: to, since: at } : { name, since }),
    dated,
  );
}
