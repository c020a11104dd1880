/** Continuations of a prompt token by token, each on its own: the likeliest, or drawn at random. */

import type { Random } from "../base/random.ts";
import { sample, type SamplingOptions } from "../runtime/sampling.ts";
import type { Generated } from "./generate.ts";
import type { NextToken, Search, SearchTask } from "./search.ts";
import { nothingWritten, type WrittenText } from "./writtenText.ts";

/** Chooses the token that follows. */
export type Choice = (next: NextToken) => number;

export const likeliestToken: Choice = ({ tokens }) => tokens[0]!;

export function drawnToken(options: SamplingOptions, random: Random): Choice {
  return ({ logits }) => sample(logits, options, random);
}

/** Finds a continuation by each of `choices`, in their order. */
export function draws<Rule extends string>(choices: readonly Choice[], task: SearchTask<Rule>): Search<Rule> {
  const all = choices.map((choose) => draw(choose, task));
  /** Those that go on, in the order of the leaves. */
  let open = all;
  return {
    width: choices.length,
    considered: 1,
    advance: (next) => {
      // All of them stand behind the prompt at first.
      const parents = new Map(open.map((each, i) => [each, next.length === 1 ? 0 : i]));
      open = open.filter((each) => each.goesOn(next[parents.get(each)!]!));
      if (open.length === 0) return null;
      return { parents: open.map((each) => parents.get(each)!), tokens: open.map((each) => each.last()) };
    },
    found: () => all.map((each) => each.found()),
  };
}

function draw<Rule extends string>(choose: Choice, { maxTokens, ends, ending, write }: SearchTask<Rule>) {
  const tokens: number[] = [];
  let written: WrittenText = nothingWritten;
  let sum = 0;
  let stop: Generated<Rule>["stop"] = "length";
  let end: number | undefined;
  return {
    /** Chooses a token, and says whether another shall follow it. */
    goesOn: (next: NextToken): boolean => {
      const token = choose(next);
      sum += logProbability(next, token);
      if (ends.has(token)) {
        stop = "end";
        return false;
      }
      tokens.push(token);
      written = write(written, token);
      const ended = ending(written.text);
      if (ended) [end, stop] = [ended.length, ended.by];
      return !ended && tokens.length < maxTokens;
    },
    last: (): number => tokens.at(-1)!,
    found: (): Generated<Rule> => ({ text: written.text.slice(0, end), tokens, logProbability: sum, stop }),
  };
}

/** log softmax of the logits, of any token: its distance to the likeliest, of which it is known. */
function logProbability({ logits, tokens, logProbabilities }: NextToken, token: number): number {
  return logProbabilities[0]! + logits[token]! - logits[tokens[0]!]!;
}
