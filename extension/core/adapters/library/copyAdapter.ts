/** Copies an adapter's folder: into a library, or out of it. */

import { copyFile, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { writeFolderAtomic } from "../../foundation/atomicFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { exists } from "../../foundation/exists.ts";
import { adapterFiles, readOutline } from "../formats/peftFolder.ts";

/** Files beside those of PEFT that are copied, too: the report of the training, the card of a model, its licence. */
const companions = /^(graft\.json|README\.md|LICEN[CS]E(\.\w+)?)$/;

/**
 * Copies the adapter in `source`, which may hold other files, to `target`.
 *
 * @throws UserError "adapter-missing", "adapter-invalid", "adapter-unsupported" if `source` is no adapter; "name-taken", "disk-full",
 *   "not-writable"
 */
export async function copyAdapter(source: string, target: string): Promise<void> {
  await readOutline(source);
  if (await exists(target)) {
    const message = `Cannot copy adapter "${basename(source)}": ${target} exists.`;
    throw new UserError("name-taken", message, "Choose another folder or another name.");
  }
  const files = (await readdir(source)).filter((name) => isPart(name));
  await writeFolderAtomic(target, async (folder) => {
    for (const name of files) await copyFile(join(source, name), join(folder, name));
  });
}

function isPart(name: string): boolean {
  return adapterFiles.has(name) || companions.test(name);
}
