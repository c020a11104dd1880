/** Which modules of a base are trained. */

import * as z from "zod";
import { UserError } from "../../foundation/errors.ts";
import { lastName } from "../formats/peftModules.ts";
import type { Modules } from "./method.ts";

/** LoRA's and IA3's field of a train request. */
export const targetsField = z
  .array(z.string())
  .refine((names) => names.length > 0, "it must be names of modules, such as q_proj")
  .readonly()
  .optional()
  .describe("Modules to train, such as q_proj,v_proj; without it, all linear ones, or the paper's");

/** The paper's modules in all its architectures; each has some of them. */
export const paperAttention = ["q_proj", "k_proj", "v_proj", "qkv_proj", "q", "k", "v"];

/** Those of `names` that the base has, by the last names of its modules' paths. */
export function present(names: readonly string[], paths: readonly string[]): string[] {
  const known = new Set(paths.map(lastName));
  return names.filter((name) => known.has(name));
}

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
