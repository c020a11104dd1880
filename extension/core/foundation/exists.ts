/** Whether something lies at a path, and what. Links are followed; a path that cannot be looked at holds nothing. */

import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";

/** Undefined where nothing lies at `path`. */
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
