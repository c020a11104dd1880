/** A token tree that counts what it reads. */

import type { Span, TokenTree } from "../../inference/tree/tokenTree.ts";
import { descend } from "../../inference/tree/tokenNode.ts";
import type { EngineCost } from "./suggester.ts";

type ReadCost = Pick<EngineCost, "prefilled" | "decoded" | "runs">;

/** Counts the tokens of prompts as prefilled, and everything that follows them as decoded. */
export function countedTree(tree: TokenTree): { readonly tree: TokenTree; readonly spent: () => ReadCost } {
  let [prefilled, decoded, runs] = [0, 0, 0];
  const unread = ({ parent, ids, asked = 1 }: Span): number =>
    ids.length - (descend(parent, ids.slice(0, -asked)).position - parent.position);
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
    addPrompt: (prompt) => tree.addPrompt(prompt),
    read: async (spans, options) => {
      for (const span of spans) {
        // A prompt follows the root, which is no token.
        if (span.parent.token < 0) prefilled += unread(span);
        else decoded += unread(span);
      }
      if (spans.some(({ parent }) => parent.token >= 0)) runs++;
      return await tree.read(spans, options);
    },
    topLogProbabilities: (logits, count) => tree.topLogProbabilities(logits, count),
    switchTo: (text) => tree.switchTo?.(text),
    useAdapters: (active) => tree.useAdapters(active),
    release: () => tree.release(),
  };
  return { tree: counted, spent: () => ({ prefilled, decoded, runs }) };
}
