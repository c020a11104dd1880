/**
 * The likeliest continuations of a prompt, several at once. Scores and stopping are those of transformers'
 * generate(num_beams=width, early_stopping=False, length_penalty=1), which the paper uses.
 */

import { textAfter, type Generated } from "./generate.ts";
import { usualLength, type NextToken, type Search, type StrategyOptions } from "./strategy.ts";
import { noText, type DetokenizedText } from "./detokenizer.ts";

export interface BeamTask<Rule extends string> extends StrategyOptions<Rule> {
  readonly width: number;
  /** What the text has to begin with; it is no part of the result. */
  readonly requiredText?: string;
  /** What has been written of the text already, and the log-probability of that. */
  readonly spelled?: { readonly tokens: readonly number[]; readonly sum: number };
}

interface Beam {
  readonly tokens: readonly number[];
  /** Σ log p of its tokens. */
  readonly sum: number;
  readonly written: DetokenizedText;
}

/** A beam, and one of the tokens that may follow it. */
interface Candidate {
  readonly parent: number;
  readonly token: number;
  readonly sum: number;
}

/** Finds at most `width` continuations, best first: by log-probability per token. */
export function beamSearch<Rule extends string>(task: BeamTask<Rule>): Search<Rule> {
  const { width, maxTokens, ends, ending, write, requiredText = "", spelled = { tokens: [], sum: 0 } } = task;
  // Twice the width: were all of the better half to end here, enough would be left to go on with.
  const considered = 2 * width;
  let length = 0;
  let beams: readonly Beam[] = [{ ...spelled, written: spelled.tokens.reduce(write, noText) }];
  let finished: readonly (Generated<Rule> & { readonly score: number })[] = [];

  const textOf = ({ written }: Beam): string => textAfter(requiredText, written.text) ?? "";
  const finish = ({ tokens, sum }: Beam, text: string, stop: Generated<Rule>["stop"], scored: number): void => {
    const hypothesis = { tokens, logProbability: sum, text, stop, score: sum / Math.max(1, scored) };
    finished = [...finished, hypothesis].sort((a, b) => b.score - a.score).slice(0, width);
  };

  return {
    width,
    considered,
    // Beams part late: what is more than a few tokens back, they have in common.
    room: usualLength(maxTokens) + 4 * width,
    mostRoom: maxTokens * width,
    advance: (next) => {
      length++;
      const parents: number[] = [];
      const grown: Beam[] = [];
      const candidates = likeliest(beams, next, considered);
      for (const [rank, { parent, token, sum }] of candidates.entries()) {
        if (grown.length === width) break;
        const beam = beams[parent]!;
        if (ends.has(token)) {
          if (rank < width) finish({ ...beam, sum }, textOf(beam), "end", length);
          continue;
        }
        const longer = { tokens: [...beam.tokens, token], sum, written: write(beam.written, token) };
        const text = textAfter(requiredText, longer.written.text);
        if (text === undefined) continue;
        const end = ending(text);
        if (!end) {
          parents.push(parent);
          grown.push(longer);
        } else if (rank < width) {
          finish(longer, text.slice(0, end.length), end.by, length);
        }
      }
      beams = grown;
      // No beam can still overtake: each only loses probability, and is scored at its present length.
      const worst = finished.length === width ? finished.at(-1)!.score : -Infinity;
      if (beams.length === 0 || (candidates[0] && worst >= candidates[0].sum / length)) return null;
      if (length < maxTokens) return { parents, tokens: beams.map(({ tokens }) => tokens.at(-1)!) };
      for (const beam of beams) finish(beam, textOf(beam), "length", beam.tokens.length);
      return null;
    },
    found: () => finished.map(({ score: _score, ...generated }) => generated),
  };
}

/** The `count` likeliest ways to go on with any of the beams, best first. */
function likeliest(beams: readonly Beam[], next: readonly NextToken[], count: number): readonly Candidate[] {
  const candidates = next.flatMap(({ tokens, logProbabilities }, parent) =>
    tokens.map((token, i) => ({ parent, token, sum: beams[parent]!.sum + logProbabilities[i]! })),
  );
  return candidates.sort((a, b) => b.sum - a.sum).slice(0, count);
}
