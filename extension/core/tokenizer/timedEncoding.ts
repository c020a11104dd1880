/**
 * Encoding that comes to an end. A tokenizer.json brings regular expressions, and those of a careless or a hostile one can take
 * longer than anybody waits, on texts of thirty characters. It knows no tokens.
 */

import { UserError } from "../foundation/errors.ts";
import { withinTime } from "../foundation/withinTime.ts";

/** Regular expressions that are known to be quick, of most models there are: not worth a tenth of a millisecond a text. */
const quickPatterns: ReadonlySet<unknown> = new Set([
  // Graft's own base
  "(?:\\r?\\n[ \\t]*)+|[ \\t]{2,}|(?: |[^ \\t\\r\\n\\p{L}\\p{N}_])?[\\p{L}_]+|\\p{N}| ?[^ \\t\\r\\n\\p{L}\\p{N}_]+|[ \\t]|\\r",
  // Qwen 2 to 3
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  // Llama 3
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
]);

/** Milliseconds for any text, and for each of its characters besides: a busy machine reads some thousand a second at least. */
const [patience, characterPatience] = [5000, 1];

/** Whether all regular expressions in a part of a tokenizer.json are known to be quick. */
export function isQuick(part: unknown): boolean {
  if (typeof part !== "object" || part === null) return true;
  return Object.entries(part).every(([key, value]) => (key === "Regex" ? quickPatterns.has(value) : isQuick(value)));
}

/**
 * `encode` with a limit of time. What was too slow once is refused from then on, so that nobody waits twice.
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
      `Cannot use the tokenizer of ${folder}: it did not read ${text.length} characters in ${seconds} s.`,
      "Choose another base. A regular expression in its tokenizer.json may never come to an end.",
    );
    throw stuck;
  };
}

/** Runs of one kind of character with another behind them: on such texts a bad regular expression tries every way to divide them. */
const trials = ["a", "A", "é", "0", "_", " ", "\t", "\n", ".", "(", "'", "a ", "a1", " \n"].map(
  (run) => `${run.repeat(200)}\u0000!x`,
);

/** Tries a tokenizer before anybody relies on it. @throws UserError "tokenizer-stuck" */
export function tryEncoding(encode: (text: string) => number[]): void {
  for (const text of trials) encode(text);
}
