/** Which modules of a base are trained. */

import { UserError } from "../../foundation/errors.ts";
import type { ModuleShape } from "../../architectures/architectures.ts";

/** By their paths, such as "model.layers.0.self_attn.q_proj". */
export type Modules = ReadonlyMap<string, ModuleShape>;

/**
 * The modules that end with one of `targets`, as PEFT matches target_modules; all if that is null.
 *
 * @throws UserError "targets-unknown"
 */
export function resolveTargets(targets: readonly string[] | null, modules: Modules): ReadonlySet<string> {
  const paths = [...modules.keys()];
  if (!targets) return new Set(paths);
  const chosen = new Set<string>();
  for (const target of targets) {
    const found = paths.filter((path) => endsWith(path, target));
    if (found.length === 0) {
      const known = [...new Set(paths.map(lastName))].join(", ");
      const message = `Cannot train the modules "${target}": the base has ${known}.`;
      throw new UserError("targets-unknown", message, "Choose among these, or leave the targets out for all.");
    }
    for (const path of found) chosen.add(path);
  }
  return chosen;
}

/** Whether whole names of the path are its end. */
export function endsWith(path: string, end: string): boolean {
  return path === end || path.endsWith(`.${end}`);
}

/** Such as "q_proj". */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}
