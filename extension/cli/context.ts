/** The context of every command: output, places and the signal of Ctrl-C. */

import { resolveBase } from "../core/baseModels/resolveBase.ts";
import type { InstalledBase } from "../core/baseModels/installedBase.ts";
import { count, type Output } from "./output.ts";
import type { Places } from "./places.ts";

export interface Context {
  readonly places: Places;
  readonly output: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Resolves the base of --base. The first use may import it, with progress. */
export async function openNamedBase(name: string, { places, output, signal }: Context): Promise<InstalledBase> {
  const base = await resolveBase(name, { ...places, log: output.log, signal });
  output.log.debug(`base ${base.name}: ${base.modelType}, ${count(base.parameters)} parameters, ${base.path}`);
  return base;
}
