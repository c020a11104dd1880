/** Checks what exists at a path. Links are followed. A path without access counts as missing. */

import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";

/** Returns information about `path`; undefined if it does not exist. */
export async function infoOf(path: string): Promise<Stats | undefined> {
  return await stat(path).catch(() => undefined);
}

export async function exists(path: string): Promise<boolean> {
  return (await infoOf(path)) !== undefined;
}

export async function isFile(path: string): Promise<boolean> {
  return (await infoOf(path))?.isFile() ?? false;
}

export async function isFolder(path: string): Promise<boolean> {
  return (await infoOf(path))?.isDirectory() ?? false;
}
