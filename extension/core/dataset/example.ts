/** The examples of a data set, before tokenization, and the problems found while reading them. */

import type { Log } from "../foundation/log.ts";
import { counted } from "../foundation/words/quantities.ts";
import { english, say, type Said } from "../foundation/words/said.ts";
import type { Span } from "../sources/git/ownSpans.ts";
import type { Skipped } from "../sources/skipped.ts";

/**
 * - pair: an instruction and the code that answers it (the paper's data sets).
 * - text: source code. `cut` says that the document continues after it, so no end of text follows. `path` is the path of its file in
 *   its project. `own` lists the parts to learn from, where requests begin; the default is the whole text. `unchanged` says that
 *   its file is older than the time since which a training looks for changes, or that its text was learned before.
 * - fill: an infilling example, a hole in source code with the text before and after it.
 */
export type Example =
  | { readonly kind: "pair"; readonly intent: string; readonly code: string }
  | {
      readonly kind: "text";
      readonly text: string;
      readonly cut?: boolean;
      readonly path?: string;
      readonly own?: readonly Span[];
      readonly unchanged?: boolean;
    }
  | { readonly kind: "fill"; readonly prefix: string; readonly suffix: string; readonly middle: string };

/** A row or file that was skipped, with the reason. Problems are listed and do not fail the whole data set. */
export interface Problem {
  /** A file, or a file and its 1-based line: "pairs.jsonl:12". */
  readonly where: string;
  readonly message: Said;
}

/** The flaw of a row, returned in place of the row's value. A class, because that value may be any object. */
export class Flaw {
  readonly message: Said;

  constructor(message: Said) {
    this.message = message;
  }
}

/**
 * A data set. Each call of `examples` reads it again from the start, with one example in memory at a time. `onSkipped` receives
 * every skipped file of source code, including those that are not problems, such as files of an environment.
 */
export interface Dataset {
  readonly name: string;
  /** Rows determine their own kind of example. Source code is text, part of which can become infilling examples. */
  readonly kind: "rows" | "source";
  /** The folder that the paths of its examples are relative to; absent for files. */
  readonly folder?: string;
  readonly examples: (onSkipped?: (skipped: Skipped) => void) => AsyncIterable<Example | Problem>;
}

/** Number of problems to log individually. */
const problemsTold = 10;

/** Logs a warning for the problems of the data set `name`. */
export function tellProblems({ name, problems }: { name: string; problems: readonly Problem[] }, log: Log): void {
  const tally = countProblems(name, log);
  for (const problem of problems) tally.add(problem);
  tally.end();
}

export interface ProblemCount {
  add(problem: Problem): void;
  end(): void;
  /** Returns a summary of all problems; undefined without problems. */
  inWords(): Said | undefined;
}

/** Does the same as {@link tellProblems} for problems that arrive one by one and may be too many to keep. */
export function countProblems(name: string, log: Log): ProblemCount {
  let count = 0;
  let first: Problem | undefined;
  return {
    add(problem) {
      const { where, message } = problem;
      count++;
      first ??= problem;
      if (count <= problemsTold) log.warn(`${where}: ${english(message)}`);
    },
    end() {
      const more = count - problemsTold;
      if (more <= 0) return;
      const entries = counted(more, "more entry was", { many: "more entries were" });
      log.warn(`${name}: ${entries} left out.`);
    },
    inWords: () => first && allLeftOut(count, first),
  };
}

/** Returns the message that all entries of some data were left out. */
export function allLeftOut(count: number, { where, message }: Problem): Said {
  if (count === 1) return say`The only entry was left out, ${where}: ${message}`;
  return say`All ${count} entries were left out; the first, ${where}: ${message}`;
}

/** Returns the message about the first of `count` problems. */
export function firstProblem(count: number, { where, message }: Problem): Said {
  if (count === 1) return say`One problem, ${where}: ${message}`;
  return say`The first of ${count} problems, ${where}: ${message}`;
}
