/** Folders of planted names for tests of the index: each follows "plant = ", so that one question finds all of them. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { FolderRepository } from "../../../extension/core/repository/folderRepository.ts";
import type { RepositoryQuery } from "../../../extension/core/repository/repositoryQuery.ts";

export function temporary(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "graft-repository-"));
  write(folder, files);
  return folder;
}

export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Returns the content of all files in a folder. */
export function contentOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
}

export const plants: RepositoryQuery = { path: "new.py", prefix: "x = 1\nplant = ", suffix: "" };

export function plantsIn(repository: FolderRepository): string[] {
  return repository
    .query(plants)
    .copies.map(({ after }) => after.split("\n")[0]!)
    .toSorted();
}

/** Keeps its segment from being merged with others. */
export const large = Array.from({ length: 1000 }, (_, i) => `large_name_${i} = ${i}\n`).join("");
export const limits = { bytes: 80e6, segment: 20_000 };

export const planted = (name: string): string => `plant = ${name}\n`;
