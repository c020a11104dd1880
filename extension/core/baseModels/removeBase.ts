/** Removing an installed base: gone at once for whoever looks for it, then from the disk. */

import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { systemCode, UserError } from "../foundation/errors.ts";
import { renamePatiently } from "../foundation/renamePatiently.ts";

/**
 * @param name as bases are listed; one that is in use goes on where the system lets open files be removed
 * @throws UserError "base-missing" or "base-in-use"
 */
export async function removeBase(name: string, home: string): Promise<void> {
  const bases = join(home, "bases");
  // As installFolder names what a later import may clear away, should this process end before it has.
  const aside = join(bases, `.${randomUUID()}.part`);
  try {
    if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) throw Object.assign(new Error("no name of a base"), { code: "ENOENT" });
    await renamePatiently(join(bases, name), aside);
  } catch (error) {
    const because = { cause: error };
    switch (systemCode(error)) {
      case "ENOENT":
        throw new UserError(
          "base-missing",
          `Cannot remove "${name}": no such base is installed.`,
          "Look again.",
          because,
        );
      case "EBUSY":
      case "EPERM":
      case "EACCES":
        throw new UserError(
          "base-in-use",
          `Cannot remove "${name}": a program uses it, or its folder is not yours to change.`,
          "Close other windows that complete with it, and try again.",
          because,
        );
      default:
        throw error;
    }
  }
  await rm(aside, { recursive: true, force: true });
}
