/** The intervals against simulated comparisons, whose true difference is known. */

import { describe, expect, test } from "vitest";
import { seededRandom, type Random } from "../../../../extension/core/foundation/random.ts";
import { armOf } from "../../../../extension/core/statistics/comparison/comparison.ts";
import { boundary, differenceOf } from "../../../../extension/core/statistics/comparison/difference.ts";
import { resultOf, type ComparisonResult } from "../../../../extension/core/statistics/comparison/verdict.ts";
import type { Arm } from "../../../../extension/core/statistics/record.ts";
import type { BlockTotals } from "../../../../extension/core/statistics/totals.ts";

interface World {
  /** The chance that a suggestion is kept. */
  shares: Record<Arm, number>;
  /** How much the suggestions of one block resemble each other: the correlation within a block. */
  correlation: number;
  suggestionsPerBlock: number;
  blocks: number;
}

function* blocksOf({ shares, correlation, suggestionsPerBlock, blocks }: World, seed: number): Generator<BlockTotals> {
  const random = seededRandom(seed, "comparison");
  for (let block = 0; block < blocks; block++) {
    const arm = armOf(seed, block);
    const share = shares[arm];
    // The task of the hour makes all suggestions of a block better or worse.
    const spread = Math.sqrt(correlation * share * (1 - share));
    const chance = Math.min(1, Math.max(0, share + spread * random.normal()));
    const shown = geometric(random, suggestionsPerBlock);
    yield { comparison: "c", arm, block, shown, kept: successes(random, shown, chance) };
  }
}

const geometric = (random: Random, mean: number): number =>
  Math.floor(Math.log(1 - random.next()) / Math.log(mean / (mean + 1)));

const successes = (random: Random, count: number, chance: number): number =>
  Array.from({ length: count }, () => random.next()).filter((toss) => toss < chance).length;

/** Looks at the result after every block, like a user who keeps the page open. */
function* looks(world: World, seed: number): Generator<ComparisonResult> {
  const seen: BlockTotals[] = [];
  for (const block of blocksOf(world, seed)) {
    seen.push(block);
    yield resultOf(seen);
  }
}

function firstLook(
  world: World,
  seed: number,
  holds: (result: ComparisonResult) => boolean,
): ComparisonResult | undefined {
  for (const result of looks(world, seed)) if (holds(result)) return result;
  return undefined;
}

const hasLook = (world: World, seed: number, holds: (result: ComparisonResult) => boolean): boolean =>
  firstLook(world, seed, holds) !== undefined;

const runs = 200;
/** Three standard errors of a share of 5 % among the runs. */
const tolerance = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs);

describe("somebody looks after every block", () => {
  test.each([
    ["alike, independent suggestions", { a: 0.25, b: 0.25 }, 0, 6],
    ["alike, hours that differ", { a: 0.25, b: 0.25 }, 0.15, 6],
    ["alike, few are kept", { a: 0.06, b: 0.06 }, 0.05, 8],
    ["different", { a: 0.35, b: 0.25 }, 0.1, 6],
  ] as const)(
    "the interval ever misses the truth in at most 5 % of comparisons: %s",
    (_, shares, correlation, perBlock) => {
      const world = { shares, correlation, suggestionsPerBlock: perBlock, blocks: 250 };
      const truth = shares.a - shares.b;
      const missed = (seed: number): boolean =>
        hasLook(
          world,
          seed,
          ({ found }) => found !== undefined && (found.interval.low > truth || found.interval.high < truth),
        );
      const misses = Array.from({ length: runs }, (_, seed) => missed(seed)).filter(Boolean).length;
      expect(misses / runs).toBeLessThanOrEqual(tolerance);
    },
  );

  test("an ordinary 95 % interval would call alike arms different far more often, so the test can tell", () => {
    const world = { shares: { a: 0.25, b: 0.25 }, correlation: 0, suggestionsPerBlock: 6, blocks: 250 };
    const misled = (seed: number): boolean =>
      hasLook(
        world,
        seed,
        ({ found }) => found !== undefined && Math.abs(found.difference) > 1.96 * found.standardError,
      );
    const share = Array.from({ length: runs }, (_, seed) => misled(seed)).filter(Boolean).length / runs;
    expect(share).toBeGreaterThan(0.15);
  });
});

