/**
 * chrF and chrF++: how many character n-grams (and words) prediction and reference share, as sacrebleu counts them.
 */

import { best, type Measure } from "./measure.ts";
import { ngramCounts, sharedCount } from "./ngramCounts.ts";
import { split } from "./whitespace.ts";

const characterOrders = 6;
const beta = 2;

/**
 * chrF in percent over a corpus (Popović 2015), or chrF++, which also counts words (Popović 2017), as sacrebleu 2
 * computes it. It sums counts over the corpus, averages precision and recall over the orders for which both sides have
 * n-grams, and combines them as F with β = 2. Character n-grams ignore white space.
 */
export function chrf<Name extends "chrf" | "chrf++">(name: Name): Measure<Name> {
  const wordOrder = name === "chrf++" ? 2 : 0;
  const orders = characterOrders + wordOrder;
  const scored = (score: number) => ({ [name]: score }) as Record<Name, number>;
  /** Returns the n-grams of each order: how often each occurs, and how many there are in total. */
  const ngramsOf = (text: string): { counts: Map<string, number>; total: number }[] => {
    const characters = Array.from(split(text).join(""));
    const words = wordOrder > 0 ? separatePunctuation(text) : [];
    return Array.from({ length: orders }, (_, i) => {
      const items = i < characterOrders ? characters : words;
      const order = i < characterOrders ? i + 1 : i + 1 - characterOrders;
      const counts = ngramCounts(items, order, i < characterOrders ? "" : " ");
      return { counts, total: Math.max(0, items.length - order + 1) };
    });
  };
  return {
    width: 3 * orders,
    count: (predictions, reference) => {
      const predicted = ngramsOf(best(predictions));
      return ngramsOf(reference).flatMap(({ counts, total }, i) => {
        const other = predicted[i]!;
        // An order that the reference lacks does not count against precision.
        return [total > 0 ? other.total : 0, total, sharedCount(other.counts, counts)];
      });
    },
    scores: (sums) => {
      let [precision, recall, usable] = [0, 0, 0];
      for (let i = 0; i < 3 * orders; i += 3) {
        const [inPredictions, inReferences, shared] = [sums[i]!, sums[i + 1]!, sums[i + 2]!];
        if (inPredictions === 0 || inReferences === 0) continue;
        precision += shared / inPredictions;
        recall += shared / inReferences;
        usable++;
      }
      if (precision + recall === 0) return scored(0);
      precision /= usable;
      recall /= usable;
      return scored((100 * (1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall));
    },
  };
}

/** Splits a text into words, and one punctuation mark off each word: its last character, or otherwise its first. */
function separatePunctuation(text: string): string[] {
  return split(text).flatMap((word) => {
    const characters = Array.from(word);
    if (characters.length === 1) return [word];
    if (isPunctuation(characters.at(-1)!)) return [word.slice(0, -1), word.slice(-1)];
    if (isPunctuation(characters[0]!)) return [word.slice(0, 1), word.slice(1)];
    return [word];
  });
}

/** ASCII punctuation. */
function isPunctuation(character: string): boolean {
  return /^[!-/:-@[-`{-~]$/.test(character);
}
