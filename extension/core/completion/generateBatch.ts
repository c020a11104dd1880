/** Continuations of many prompts, as each is done. Knows ids and stop strings, and nothing of protocols and cursors. */

import type { ActiveAdapter } from "../adapters/servingSlots.ts";
import { UserError } from "../base/errors.ts";
import { seededRandom } from "../base/random.ts";
import type { InstalledBase } from "../bases/installedBase.ts";
import type { TokenForest } from "../runtime/forest.ts";
import { openForest, type ForestOptions } from "../runtime/openForest.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { beamSearch } from "./beamSearch.ts";
import { draws, drawnToken, likeliestToken } from "./draws.ts";
import { stopTokens, type Generated } from "./generate.ts";
import type { Ending, Search, SearchTask } from "./search.ts";
import { searchAll, type Task } from "./searchAll.ts";
import { textWriter } from "./writtenText.ts";

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
  /** Prompt `index` cannot be continued ("context-full", "prompt-empty"); the others are. */
  readonly onRefused: (index: number, error: UserError) => void;
}

export interface BatchGenerator {
  /** The most tokens that a prompt and its continuation may have together; of an encoder-decoder, each of the two. */
  readonly contextLength: number;
  /** Whether prompts are read by an encoder, and so do not share the context with their continuations. */
  readonly hasEncoder: boolean;
  /**
   * Continues prompts of any lengths. Ends when each has been answered, in whatever order.
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
  options: ForestOptions = {},
): Promise<BatchGenerator> {
  const forest = await openForest(base, options);
  forest.useAdapters(adapters);
  const write = textWriter(tokenizer);
  const ends = stopTokens(tokenizer);
  return {
    contextLength: forest.contextLength,
    hasEncoder: forest.hasEncoder,
    generate: async (prompts, request, events) => {
      const task = { maxTokens: request.maxTokens, ends, ending: endBefore(request.stops), write };
      function* tasks(): Generator<Task<"string">> {
        for (const [index, ids] of prompts.entries()) {
          const refusal = refusalOf(ids, request.maxTokens, forest);
          if (refusal) events.onRefused(index, refusal);
          else {
            const search = searchOf(request.decoding, ids, task);
            yield {
              prompt: forest.hasEncoder ? [...ids, ...tokenizer.ending] : ids,
              search,
              onDone: () => events.onGenerated(index, found(search, request.decoding)),
              onRefused: (error) => events.onRefused(index, error),
            };
          }
        }
      }
      await searchAll(forest, tasks(), events.signal);
    },
    release: () => forest.release(),
  };
}

function searchOf(decoding: Decoding, ids: readonly number[], task: SearchTask<"string">): Search<"string"> {
  if (decoding.kind === "beams") return beamSearch({ ...task, width: decoding.width });
  if (decoding.kind === "greedy") return draws([likeliestToken], task);
  const { count, seed, ...options } = decoding;
  const choices = Array.from({ length: count }, (_, i) => {
    return drawnToken(options, seededRandom(seed, `draw ${i} behind ${ids.join(" ")}`));
  });
  return draws(choices, task);
}

function found(search: Search<"string">, decoding: Decoding): readonly Generated<"string">[] {
  return decoding.kind === "beams" ? search.found().slice(0, decoding.returned) : search.found();
}

/** Why a prompt cannot be continued, if it cannot. */
function refusalOf(
  ids: readonly number[],
  maxTokens: number,
  { contextLength, hasEncoder }: Pick<TokenForest, "contextLength" | "hasEncoder">,
): UserError | null {
  if (ids.length === 0) {
    return new UserError("prompt-empty", "Cannot continue a prompt without tokens.", "Leave the prompt out.");
  }
  const longest = hasEncoder ? contextLength : contextLength - maxTokens;
  if (ids.length <= longest && maxTokens <= contextLength) return null;
  const wanted = `a prompt of ${ids.length} tokens by up to ${maxTokens}`;
  const message = `Cannot continue ${wanted}: this base's context holds ${contextLength}.`;
  return new UserError("context-full", message, "Shorten the prompt, or ask for fewer tokens.");
}

/** The rule that a text ends where the first of `stops` begins. */
function endBefore(stops: readonly string[]): Ending<"string"> {
  return (text) => {
    const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    return ends.length === 0 ? null : { length: Math.min(...ends), by: "string" };
  };
}
