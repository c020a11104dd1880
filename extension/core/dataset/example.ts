/** What a data set consists of. It knows no files and no tokens. */

import type { Log } from "../base/log.ts";

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

export interface Dataset {
  readonly name: string;
  readonly examples: readonly Example[];
  readonly problems: readonly Problem[];
}

/** So many problems are told one by one. */
const problemsTold = 10;

/** Warns of what was left out of the data called `name`. */
export function tellProblems({ name, problems }: Pick<Dataset, "name" | "problems">, log: Log): void {
  for (const { where, message } of problems.slice(0, problemsTold)) log.warn(`${where}: ${message}`);
  const more = problems.length - problemsTold;
  if (more > 0) log.warn(`${name}: ${more} more entries were left out.`);
}
