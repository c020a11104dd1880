/** What a data set consists of. It knows no files and no tokens. */

import type { Log } from "../foundation/log.ts";
import type { Skipped } from "../sources/skipped.ts";

/**
 * - pair: an instruction and the code that answers it (the paper's data sets);
 * - text: source code to go on with. `cut` says that it stops before its document does, so no end of text follows;
 * - fill: a gap in source code, between what stands before and after it.
 */
export type Example =
  | { readonly kind: "pair"; readonly intent: string; readonly code: string }
  | { readonly kind: "text"; readonly text: string; readonly cut?: boolean }
  | { readonly kind: "fill"; readonly prefix: string; readonly suffix: string; readonly middle: string };

/** Something that was left out, and why: listed beside the result instead of failing the whole. */
export interface Problem {
  /** A file, or a file and its 1-based line: "pairs.jsonl:12". */
  readonly where: string;
  readonly message: string;
}

/**
 * Examples that are read anew, from the first on, each time that somebody asks: one is in memory at a time. `onSkipped` is told
 * every file that is left out of source code, also those that are no problem because they were not meant.
 */
export interface Dataset {
  readonly name: string;
  /** Rows say what they are. Source code is text, of which a part may be made into gaps to fill. */
  readonly kind: "rows" | "source";
  readonly examples: (onSkipped?: (skipped: Skipped) => void) => AsyncIterable<Example | Problem>;
}

/** So many problems are told one by one. */
const problemsTold = 10;

/** Warns of what was left out of the data called `name`. */
export function tellProblems({ name, problems }: { name: string; problems: readonly Problem[] }, log: Log): void {
  const counted = countProblems(name, log);
  for (const problem of problems) counted.add(problem);
  counted.end();
}

export interface ProblemCount {
  add(problem: Problem): void;
  end(): void;
  /** Of all problems; empty without any. */
  inWords(): string;
}

/** As {@link tellProblems}, for problems that come one by one and may be too many to keep. */
export function countProblems(name: string, log: Log): ProblemCount {
  let count = 0;
  let first = "";
  return {
    add({ where, message }) {
      count++;
      first ||= `${where}: ${message}`;
      if (count <= problemsTold) log.warn(`${where}: ${message}`);
    },
    end() {
      const more = count - problemsTold;
      if (more > 0) log.warn(`${name}: ${more} more entries were left out.`);
    },
    inWords: () => (count === 0 ? "" : `All ${count} entries were left out; the first, ${first}`),
  };
}
