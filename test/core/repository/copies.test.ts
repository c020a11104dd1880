import { expect, test } from "vitest";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import { sortSuffixes, sortingDepth } from "../../../extension/core/repository/copies/sortSuffixes.ts";
import { findTokenStarts } from "../../../extension/core/repository/copies/tokenStarts.ts";
import { openRepository } from "../../../extension/core/repository/repository.ts";

const random = seededRandom(11);
const draw = (below: number): number => random.integer(below);

function randomText(words: readonly string[], count: number): string {
  return Array.from({ length: count }, () => words[draw(words.length)]).join("");
}

test("sortSuffixes: orders places by the next 64 bytes, and leaves equal ones in the order of the text", () => {
  for (const words of [
    ["ab", "abab ", "\n", "c."],
    ["licence text that repeats ", "x"],
    ["é", "z ", "\n\n"],
  ]) {
    const text = Buffer.from(randomText(words, 400));
    const places = findTokenStarts(text);
    const wanted = [...places].toSorted(
      (a, b) => Buffer.compare(text.subarray(a, a + sortingDepth), text.subarray(b, b + sortingDepth)) || a - b,
    );
    sortSuffixes(text, places);
    expect([...places]).toEqual(wanted);
  }
});

test("findCopies: finds the matches that comparing all places finds", async () => {
  const words = ["self", ".", "load", "(", ")", " = ", "\n    ", "path", "_name", ", "];
  for (let round = 0; round < 40; round++) {
    const files = ["a.py", "p/b.py", "p/c.py"].map((path) => ({ path, text: randomText(words, 40) }));
    const repository = await openRepository(files);
    const prefix = randomText(words, 30).slice(0, -draw(3) || undefined);
    const { copies } = repository.query({ path: "new.py", prefix, suffix: "" });
    const wanted = matches(files, prefix);
    const found = copies.map(({ path, before, after }) => ({ path, length: longestMatch(before, prefix), after }));
    expect(found.map(({ length }) => length)).toEqual(wanted.slice(0, 32).map(({ length }) => length));
    if (wanted.length <= 32) expect(found.map(key).toSorted()).toEqual(wanted.map(key).toSorted());
  }
});

interface Match {
  path: string;
  length: number;
  after: string;
}

const key = ({ path, length, after }: Match): string => `${path} ${length} ${after}`;

/** All places with a match of at least four characters that holds a word, the longest first. */
function matches(files: readonly { path: string; text: string }[], prefix: string): Match[] {
  const found = files.flatMap(({ path, text }) =>
    Array.from({ length: text.length + 1 }, (_, at): Match => {
      return { path, length: longestMatch(text.slice(0, at), prefix), after: text.slice(at, at + 400) };
    }),
  );
  return found.filter(({ length }) => length > 0).toSorted((a, b) => b.length - a.length);
}

/** The length of the longest end of both texts that starts at a token. */
function longestMatch(before: string, prefix: string): number {
  for (let length = Math.min(60, before.length, prefix.length); length >= 4; length--) {
    const match = prefix.slice(-length);
    const starts = (text: string): boolean =>
      match.startsWith("\n") || (/^\w/.test(match) && !/\w/.test(text.at(-length - 1) ?? ""));
    if (before.endsWith(match) && /\w/.test(match) && starts(prefix) && starts(before)) return length;
  }
  return 0;
}
