/** A token tree that counts what it reads. */

import type { TokenTree } from "../../inference/tree/tokenTree.ts";
import { descend } from "../../inference/tree/tokenNode.ts";
import type { TokenCost } from "./suggester.ts";

/** Counts prompts as prefilled, and everything that follows them as decoded. */
export function countedTree(tree: TokenTree): { readonly tree: TokenTree; spent(): TokenCost } {
  let [prefilled, decoded, runs] = [0, 0, 0];
  let isPrompt = false;
  const counted: TokenTree = {
    vocabularySize: tree.vocabularySize,
    hasEncoder: tree.hasEncoder,
    mostTokens: tree.mostTokens,
    breadth: tree.breadth,
    get contextLength() {
      return tree.contextLength;
    },
    get longestPrompt() {
      return tree.longestPrompt;
    },
    addPrompt: async (prompt) => {
      isPrompt = true;
      return await tree.addPrompt(prompt);
    },
    read: async (spans, options) => {
      const known = ({ parent, ids, asked = 1 }: (typeof spans)[number]): number =>
        descend(parent, ids.slice(0, -asked)).position - parent.position;
      const tokens = spans.reduce((sum, span) => sum + span.ids.length - known(span), 0);
      if (isPrompt) prefilled += tokens;
      else decoded += tokens;
      isPrompt = false;
      runs++;
      return await tree.read(spans, options);
    },
    topLogProbabilities: (logits, count) => tree.topLogProbabilities(logits, count),
    useAdapters: (active) => tree.useAdapters(active),
    release: () => tree.release(),
  };
  return { tree: counted, spent: () => ({ prefilled, decoded, runs }) };
}
