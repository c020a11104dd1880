/** Plans the disk space of a training, and refuses one that the disk has no room for. */

import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError } from "../../foundation/errors.ts";
import { exists } from "../../foundation/exists.ts";
import { kilobytesOrMore } from "../../foundation/words/quantities.ts";
import { say } from "../../foundation/words/said.ts";
import type { OptimizerName } from "../optimizers/optimizers.ts";

/** Moments of each parameter in a checkpoint; Adafactor keeps a row and a column of each matrix. */
const moments: Readonly<Record<OptimizerName, number>> = { adamw: 2, adafactor: 0.1 };

/** Returns the bytes that a training with this many bytes of parameters needs in addition to its token files. */
export function diskForParameters(
  parameterBytes: number,
  { optimizer, isValidated }: { optimizer: OptimizerName; isValidated: boolean },
): number {
  const checkpoint = parameterBytes * (1 + moments[optimizer] + Number(isValidated));
  // A checkpoint is written next to the one that it replaces. A trial reads a copy of the adapter.
  return 2 * checkpoint + 2 * parameterBytes;
}

/**
 * Returns the free bytes of the disk that `folder` is or will be on; undefined for file systems that do not report them.
 *
 * @param folder an absolute path
 */
export async function freeDisk(folder: string): Promise<number | undefined> {
  let place = folder;
  while (!(await exists(place)) && dirname(place) !== place) place = dirname(place);
  const facts = await statfs(place).catch(() => undefined);
  return facts && facts.blocks > 0 ? facts.bavail * facts.bsize : undefined;
}

/** @throws UserError "disk-full" */
export function checkDisk(folder: string, needed: number, free: number | undefined): void {
  if (free === undefined || needed <= free) return;
  const message = say`Cannot train into ${folder}: it needs about ${kilobytesOrMore(needed)} of disk space, ${kilobytesOrMore(free)} are free.`;
  throw new UserError("disk-full", message, say`Free some space, or choose a method or a size with fewer parameters.`);
}
