/** Chooses the modules of a base to train. */

import * as z from "zod";
import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import { lastName } from "../formats/peftModules.ts";
import type { Modules } from "./method.ts";

/** The field of a train request that LoRA and IA3 share. */
export const targetsField = z
  .array(z.string())
  .refine((names) => names.length > 0, "it must contain names of modules, such as q_proj")
  .readonly()
  .optional()
  .describe("Modules to train, such as q_proj,v_proj; by default all linear ones, or the paper's with that preset");

/** The modules that the paper trains, over all its architectures. */
export const paperAttention = ["q_proj", "k_proj", "v_proj", "qkv_proj", "q", "k", "v"];

/** Returns those of `names` that are the last name of a module in the base. */
export function present(names: readonly string[], paths: readonly string[]): string[] {
  const known = new Set(paths.map(lastName));
  return names.filter((name) => known.has(name));
}

/**
 * Returns the paths that end with one of `targets`, as PEFT matches target_modules; all paths if `targets` is null.
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
      const message = say`Cannot train the modules "${target}": the base has ${known}.`;
      throw new UserError(
        "targets-unknown",
        message,
        say`Choose among these, or omit the targets to train all modules.`,
      );
    }
    for (const path of found) chosen.add(path);
  }
  return chosen;
}

/** Whether the path ends with `end`, compared by whole names. */
export function endsWith(path: string, end: string): boolean {
  return path === end || path.endsWith(`.${end}`);
}
