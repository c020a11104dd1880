/**
 * The terms of code that a search for similar code compares: the parts of identifiers in lower case, and whole identifiers.
 * "readHTTPBody" has the terms read, http, body and readhttpbody.
 */

import { hashOf, hashSeed, hashWith } from "../nameHash.ts";

const [upper, lower, digit, underscore] = [1, 2, 3, 4];

const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  const sign = String.fromCharCode(byte);
  if (/[A-Z]/.test(sign)) return upper;
  if (/[a-z]/.test(sign) || byte >= 0x80) return lower;
  if (/\d/.test(sign)) return digit;
  return sign === "_" ? underscore : 0;
});

const keywords = `and as assert async await break class continue def del elif else except False finally for from global
  if import in is lambda None nonlocal not or pass raise return self True try while with yield`;

const left: ReadonlySet<number> = new Set(keywords.split(/\s+/).map((word) => hashOf(word.toLowerCase())));

/** Calls `take` with the hash of each term of a text that has one character for each byte; keywords are left out. */
export function eachTerm(text: string, start: number, end: number, take: (hash: number) => void): void {
  let [part, partLength, whole, parts, before] = [hashSeed, 0, hashSeed, 0, 0];
  const close = (): void => {
    if (partLength > 1 && !left.has(part >>> 0)) {
      take(part >>> 0);
      parts++;
    }
    [part, partLength] = [hashSeed, 0];
  };
  for (let place = start; place <= end; place++) {
    const code = place < end ? text.charCodeAt(place) : 0;
    const kind = kinds[code & 255]!;
    if (kind === 0) {
      close();
      if (parts > 1) take(whole >>> 0);
      [whole, parts, before] = [hashSeed, 0, 0];
      continue;
    }
    const next = place + 1 < end ? kinds[text.charCodeAt(place + 1) & 255]! : 0;
    const isStart = kind === upper && (before === lower || (before === upper && next === lower));
    if (kind === underscore || isStart) close();
    before = kind;
    if (kind === underscore || (kind === digit && partLength === 0)) continue;
    const small = kind === upper ? code | 32 : code;
    part = hashWith(part, small);
    whole = hashWith(whole, small);
    partLength++;
  }
}
