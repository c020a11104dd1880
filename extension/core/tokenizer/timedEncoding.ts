/**
 * Encoding with a time limit. A tokenizer.json contains regular expressions. Those of a careless or hostile author can take
 * practically forever on texts of thirty characters.
 */

import { UserError } from "../foundation/errors.ts";
import { withinTime } from "../foundation/withinTime.ts";
import { say } from "../foundation/words/said.ts";
import { graftWords, llama3Words, qwenWords } from "./knownPatterns.ts";

/** The regular expressions of most models. They are known to be fast and do not need a time limit, which costs 0.1 ms a text. */
const quickPatterns: ReadonlySet<unknown> = new Set([graftWords, qwenWords, llama3Words]);

/** The limit: milliseconds per text, plus milliseconds per character. A busy machine encodes at least 1,000 characters a second. */
const [patience, characterPatience] = [5000, 1];

/** Whether all regular expressions in a part of a tokenizer.json are known to be fast. */
export function isQuick(part: unknown): boolean {
  if (typeof part !== "object" || part === null) return true;
  return Object.entries(part).every(([key, value]) => (key === "Regex" ? quickPatterns.has(value) : isQuick(value)));
}

/**
 * Adds a time limit to `encode`. After the first timeout, every call fails at once.
 *
 * @returns a function that throws UserError "tokenizer-stuck"
 */
export function timed<Rest extends unknown[]>(
  folder: string,
  encode: (text: string, ...rest: Rest) => number[],
): (text: string, ...rest: Rest) => number[] {
  let stuck: UserError | undefined;
  return (text, ...rest) => {
    if (stuck) throw stuck;
    const milliseconds = patience + characterPatience * text.length;
    const done = withinTime(milliseconds, () => encode(text, ...rest));
    if (done) return done.value;
    const seconds = Math.round(milliseconds / 1000);
    stuck = new UserError(
      "tokenizer-stuck",
      say`Cannot use the tokenizer of ${folder}: it did not encode ${text.length} characters in ${seconds} s.`,
      say`Choose another base. A regular expression in the tokenizer.json of this one may never finish.`,
    );
    throw stuck;
  };
}

/** Runs of one kind of character with another one at the end. On these, a bad regular expression backtracks exponentially. */
const trials = ["a", "A", "é", "0", "_", " ", "\t", "\n", ".", "(", "'", "a ", "a1", " \n"].map(
  (run) => `${run.repeat(200)}\u0000!x`,
);

/** Tests a tokenizer on difficult texts before it is used. @throws UserError "tokenizer-stuck" */
export function tryEncoding(encode: (text: string) => number[]): void {
  for (const text of trials) encode(text);
}
