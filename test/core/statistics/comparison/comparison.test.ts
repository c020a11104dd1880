import { describe, expect, test } from "vitest";
import { asTrained } from "../../../../extension/core/adapters/chosenAdapters.ts";
import {
  armOf,
  blockAt,
  blockMilliseconds,
  comparisonSchema,
  partOf,
  turnAt,
} from "../../../../extension/core/statistics/comparison/comparison.ts";

const blocks = Array.from({ length: 400 }, (_, i) => i);

describe("armOf", () => {
  test("gives each arm one block of every pair", () => {
    for (const block of blocks.filter((each) => each % 2 === 0)) {
      expect([armOf(7, block), armOf(7, block + 1)].sort()).toEqual(["a", "b"]);
    }
  });

  test("is a fair coin, which another seed tosses differently", () => {
    const first = (seed: number): boolean[] => blocks.map((pair) => armOf(seed, 2 * pair) === "a");
    const heads = first(1).filter(Boolean).length;
    // Four standard deviations of 400 tosses.
    expect(Math.abs(heads - 200)).toBeLessThan(40);
    const alike = first(1).filter((toss, i) => toss === first(2)[i]).length;
    expect(Math.abs(alike - 200)).toBeLessThan(40);
    expect(first(1)).toEqual(first(1));
  });
});

test("blockAt: five minutes each", () => {
  const noon = Date.UTC(2026, 10, 26, 12);
  expect(blockMilliseconds).toBe(300_000);
  expect(blockAt(noon + 299_999)).toBe(blockAt(noon));
  expect(blockAt(noon + 300_000)).toBe(blockAt(noon) + 1);
});

test("turnAt: the setting of the arm whose block it is, for suggestions of the comparison's base", () => {
  const comparison = comparisonSchema.parse({
    id: "c",
    seed: 5,
    startedAt: 0,
    base: "small",
    a: { adapter: "shop", context: false },
    b: { adapter: null, context: true },
  });
  const turns = [0, 1].map((block) => turnAt(comparison, block * blockMilliseconds + 7));
  expect(turns.map(({ arm }) => arm).sort()).toEqual(["a", "b"]);
  for (const turn of turns) {
    expect(turn.setting).toEqual(comparison[turn.arm]);
    expect(partOf(comparison, turn, "small")).toEqual({ comparison: "c", arm: turn.arm, block: turn.block });
    expect(partOf(comparison, turn, "large")).toBeUndefined();
  }
});

test("comparisonSchema: arms of several adapters; the one name of an earlier version is one adapter, as trained", () => {
  const parsed = (a: unknown, b: unknown): unknown => {
    const { a: one, b: other } = comparisonSchema.parse({ id: "c", seed: 5, startedAt: 0, base: "small", a, b });
    return [one, other];
  };
  const several = { adapters: [{ name: "team", scale: 0.75 }, asTrained("own")], context: true };
  expect(parsed(several, { adapters: [], context: true })).toEqual([several, { adapters: [], context: true }]);
  expect(parsed({ adapter: "shop", context: false }, { adapter: null, context: true })).toEqual([
    { adapters: [asTrained("shop")], context: false },
    { adapters: [], context: true },
  ]);
});
