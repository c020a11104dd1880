/**
 * A model of an author who types a known text: which key comes next, and after how long. Knows nothing of suggestions.
 *
 * The random numbers of a key depend on seed and place alone, so that two settings replay the same author.
 */

import { seededRandom, type Random } from "../../foundation/random.ts";

export interface Key {
  /** Milliseconds since the key before, or since the text changed. */
  readonly delay: number;
  /** The text that the key inserts; empty for Backspace, which deletes one character. */
  readonly text: string;
}

export interface TypistOptions {
  readonly seed: number;
  /** The mean time between two keys within a line, in milliseconds. */
  readonly interval: number;
  /** The share of letters that are first typed wrongly. */
  readonly typos: number;
}

/**
 * Times between keys are log-normal. Over 168,000 people the mean was 239 ms, the standard deviation 112 ms (Dhakal et
 * al. 2018, "Observations on typing from 136 million keystrokes"): σ = 0.445 of the logarithm.
 */
const spread = 0.445;

/**
 * Medians of the pauses to think, in milliseconds, and their spread: before the first key, in a line below a header, at
 * the start of another line, and before one word in eight. A simple model: programmers pause mostly between lines.
 */
const thinking = { first: 2000, body: 1500, line: 800, word: 600, spread: 0.8, wordShare: 1 / 8 };
/** The median time until a typo is noticed, in milliseconds. */
const noticing = 350;

export interface Typist {
  /** @param typed the author's text up to the cursor; @param rest the text that the author has yet to write */
  next(typed: string, rest: string): Key;
}

/** @param place names the text, for the random numbers */
export function typist({ seed, interval, typos }: TypistOptions, place: string): Typist {
  /** The length of the text before a wrong letter that is on screen; -1 without one. */
  let wrongAt = -1;
  /** The position of the last corrected typo, which the author does not repeat. */
  let correctedAt = -1;
  return {
    next: (typed, rest) => {
      const attempt = wrongAt >= 0 ? "wrong" : correctedAt === typed.length ? "again" : "first";
      const random = seededRandom(seed, `${place} ${typed.length} ${attempt}`);
      const delay = lognormal(random, interval * Math.exp(-(spread ** 2) / 2), spread);
      if (wrongAt >= 0) {
        [correctedAt, wrongAt] = [wrongAt, -1];
        return { text: "", delay: delay + lognormal(random, noticing, spread) };
      }
      const pause = delay + pauseBefore(typed, rest, random);
      if (/^[a-z]/.test(rest) && correctedAt !== typed.length && random.next() < typos) {
        wrongAt = typed.length;
        return { text: otherLetter(rest[0]!, random), delay: pause };
      }
      return { text: keyOf(rest), delay: pause };
    },
  };
}

/** Returns what one key inserts: a character, or a line end with the indentation that the editor adds. */
export function keyOf(rest: string): string {
  return /^\n[ \t]*/.exec(rest)?.[0] ?? Array.from(rest.slice(0, 2))[0] ?? "";
}

/** Returns the number of keys that type `text` without suggestions and typos. */
export function keysFor(text: string): number {
  let keys = 0;
  for (let at = 0; at < text.length; at += keyOf(text.slice(at, at + 200)).length) keys++;
  return keys;
}

function pauseBefore(typed: string, rest: string, random: Random): number {
  const median = medianPause(typed, rest, random);
  return median === 0 ? 0 : lognormal(random, median, thinking.spread);
}

function medianPause(typed: string, rest: string, random: Random): number {
  if (typed === "") return thinking.first;
  if (/\n[ \t]*$/.test(typed) && !rest.startsWith("\n")) {
    return typed.trimEnd().endsWith(":") ? thinking.body : thinking.line;
  }
  const startsWord = /[^\w]$/.test(typed) && /^\w/.test(rest);
  return startsWord && random.next() < thinking.wordShare ? thinking.word : 0;
}

function lognormal(random: Random, median: number, sigma: number): number {
  return median * Math.exp(sigma * random.normal());
}

function otherLetter(letter: string, random: Random): string {
  const others = Array.from("abcdefghijklmnopqrstuvwxyz").filter((each) => each !== letter);
  return others[random.integer(others.length)]!;
}
