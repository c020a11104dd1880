/** Measures how fast a base generates for many prompts in one batch, compared with one prompt at a time. */

import { median } from "../foundation/numbers/median.ts";
import { seededRandom } from "../foundation/random.ts";
import type { InstalledBase } from "../baseModels/installedBase.ts";
import { beamSearch } from "../inference/decoding/beamSearch.ts";
import type { DecodingRules } from "../inference/decoding/continuation.ts";
import { decodeAll } from "../inference/decoding/decodeAll.ts";
import { greedyToken, sampleTokens } from "../inference/decoding/sampleTokens.ts";
import type { DecodingStrategy } from "../inference/decoding/strategy.ts";
import { openTokenTree } from "../inference/tree/openTokenTree.ts";
import type { Reading, TokenTree } from "../inference/tree/tokenTree.ts";
import { randomIds, type SpeedRow, type BenchOptions } from "./measuring.ts";

const [width, maxTokens, prompts] = [10, 32, 8];

/** Only the token limit ends a continuation; nothing is detokenized. */
const rules: DecodingRules<never> = {
  maxTokens,
  requiredText: "",
  stopRule: () => null,
  stopTokens: new Set(),
  bannedTokens: new Set(),
  stopsOnRepetition: false,
  detokenize: (written) => written,
};

/**
 * Returns tokens per second of beam search (width 10) and of greedy decoding, after prompts of 20 to 40 tokens, up to 32 new
 * tokens. Alternates between batches, runs of one beam each, and single prompts.
 */
export async function measureGeneration(base: InstalledBase, { placement }: BenchOptions = {}): Promise<SpeedRow[]> {
  const tree = await openTokenTree(base, { placement });
  const random = seededRandom(1, "bench");
  const texts = Array.from({ length: prompts }, () => randomIds(random, base.config, 20 + random.integer(21)));
  const beams = (): DecodingStrategy<never> => beamSearch(width, rules);
  const greedily = (): DecodingStrategy<never> => sampleTokens(greedyToken, rules);

  /** Returns tokens per second of the continuations of `count` prompts. */
  const speed = async (over: TokenTree, count: number, begin: () => DecodingStrategy<never>): Promise<number> => {
    tree.useAdapters([]); // Clears the tree.
    const start = performance.now();
    let tokens = 0;
    const tasks = texts.slice(0, count).map((prompt) => {
      const strategy = begin();
      const onDone = (): void => strategy.found().forEach((found) => (tokens += found.tokens.length));
      return { prompt, strategy, onDone };
    });
    await decodeAll(over, tasks);
    return tokens / ((performance.now() - start) / 1000);
  };
  const single = oneRunEach(tree);
  const found: [number[], number[], number[], number[]] = [[], [], [], []];
  try {
    for (let round = 0; round < 4; round++) {
      const speeds = [
        await speed(tree, prompts, beams),
        await speed(single, 2, beams),
        await speed(tree, prompts, greedily),
        await speed(tree, 1, greedily),
      ];
      // The first round warms up.
      if (round > 0) for (const [i, value] of speeds.entries()) found[i]!.push(value);
    }
  } finally {
    await tree.release();
  }
  const [together, apart, greedy, alone] = found.map(median) as [number, number, number, number];
  const unit = "tokens/s";
  return [
    { name: `${width} beams for each of ${prompts} prompts, in one batch`, value: together, unit },
    { name: "the same searches, one run per beam", value: apart, unit },
    { name: "batch against single runs", value: together / apart, unit: "×" },
    { name: `greedy decoding of ${prompts} prompts, in one batch`, value: greedy, unit },
    { name: "greedy decoding of one prompt", value: alone, unit },
    { name: "batch against one prompt", value: greedy / alone, unit: "×" },
  ];
}

/** Returns the same tree, except that it reads every span in a separate run. */
function oneRunEach(tree: TokenTree): TokenTree {
  return {
    ...tree,
    read: async (spans, options) => {
      const readings: Reading[] = [];
      for (const [i, span] of spans.entries()) {
        const waiting = spans.slice(i + 1).map(({ parent }) => parent);
        const kept = [...waiting, ...readings.flatMap(({ leaves }) => leaves)];
        readings.push(await tree.read([span], { ...options, kept }));
      }
      const logits = new Float32Array(readings.length * tree.vocabularySize);
      for (const [i, reading] of readings.entries()) logits.set(reading.logits, i * tree.vocabularySize);
      return { leaves: readings.flatMap(({ leaves }) => leaves), logits };
    },
  };
}
