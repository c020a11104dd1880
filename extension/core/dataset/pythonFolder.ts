/** The Python sources of a project: what its author wrote, without what tools put there. */

import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../foundation/errors.ts";
import { exists } from "../foundation/exists.ts";
import type { Example, Problem } from "./example.ts";
import { readPythonSource } from "./pythonSource.ts";

/** Folders of installed, built or cached files. */
const foreignFolders = new Set([
  "__pycache__",
  "__pypackages__",
  "node_modules",
  "site-packages",
  "dist-packages",
  "venv",
  "virtualenv",
  "build",
  "dist",
]);

/**
 * Reads the .py files under `folder`, in the order of their paths. Hidden and foreign folders and links are passed
 * over in silence; files that are unfit, and exact duplicates, are problems. Of files read only their hashes are kept.
 */
export async function* pythonExamples(folder: string): AsyncGenerator<Example | Problem> {
  const seen = new Map<string, string>();
  for await (const path of pythonFiles(folder)) {
    const source = await readPythonSource(join(folder, path)).catch((error: unknown) => ({
      unfit: `The file cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    }));
    if ("unfit" in source) {
      yield { where: path, message: source.unfit };
      continue;
    }
    const hash = createHash("sha256").update(source.text).digest("base64").slice(0, 16);
    const twin = seen.get(hash);
    if (twin !== undefined) {
      yield { where: path, message: `The file is the same as ${twin}.` };
      continue;
    }
    seen.set(hash, path);
    yield { kind: "text", text: source.text };
  }
}

/** How many files {@link pythonExamples} would look at, without reading them. */
export async function countPythonFiles(folder: string): Promise<number> {
  let count = 0;
  for await (const _ of pythonFiles(folder)) count++;
  return count;
}

/** The .py files a project's author wrote: paths relative to `root`, sorted, with forward slashes. */
export async function* pythonFiles(root: string, folder = ""): AsyncGenerator<string> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
    // What its owner closed to us is foreign, too; but not what was asked for.
    if (folder !== "" && systemCode(error) === "EACCES") return [];
    throw error;
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.name.startsWith(".")) continue;
    if (entry.isFile() && entry.name.endsWith(".py")) yield path;
    // A link is neither a file nor a directory here, so nothing is read twice and no circle is followed.
    if (entry.isDirectory() && !(await isForeign(join(root, path), entry.name))) yield* pythonFiles(root, path);
  }
}

async function isForeign(path: string, name: string): Promise<boolean> {
  if (foreignFolders.has(name) || name.endsWith(".egg-info")) return true;
  // A virtual environment of any name.
  return await exists(join(path, "pyvenv.cfg"));
}
