/** Chooses the unchanged files that a training on changed files reads again, so that it does not unlearn them. */

import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import type { Example } from "../../dataset/example.ts";
import { contentHash, countHashes } from "../../dataset/holdOut.ts";

/** The share of unchanged files among those that are trained on. */
const rehearsedShare = 0.1;
/** The largest share of the unchanged files that is read again: the others are needed for the trial. */
const mostRehearsed = 0.5;

export interface Rehearsal {
  /** Takes each example in the first reading. */
  add(example: Example): void;
  /** @throws UserError "nothing-changed" */
  choose(): OnlyTried;
}

/** The unchanged files that are not read again: only a trial sees them. */
export interface OnlyTried {
  /** About how many. */
  readonly files: number;
  readonly has: (example: Example) => boolean;
}

/**
 * @param seed another seed chooses other files
 * @param since the time that the request names; without one, all files are new
 */
export function rehearsalChoice(seed: number, since: string | undefined): Rehearsal {
  const hashes = countHashes();
  let [changed, unchanged] = [0, 0];
  // Differs from the hash that holds out files for validation and from the one that keeps some for the trial.
  const hashOf = (example: Example): number => contentHash(example, seed + 2);
  return {
    add(example) {
      if (!isUnchanged(example)) return void changed++;
      unchanged++;
      hashes.add(hashOf(example));
    },
    choose() {
      if (unchanged === 0) return { files: 0, has: () => false };
      if (changed === 0) throw nothingChanged(since);
      const share = Math.min(mostRehearsed, (changed * rehearsedShare) / (1 - rehearsedShare) / unchanged);
      const found = hashes.boundOf(share);
      // A single unchanged file is for the trial.
      const bound = found === Infinity ? 0 : found;
      return {
        files: bound === 0 ? unchanged : Math.round(unchanged * (1 - share)),
        has: (example) => isUnchanged(example) && hashOf(example) >= bound,
      };
    },
  };
}

export function isUnchanged(example: Example): boolean {
  return example.kind === "text" && example.unchanged === true;
}

function nothingChanged(since: string | undefined): UserError {
  const message = say`There is nothing new to learn: no file has changed since ${since ?? say`then`}.`;
  return new UserError(
    "nothing-changed",
    message,
    say`Try again once files have changed; or train with an earlier --changed-since, or on all files.`,
  );
}
