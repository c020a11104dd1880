/** A continuation of a prompt token by token: the likeliest each time, or one that is drawn at random. */

import type { Random } from "../../foundation/random.ts";
import { sample, type SamplingOptions } from "./sampling.ts";
import type { Generated } from "./generate.ts";
import { usualLength, type NextToken, type Search, type StrategyOptions } from "./strategy.ts";
import { noText, type DetokenizedText } from "./detokenizer.ts";

/** Chooses the token that follows. */
export type Choice = (next: NextToken) => number;

export const greedyToken: Choice = ({ tokens }) => tokens[0]!;

export function sampledToken(options: SamplingOptions, random: Random): Choice {
  return ({ logits }) => sample(logits, options, random);
}

/** Finds one continuation. */
export function sampleTokens<Rule extends string>(choose: Choice, task: StrategyOptions<Rule>): Search<Rule> {
  const { maxTokens, ends, ending, write } = task;
  const tokens: number[] = [];
  let written: DetokenizedText = noText;
  let sum = 0;
  let stop: Generated<Rule>["stop"] = "length";
  let end: number | undefined;
  return {
    width: 1,
    considered: 1,
    room: usualLength(maxTokens),
    mostRoom: maxTokens,
    advance: ([next]) => {
      const token = choose(next!);
      sum += logProbability(next!, token);
      if (ends.has(token)) {
        stop = "end";
        return null;
      }
      tokens.push(token);
      written = write(written, token);
      const ended = ending(written.text);
      if (ended) [end, stop] = [ended.length, ended.by];
      return ended || tokens.length === maxTokens ? null : { parents: [0], tokens: [token] };
    },
    found: () => [{ text: written.text.slice(0, end), tokens, logProbability: sum, stop }],
  };
}

/** log softmax of the logits, of any token: its distance to the likeliest, of which it is known. */
function logProbability({ logits, tokens, logProbabilities }: NextToken, token: number): number {
  return logProbabilities[0]! + logits[token]! - logits[tokens[0]!]!;
}
