/** Continuations of many prompts, as each is done. Knows ids and stop strings, and nothing of protocols and cursors. */

import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import { UserError } from "../../foundation/errors.ts";
import { seededRandom } from "../../foundation/random.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import type { TokenTree } from "../tree/tokenTree.ts";
import { openTokenTree, type TokenTreeOptions } from "../tree/openTokenTree.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { beamSearch } from "./beamSearch.ts";
import { sampledToken, sampleTokens, greedyToken } from "./sampleTokens.ts";
import { stopTokens, type Generated } from "./generate.ts";
import type { Ending, Search, StrategyOptions } from "./strategy.ts";
import { mostRoom, decodeAll, type Task } from "./decodeAll.ts";
import { detokenizer } from "./detokenizer.ts";

export type Decoding =
  | { readonly kind: "greedy" }
  /** A search `width` beams wide, of whose findings the `returned` best are given. */
  | { readonly kind: "beams"; readonly width: number; readonly returned: number }
  /** `count` draws for each prompt. The stream of each is from seed, prompt and number, whatever else is asked. */
  | {
      readonly kind: "sampling";
      readonly temperature: number;
      readonly topP: number;
      readonly count: number;
      readonly seed: number;
    };

export interface BatchRequest {
  readonly decoding: Decoding;
  /** The most tokens of a continuation. */
  readonly maxTokens: number;
  /** A continuation ends before the first of these texts. */
  readonly stops: readonly string[];
}

export interface BatchEvents {
  readonly signal?: AbortSignal | undefined;
  /** The continuations of prompt `index`, best first; of draws, in their order. */
  readonly onGenerated: (index: number, candidates: readonly Generated<"string">[]) => void;
  /** Prompt `index` cannot be continued ("context-full", "prompt-empty", "too-wide"); the others are. */
  readonly onRefused: (index: number, error: UserError) => void;
}

export interface BatchGenerator {
  /** The most tokens that a prompt and its continuation may have together; of an encoder-decoder, each of the two. */
  readonly contextLength: number;
  /** Whether prompts are read by an encoder, and so do not share the context with their continuations. */
  readonly hasEncoder: boolean;
  /**
   * Continues prompts of any lengths. Ends when each has been answered, in whatever order. The same call gives the same, to the
   * bit; other prompts beside one change its logits by roundings, which in bases of few bits can be seen.
   *
   * @throws the signal's reason between two steps once it is aborted; what has been answered stays so
   */
  generate(prompts: readonly (readonly number[])[], request: BatchRequest, events: BatchEvents): Promise<void>;
  release(): Promise<void>;
}

/** @throws UserError where the base's weights cannot be used */
export async function openBatchGenerator(
  base: InstalledBase,
  tokenizer: Tokenizer,
  adapters: readonly ActiveAdapter[],
  options: TokenTreeOptions = {},
): Promise<BatchGenerator> {
  const tree = await openTokenTree(base, options);
  tree.useAdapters(adapters);
  const write = detokenizer(tokenizer);
  const ends = stopTokens(tokenizer);
  return {
    contextLength: tree.contextLength,
    hasEncoder: tree.hasEncoder,
    generate: async (prompts, request, events) => {
      // What is known from the last call would be read in other company, and so with other roundings.
      tree.useAdapters(adapters);
      const task = { maxTokens: request.maxTokens, ends, ending: endBefore(request.stops), write };
      function* tasks(): Generator<Task<"string">> {
        for (const [index, ids] of prompts.entries()) {
          const prompt = tree.hasEncoder ? [...ids, ...tokenizer.ending] : ids;
          const { searches, returned } = searchesOf(request.decoding, ids, task);
          const refusal = refusalOf({ prompt, search: searches[0]! }, request.maxTokens, tree);
          if (refusal) {
            events.onRefused(index, refusal);
            continue;
          }
          let open = searches.length;
          const onDone = (): void => {
            if (--open === 0)
              events.onGenerated(index, searches.flatMap((search) => search.found()).slice(0, returned));
          };
          for (const search of searches) yield { prompt, search, onDone };
        }
      }
      await decodeAll(tree, tasks(), events.signal);
    },
    release: () => tree.release(),
  };
}

/** What finds the continuations of a prompt, and how many of these are asked for. */
function searchesOf(
  decoding: Decoding,
  ids: readonly number[],
  task: StrategyOptions<"string">,
): { readonly searches: readonly Search<"string">[]; readonly returned: number } {
  switch (decoding.kind) {
    case "greedy":
      return { searches: [sampleTokens(greedyToken, task)], returned: 1 };
    case "beams":
      return { searches: [beamSearch({ ...task, width: decoding.width })], returned: decoding.returned };
    case "sampling": {
      const { count, seed, ...options } = decoding;
      const searches = Array.from({ length: count }, (_, i) => {
        const random = seededRandom(seed, `draw ${i} behind ${ids.join(" ")}`);
        return sampleTokens(sampledToken(options, random), task);
      });
      return { searches, returned: count };
    }
  }
}

/** Why a prompt cannot be continued, if it cannot. */
function refusalOf(
  task: Pick<Task<string>, "prompt" | "search">,
  maxTokens: number,
  tree: TokenTree,
): UserError | null {
  const { longestPrompt, contextLength, mostTokens, hasEncoder } = tree;
  const length = task.prompt.length;
  if (length === 0) {
    return new UserError("prompt-empty", "Cannot continue a prompt without tokens.", "Leave the prompt out.");
  }
  if (length > longestPrompt || (hasEncoder ? maxTokens : length + maxTokens) > contextLength) {
    const limit = hasEncoder
      ? `holds ${longestPrompt} of the one and ${contextLength} of the other`
      : `holds ${contextLength} together`;
    const message = `Cannot continue a prompt of ${length} tokens by up to ${maxTokens}: this base's context ${limit}.`;
    return new UserError("context-full", message, "Shorten the prompt, or ask for fewer tokens.");
  }
  if (mostRoom(task) <= mostTokens) return null;
  const wanted = `${task.search.width} texts of ${maxTokens} tokens behind a prompt of ${length}`;
  const message = `Cannot search for ${wanted} at once: side by side, this base holds ${mostTokens} tokens.`;
  return new UserError("too-wide", message, "Ask for fewer beams, or for fewer tokens.");
}

/** The rule that a text ends where the first of `stops` begins. */
function endBefore(stops: readonly string[]): Ending<"string"> {
  return (text) => {
    const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    return ends.length === 0 ? null : { length: Math.min(...ends), by: "string" };
  };
}
