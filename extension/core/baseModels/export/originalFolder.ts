/** Opens the weights that a base was imported from, or the base's own rounded weights. */

import { isAbsolute } from "node:path";
import { openModelFolder, type ModelFolder } from "../../weights/modelFolder.ts";
import { openBaseFolder } from "./baseFolder.ts";
import { stampSource } from "../import/baseSource.ts";
import { readRecord, type BaseRecord, type InstalledBase } from "../installedBase.ts";

/** Whether the weights are those that the base was imported from, or its own rounded ones. */
export type WeightsKind = NonNullable<BaseRecord["merged"]>["weights"];

/** Returns the base's source if it is still there and unchanged; otherwise the base itself, read back. */
export async function openOriginal(base: InstalledBase): Promise<{ folder: ModelFolder; weights: WeightsKind }> {
  const { source, bits } = await readRecord(base.path);
  const untouched = await openUntouched(source);
  if (untouched) return { folder: untouched, weights: "original" };
  return { folder: await openBaseFolder(base), weights: bits === 32 ? "original" : "rounded" };
}

async function openUntouched(source: BaseRecord["source"]): Promise<ModelFolder | undefined> {
  // A hub address looks like a relative path; a folder that happens to have that path is not the source.
  if (!isAbsolute(source.path)) return undefined;
  const folder = await openModelFolder(source.path).catch(() => undefined);
  if (!folder) return undefined;
  if (JSON.stringify(await stampSource(folder)) === JSON.stringify(source)) return folder;
  await folder.close();
  return undefined;
}
