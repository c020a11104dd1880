import fc from "fast-check";
import { expect, test } from "vitest";
import { isKept, rangeAfter } from "../../../extension/core/statistics/retention.ts";

/** Levenshtein's recurrence, as it is defined. */
function distance(a: string, b: string): number {
  if (a === "" || b === "") return a.length + b.length;
  const table = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => i + j));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const substituted = table[i - 1]![j - 1]! + Number(a[i - 1] !== b[j - 1]);
      table[i]![j] = Math.min(table[i - 1]![j]! + 1, table[i]![j - 1]! + 1, substituted);
    }
  }
  return table[a.length]![b.length]!;
}

test("isKept: an edit distance of at most half of the accepted length", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "(", "\n"), maxLength: 60 });
  fc.assert(
    fc.property(text, text, (accepted, now) => {
      expect(isKept(accepted, now)).toBe(accepted !== "" && distance(accepted, now) <= accepted.length / 2);
    }),
  );
});

test("isKept ignores how lines end, and is quick on long texts", () => {
  expect(isKept("a\nb", "a\r\nb")).toBe(true);
  const [long, other] = ["ab\n".repeat(200_000), "cd\n".repeat(200_000)];
  const startedAt = performance.now();
  expect(isKept(long, other)).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(500);
});

test("rangeAfter: edits outside a text leave its characters in their range", () => {
  fc.assert(
    fc.property(
      fc.nat(20),
      fc.nat(20),
      fc.string({ maxLength: 9 }),
      fc.boolean(),
      (offset, removed, inserted, isBefore) => {
        const [before, accepted, after] = ["b".repeat(40), "ACCEPTED", "a".repeat(40)];
        const start = isBefore ? offset : before.length + accepted.length + offset;
        const text = before + accepted + after;
        const range = rangeAfter({ start: 40, end: 48 }, { offset: start, removed, inserted }, accepted);
        const now = text.slice(0, start) + inserted + text.slice(start + removed);
        expect(now.slice(range.start, range.end)).toBe(accepted);
      },
    ),
  );
});