test("a difference of ten points is found, and never the wrong way round", () => {
  const world = { shares: { a: 0.25, b: 0.35 }, correlation: 0.05, suggestionsPerBlock: 8, blocks: 800 };
  const verdicts = Array.from(
    { length: 60 },
    (_, seed) => firstLook(world, seed, ({ verdict }) => verdict.length === 1)?.verdict,
  );
  expect(verdicts.filter((verdict) => verdict === "b").length).toBeGreaterThan(54);
  expect(verdicts).not.toContain("a");
});

test("arms that differ by next to nothing are called alike in the end, with nothing more needed", () => {
  const world = { shares: { a: 0.1, b: 0.1 }, correlation: 0, suggestionsPerBlock: 20, blocks: 600 };
  const results = [...looks(world, 3)];
  const last = results.at(-1)!;
  expect(last).toMatchObject({ verdict: "alike", needed: 0 });
});

test("needed: about as many suggestions as it takes from there, on average", () => {
  const world = { shares: { a: 0.25, b: 0.4 }, correlation: 0, suggestionsPerBlock: 8, blocks: 700 };
  const ratios: number[] = [];
  for (let seed = 0; seed < 40; seed++) {
    let promised: number | undefined;
    for (const { suggestions, needed, verdict, found } of looks(world, seed)) {
      const all = suggestions.a + suggestions.b;
      if (promised === undefined && found && verdict === "open" && all > 400) promised = all + needed;
      if (promised !== undefined && verdict.length === 1) {
        ratios.push(all / promised);
        break;
      }
    }
  }
  const median = ratios.sort((one, other) => one - other)[ratios.length >> 1]!;
  expect(ratios.length).toBeGreaterThan(15);
  expect(median).toBeGreaterThan(0.6);
  expect(median).toBeLessThan(1.5);
});

describe("few data", () => {
  const block = (arm: Arm, block: number, shown: number, kept: number): BlockTotals => ({
    comparison: "c",
    arm,
    block,
    shown,
    kept,
  });

  test("no interval before each arm has 20 blocks and 80 suggestions", () => {
    expect(resultOf([])).toEqual({ verdict: "tooFew", suggestions: { a: 0, b: 0 }, needed: 320 });
    const blocks = Array.from({ length: 20 }, (_, i) => [block("a", i, 10, 2), block("b", i + 100, 3, 2)]).flat();
    expect(resultOf(blocks)).toEqual({ verdict: "tooFew", suggestions: { a: 200, b: 60 }, needed: 40 });
    expect(resultOf([...blocks, block("b", 300, 20, 2)]).found).toBeDefined();
  });

  test("all or none kept is not certain", () => {
    const none = Array.from({ length: 5 }, (_, i) => block("a", i, 2, 0));
    const { interval, shares } = differenceOf(none, none)!;
    expect(shares).toEqual({ a: 0, b: 0 });
    expect(interval.high).toBeGreaterThan(0.2);
  });

  test("a suggestion that was gone after 30 seconds counts as not kept", () => {
    // A window closed in between, so the check was recorded, but not the suggestion itself.
    const odd = [block("a", 1, 0, -1), block("a", 2, 4, 2)];
    expect(differenceOf(odd, [block("b", 3, 4, 2)])!.difference).toBe(0);
  });
});

test("boundary: wider than 1.96 at any number of blocks, and hardly wider than needed in the range it is tuned for", () => {
  for (const blocks of [10, 50, 200, 1000, 10_000]) expect(boundary(blocks)).toBeGreaterThan(2.9);
  expect(boundary(200)).toBeLessThan(3.1);
  // By hand, for 200 blocks: ρ² = 7.936 / 200.
  expect(boundary(200)).toBeCloseTo(Math.sqrt((8.936 / 7.936) * Math.log(8.936 / 0.0025)), 3);
});
