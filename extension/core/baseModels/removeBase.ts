/** Removes an installed base: first from the list of bases, in one step, then from the disk. */

import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { systemCode, UserError } from "../foundation/errors.ts";
import { renamePatiently } from "../foundation/renamePatiently.ts";
import { say } from "../foundation/words/said.ts";

/**
 * Removes a base. If the system allows removing open files, programs that use the base continue to work.
 *
 * @param name the name in the list of bases
 * @throws UserError "base-missing" or "base-in-use"
 */
export async function removeBase(name: string, home: string): Promise<void> {
  const bases = join(home, "bases");
  // With this name, a later import removes the folder if this process ends too early.
  const aside = join(bases, `.${randomUUID()}.part`);
  try {
    if (!/^[A-Za-z0-9][\w.-]*$/.test(name))
      throw Object.assign(new Error("not the name of a base"), { code: "ENOENT" });
    await renamePatiently(join(bases, name), aside);
  } catch (error) {
    const because = { cause: error };
    switch (systemCode(error)) {
      case "ENOENT":
        throw new UserError(
          "base-missing",
          say`Cannot remove "${name}": no such base is installed.`,
          say`List the bases again.`,
          because,
        );
      case "EBUSY":
      case "EPERM":
      case "EACCES":
        throw new UserError(
          "base-in-use",
          say`Cannot remove "${name}": a program uses it, or you have no permission to change its folder.`,
          say`Close other windows that use it, and try again.`,
          because,
        );
      default:
        throw error;
    }
  }
  await rm(aside, { recursive: true, force: true });
}
