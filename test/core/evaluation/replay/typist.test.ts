import { expect, test } from "vitest";
import { keyOf, keysFor, typist, type Key, type Typist } from "../../../../extension/core/evaluation/replay/typist.ts";

const text = `def area(width, height):\n${"    total = width * height\n".repeat(200)}    return total`;

function keysOf(author: Typist): (Key & { readonly typed: string })[] {
  const keys: (Key & { typed: string })[] = [];
  for (let typed = ""; typed !== text;) {
    const key = author.next(typed, text.slice(typed.length));
    keys.push({ ...key, typed });
    typed += key.text;
  }
  return keys;
}

test("types the text, a line end together with the indentation below it", () => {
  const keys = keysOf(typist({ seed: 1, interval: 239, typos: 0 }, "a"));
  expect(keys.map((key) => key.text).join("")).toBe(text);
  expect(keysFor(text)).toBe(keys.length);
  expect(keys.length).toBe(text.length - 4 * 201);
  expect([keyOf("\n\n  a"), keyOf("\n\t\tb"), keyOf("é"), keyOf("😀x"), keyOf("")]).toEqual([
    "\n",
    "\n\t\t",
    "é",
    "😀",
    "",
  ]);
});

test("times between keys within words have the mean and the spread of the study", () => {
  const keys = keysOf(typist({ seed: 1, interval: 239, typos: 0 }, "a"));
  const within = keys.filter(({ typed, text: key }) => /\w$/.test(typed) && /\w/.test(key)).map(({ delay }) => delay);
  expect(within.length).toBeGreaterThan(2500);
  const mean = within.reduce((sum, delay) => sum + delay, 0) / within.length;
  const deviation = Math.sqrt(within.reduce((sum, delay) => sum + (delay - mean) ** 2, 0) / within.length);
  expect(mean).toBeGreaterThan(239 - 8);
  expect(mean).toBeLessThan(239 + 8);
  expect(deviation).toBeGreaterThan(112 - 10);
  expect(deviation).toBeLessThan(112 + 10);
});

test("pauses most before the first key, then below a header, then before a line", () => {
  const authors = Array.from({ length: 200 }, (_, i) => typist({ seed: i, interval: 239, typos: 0 }, "a"));
  const median = (typed: string): number => {
    const delays = authors.map((author) => author.next(typed, text.slice(typed.length)).delay);
    return delays.toSorted((a, b) => a - b)[100]!;
  };
  const header = text.indexOf("\n") + 5;
  const below = header + "total = width * height\n    ".length;
  const [first, body, line] = [median(""), median(text.slice(0, header)), median(text.slice(0, below))];
  expect(first).toBeGreaterThan(body);
  expect(body).toBeGreaterThan(line);
  expect(line).toBeGreaterThan(800);
  expect(median("de")).toBeLessThan(300);
});

test("a key depends on seed and place alone, not on what came before", () => {
  const options = { seed: 7, interval: 239, typos: 0 };
  const all = keysOf(typist(options, "a"));
  expect(keysOf(typist(options, "a"))).toEqual(all);
  const { typed, ...key } = all[50]!;
  expect(typist(options, "a").next(typed, text.slice(typed.length))).toEqual(key);
  expect(typist({ ...options, seed: 8 }, "a").next(typed, text.slice(typed.length))).not.toEqual(key);
  expect(typist(options, "b").next(typed, text.slice(typed.length))).not.toEqual(key);
});
