/**
 * An n-gram model as a token tree, so that the decoder continues texts as it does for a base. Keeps no tokens that it
 * has read.
 */

import { greedy } from "../../inference/decoding/sampling.ts";
import type { TopTokens } from "../../inference/tree/topLogProbabilities.ts";
import { rootAfter, tokensTo, type TokenNode } from "../../inference/tree/tokenNode.ts";
import type { TokenTree } from "../../inference/tree/tokenTree.ts";
import type { NgramModel } from "./ngramModel.ts";

/** The context of a small model, so that the completer gives both the same room. */
const contextLength = 2048;

export function ngramTree(model: NgramModel, order: number): TokenTree {
  const { vocabularySize } = model;
  return {
    vocabularySize,
    hasEncoder: false,
    contextLength,
    longestPrompt: contextLength,
    mostTokens: Infinity,
    breadth: Infinity,
    addPrompt: async (ids) => ({ parent: rootAfter(null), ids }),
    read: async (spans) => {
      const leaves = spans.map(({ parent, ids }) => ids.reduce(after, parent));
      const logits = new Float32Array(leaves.length * vocabularySize);
      for (const [i, leaf] of leaves.entries()) {
        const distribution = model.distribution(tokensTo(leaf).slice(1 - order));
        for (const [token, p] of distribution.entries()) logits[i * vocabularySize + token] = Math.log(p);
      }
      return { leaves, logits };
    },
    topLogProbabilities: async (logits, count) =>
      Array.from({ length: logits.length / vocabularySize }, (_, i) =>
        topTokens(logits.subarray(i * vocabularySize, (i + 1) * vocabularySize), count),
      ),
    useAdapters: () => undefined,
    release: async () => undefined,
  };
}

function after(parent: TokenNode, token: number): TokenNode {
  return { token, position: parent.position + 1, parent, children: [], entry: -1 };
}

/** Finds the tokens one by one: callers usually ask for few, and sorting the vocabulary would take longer. */
function topTokens(logProbabilities: Float32Array, count: number): TopTokens {
  const rest = logProbabilities.slice();
  const tokens = Array.from({ length: Math.min(count, rest.length) }, () => {
    const token = greedy(rest);
    rest[token] = -Infinity;
    return token;
  });
  return { tokens, logProbabilities: Float32Array.from(tokens, (token) => logProbabilities[token]!) };
}
