/** Recognizes folders that a project's author did not write: environments, and installed, generated or hidden files. */

import { join } from "node:path";
import { exists } from "../foundation/exists.ts";
import type { SkipReason } from "./skipped.ts";

const byName: ReadonlyMap<string, SkipReason> = new Map([
  ["venv", "environment"],
  ["virtualenv", "environment"],
  ["node_modules", "installed"],
  ["site-packages", "installed"],
  ["dist-packages", "installed"],
  ["__pypackages__", "installed"],
  ["build", "generated"],
  ["dist", "generated"],
  ["__pycache__", "generated"],
]);

/** The files that venv and virtualenv, and conda, put into every environment. */
export const environmentMarkers: readonly string[] = ["pyvenv.cfg", "conda-meta"];

/** Returns why the folder `name` at `path` is foreign; undefined if it is not. */
export async function foreignReason(path: string, name: string): Promise<SkipReason | undefined> {
  for (const marker of environmentMarkers) if (await exists(join(path, marker))) return "environment";
  if (name.startsWith(".")) return "hidden";
  return byName.get(name) ?? (name.endsWith(".egg-info") ? "installed" : undefined);
}
