/** How fast a base generates for many prompts at once, against the same with one at a time. Measures; judges nothing. */

import { seededRandom } from "../foundation/random.ts";
import type { InstalledBase } from "../baseModels/installedBase.ts";
import { beamSearch } from "../inference/decoding/beamSearch.ts";
import type { DecodingRules } from "../inference/decoding/continuation.ts";
import { decodeAll } from "../inference/decoding/decodeAll.ts";
import { greedyToken, sampleTokens } from "../inference/decoding/sampleTokens.ts";
import type { DecodingStrategy } from "../inference/decoding/strategy.ts";
import { openTokenTree } from "../inference/tree/openTokenTree.ts";
import type { Reading, TokenTree } from "../inference/tree/tokenTree.ts";
import { median, randomIds, type SpeedRow } from "./measuring.ts";

const [width, maxTokens, prompts] = [10, 32, 8];

/** Nothing but the limit ends a text, and no text is written. */
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
 * Tokens a second in searches 10 beams wide and in greedy decoding, behind prompts of 20 to 40 tokens, to the limit of 32: side
 * by side, with each beam in a run of its own, and one prompt after the other, in turns.
 */
export async function measureGeneration(base: InstalledBase): Promise<SpeedRow[]> {
  const tree = await openTokenTree(base);
  const random = seededRandom(1, "bench");
  const texts = Array.from({ length: prompts }, () => randomIds(random, base.config, 20 + random.integer(21)));
  const beams = (): DecodingStrategy<never> => beamSearch(width, rules);
  const greedily = (): DecodingStrategy<never> => sampleTokens(greedyToken, rules);

  /** Tokens a second of the texts that are found behind `count` prompts. */
  const speed = async (over: TokenTree, count: number, begin: () => DecodingStrategy<never>): Promise<number> => {
    tree.useAdapters([]); // Nothing is known of the prompts then.
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
    { name: `${width} beams each behind ${prompts} prompts, side by side`, value: together, unit },
    { name: "the same searches, each beam in a run of its own", value: apart, unit },
    { name: "side by side against that", value: together / apart, unit: "×" },
    { name: `greedy decoding behind ${prompts} prompts, side by side`, value: greedy, unit },
    { name: "greedy decoding behind one prompt", value: alone, unit },
    { name: "side by side against that", value: greedy / alone, unit: "×" },
  ];
}

/** The same tree, in which every span is read in a run of its own. */
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
