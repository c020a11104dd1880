/** Deletes runs so that they can be restored: they move into a folder of the home, which the user may empty. */

import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { moveFolder } from "../../foundation/atomicFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { exists } from "../../foundation/exists.ts";
import { lockFolder } from "../../foundation/locks/folderLock.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import { chooseRun, runsFolder } from "../runs/runFolder.ts";

function deletedRunsFolder(home: string): string {
  return join(home, "deleted-runs");
}

/**
 * Returns the folder of a run that can be deleted.
 *
 * @throws UserError "run-missing"
 */
export async function deletableRun(id: string, home: string): Promise<string> {
  const folder = join(runsFolder(home), plainName(id));
  if (await exists(folder)) return folder;
  throw missing(say`Cannot delete the run ${id}: there is none.`, chooseRun);
}

/** @throws UserError "run-missing", "run-busy", "not-writable" */
export async function deleteRun(id: string, home: string): Promise<void> {
  const folder = await deletableRun(id, home);
  const release = await lockFolder(join(folder, "lock"), (owner, escape) => {
    const message = say`Cannot delete the run ${id}: another process is writing it (${owner}).`;
    return new UserError("run-busy", message, say`Wait until it ends. ${escape}`);
  });
  const target = join(deletedRunsFolder(home), id);
  try {
    // Replaces an earlier deletion of the same run.
    await rm(target, { recursive: true, force: true });
    // Holds the lock, so that no evaluation starts to write into the folder while it moves.
    await moveFolder(folder, target);
    await rm(join(target, "lock"), { force: true });
  } finally {
    await release();
  }
}

/**
 * Returns the folder of a deleted run, and the one that a restore moves it to.
 *
 * @throws UserError "run-missing", "run-busy" if the run was evaluated again meanwhile
 */
export async function restorableRun(id: string, home: string): Promise<{ folder: string; target: string }> {
  const folder = join(deletedRunsFolder(home), plainName(id));
  if (!(await exists(folder))) {
    throw missing(
      say`Cannot restore the run ${id}: it is not among the deleted ones.`,
      say`See ${deletedRunsFolder(home)}.`,
    );
  }
  const target = join(runsFolder(home), id);
  if (await exists(target)) {
    const message = say`Cannot restore the run ${id}: it was evaluated again meanwhile.`;
    throw new UserError("run-busy", message, say`Delete the new one first, or keep it.`);
  }
  return { folder, target };
}

/** @throws UserError "run-missing", "run-busy", "not-writable" */
export async function restoreRun(id: string, home: string): Promise<void> {
  const { folder, target } = await restorableRun(id, home);
  await moveFolder(folder, target);
}

/** Ids come from the command line and from a web page. The id of a run on a hidden file begins with a dot, like the file's name. */
function plainName(id: string): string {
  if (id !== basename(id) || ["", ".", ".."].includes(id))
    throw missing(say`${id} is not the name of a run.`, chooseRun);
  return id;
}

function missing(message: Said, nextStep: Said): UserError {
  return new UserError("run-missing", message, nextStep);
}
