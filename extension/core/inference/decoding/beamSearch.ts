/**
 * Beam search: finds the most probable continuations of a prompt. Scores and stopping match transformers'
 * generate(num_beams=width, early_stopping=False, length_penalty=1), which the paper uses.
 */

import {
  emptyDraft,
  endOf,
  extended,
  textOf,
  type Continuation,
  type DecodingRules,
  type Draft,
} from "./continuation.ts";
import { usualLength, withoutBanned, type DecodingStrategy, type NextToken } from "./strategy.ts";

/** A token that may extend a beam, and the log-probability of the extended beam. */
interface Candidate {
  readonly parent: number;
  readonly token: number;
  readonly sum: number;
}

/** Finds at most `width` continuations, ordered by log-probability per token, best first. */
export function beamSearch<Rule extends string>(
  width: number,
  rules: DecodingRules<Rule>,
  start = emptyDraft,
): DecodingStrategy<Rule> {
  const { maxTokens, stopTokens, bannedTokens, requiredText } = rules;
  // Twice the width: even if the better half all end here, enough remain to continue.
  const considered = 2 * width;
  const limit = start.tokens.length + maxTokens;
  /** The length of all beams in tokens, a stop token included. */
  let length = start.tokens.length;
  let beams: readonly Draft[] = [start];
  let finished: readonly (Continuation<Rule> & { readonly score: number })[] = [];

  const finish = (
    { tokens, logProbability, steps }: Pick<Draft, "tokens" | "logProbability" | "steps">,
    end: Pick<Continuation<Rule>, "text" | "stop">,
  ): void => {
    const hypothesis = { ...end, tokens, logProbability, steps, score: logProbability / Math.max(1, length) };
    finished = [...finished, hypothesis].sort((a, b) => b.score - a.score).slice(0, width);
  };
  const written = (beam: Draft): string => textOf(beam, requiredText) ?? "";

  return {
    width,
    considered: considered + bannedTokens.size,
    // Beams diverge late: they share all but their last few tokens.
    room: usualLength(maxTokens) + 4 * width,
    mostRoom: maxTokens * width,
    advance: (next) => {
      length++;
      const parents: number[] = [];
      const grown: Draft[] = [];
      const allowed = next.map((each) => withoutBanned(each, bannedTokens));
      const candidates = bestCandidates(beams, allowed, considered);
      for (const [rank, { parent, token, sum }] of candidates.entries()) {
        if (grown.length === width) break;
        const beam = beams[parent]!;
        if (stopTokens.has(token)) {
          if (rank < width) finish({ ...beam, logProbability: sum }, { text: written(beam), stop: "end" });
          continue;
        }
        const longer = extended(beam, token, sum, rules);
        const text = textOf(longer, requiredText);
        if (text === undefined) continue;
        const end = endOf(longer, text, rules);
        if (!end) {
          parents.push(parent);
          grown.push(longer);
        } else if (rank < width) finish(longer, end);
      }
      beams = grown;
      // No beam can overtake the finished ones: its probability only falls, and it is scored at its present length.
      const worst = finished.length === width ? finished.at(-1)!.score : -Infinity;
      if (beams.length === 0 || (candidates[0] && worst >= candidates[0].sum / length)) return null;
      if (length < limit) return { parents, tokens: beams.map(({ tokens }) => tokens.at(-1)!) };
      for (const beam of beams) finish(beam, { text: written(beam), stop: "length" });
      return null;
    },
    found: () => finished.map(({ score: _score, ...continuation }) => continuation),
  };
}

/** Returns the `count` best extensions of all beams, best first. */
function bestCandidates(beams: readonly Draft[], next: readonly NextToken[], count: number): readonly Candidate[] {
  const candidates = next.flatMap(({ tokens, logProbabilities }, parent) =>
    tokens.map((token, i) => ({ parent, token, sum: beams[parent]!.logProbability + logProbabilities[i]! })),
  );
  return candidates.sort((a, b) => b.sum - a.sum).slice(0, count);
}
