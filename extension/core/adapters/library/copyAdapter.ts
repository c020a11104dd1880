/** Copies an adapter's folder: into a library, or out of it. */

import type { Dirent } from "node:fs";
import { copyFile, readdir, stat, utimes } from "node:fs/promises";
import { basename, join } from "node:path";
import { writeNewFolder } from "../../foundation/atomicFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { exists } from "../../foundation/exists.ts";
import { say } from "../../foundation/words/said.ts";
import { adapterFiles, readOutline } from "../formats/peftFolder.ts";

/** The files that are copied besides PEFT's: the report of the training, the model card, the licence. */
const companions = /^(graft\.json|README\.md|LICEN[CS]E(\.\w+)?)$/;

/**
 * Copies the adapter in `source`, which may hold other files, to `target`.
 *
 * @throws UserError "adapter-missing", "adapter-invalid", "adapter-unsupported" if `source` is no adapter; "name-taken", "disk-full",
 *   "not-writable"
 */
export async function copyAdapter(source: string, target: string): Promise<void> {
  await readOutline(source);
  const taken = (): UserError => {
    const message = say`Cannot copy adapter "${basename(source)}": ${target} exists.`;
    return new UserError("name-taken", message, say`Choose another folder or another name.`);
  };
  if (await exists(target)) throw taken();
  const entries = await readdir(source, { withFileTypes: true });
  const files = entries.filter((entry) => isPart(entry)).map(({ name }) => name);
  const isWritten = await writeNewFolder(target, async (folder) => {
    for (const name of files) await copyWithTime(join(source, name), join(folder, name));
  });
  if (!isWritten) throw taken();
}

/** Copies a file with its times. The time of the weights shows up to when the adapter knows the files of its project. */
async function copyWithTime(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  const { atime, mtime } = await stat(from);
  await utimes(to, atime, mtime);
}

/**
 * Whether to copy an entry. PEFT's files have been read as an adapter, and may be links, as in Hugging Face's cache. A companion must be
 * a regular file: a link could point to any file of this machine, such as a private key, and an export would pass it on; a pipe would
 * never end.
 */
function isPart(entry: Dirent): boolean {
  return adapterFiles.has(entry.name) || (companions.test(entry.name) && entry.isFile());
}
