/** Continues many prompts, and reports each as it finishes. Independent of suites and cursors. */

import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { openTokenTree, type TokenTreeOptions } from "../tree/openTokenTree.ts";
import type { TokenTree } from "../tree/tokenTree.ts";
import type { Continuation, StopRule } from "./continuation.ts";
import { decodeAll, mostRoom, type DecodingTask } from "./decodeAll.ts";
import { promptDecoding, type DecodingRequest, type PromptDecoding } from "./decodingRequest.ts";
import { decodingVocabulary } from "./vocabulary.ts";

export interface BatchRequest extends Omit<DecodingRequest<"string">, "stopRule"> {
  /** Stop strings: a continuation ends before the first of them. */
  readonly stops: readonly string[];
}

export interface BatchEvents {
  readonly signal?: AbortSignal | undefined;
  /** Receives the continuations of prompt `index`, best first; samples in the order of their numbers. */
  readonly onGenerated: (index: number, candidates: readonly Continuation<"string">[]) => void;
  /** Prompt `index` cannot be continued ("context-full", "prompt-empty", "too-wide"). The other prompts continue. */
  readonly onRefused: (index: number, error: UserError) => void;
}

export interface BatchGenerator {
  /** The maximum length in tokens of a prompt with its continuation; with an encoder, of each of the two. */
  readonly contextLength: number;
  /** Whether an encoder reads prompts. If so, prompts do not share the context with their continuations. */
  readonly hasEncoder: boolean;
  /**
   * Continues prompts of any length. Returns once each has been answered, in any order. The same call gives the same
   * result, bit for bit; other prompts in the batch change the logits by rounding errors, which can show in bases with
   * few bits.
   *
   * @throws the signal's reason between two steps once it is aborted; answers that have been reported stay valid
   */
  generate(prompts: readonly (readonly number[])[], request: BatchRequest, events: BatchEvents): Promise<void>;
  release(): Promise<void>;
}

/** @throws UserError if the base's weights cannot be used */
export async function openBatchGenerator(
  base: InstalledBase,
  tokenizer: Tokenizer,
  adapters: readonly ActiveAdapter[],
  options: TokenTreeOptions = {},
): Promise<BatchGenerator> {
  const tree = await openTokenTree(base, { ...options, expected: adapters });
  tree.useAdapters(adapters);
  const vocabulary = decodingVocabulary(tokenizer);
  return {
    contextLength: tree.contextLength,
    hasEncoder: tree.hasEncoder,
    generate: async (prompts, request, events) => {
      // The last call read its prompts in another batch, with other rounding errors.
      tree.useAdapters(adapters);
      const { stops, ...asked } = request;
      const stopRule = stopBefore(stops);
      function* tasks(): Generator<DecodingTask<"string">> {
        for (const [index, ids] of prompts.entries()) {
          const decoding = promptDecoding(ids, { ...asked, stopRule }, vocabulary, tree.hasEncoder);
          const refusal = refusalOf(decoding, request.maxTokens, tree);
          if (refusal) events.onRefused(index, refusal);
          else yield* tasksOf(decoding, (found) => events.onGenerated(index, found));
        }
      }
      await decodeAll(tree, tasks(), events.signal);
    },
    release: () => tree.release(),
  };
}

/** Returns one task per strategy. `onFound` is called once, after all are done. */
function tasksOf(
  { prompt, strategies, returned }: PromptDecoding<"string">,
  onFound: (found: readonly Continuation<"string">[]) => void,
): DecodingTask<"string">[] {
  let open = strategies.length;
  const onDone = (): void => {
    if (--open === 0) onFound(strategies.flatMap((strategy) => strategy.found()).slice(0, returned));
  };
  return strategies.map((strategy) => ({ prompt, strategy, onDone }));
}

/** Returns the reason why a prompt cannot be continued, or null. */
function refusalOf(
  { prompt, strategies: [strategy] }: PromptDecoding<"string">,
  maxTokens: number,
  tree: TokenTree,
): UserError | null {
  const { longestPrompt, contextLength, mostTokens, hasEncoder } = tree;
  const { length } = prompt;
  if (length === 0) {
    return new UserError("prompt-empty", say`Cannot continue a prompt without tokens.`, say`Leave the prompt out.`);
  }
  if (length > longestPrompt || (hasEncoder ? maxTokens : length + maxTokens) > contextLength) {
    const limit = hasEncoder
      ? say`holds ${longestPrompt} prompt tokens and ${contextLength} new tokens`
      : say`holds ${contextLength} in total`;
    const message = say`Cannot continue a prompt of ${length} tokens by up to ${maxTokens}: this base's context ${limit}.`;
    return new UserError("context-full", message, say`Shorten the prompt, or ask for fewer tokens.`);
  }
  if (mostRoom({ prompt, strategy: strategy! }) <= mostTokens) return null;
  const wanted = say`${strategy!.width} texts of ${maxTokens} tokens after a prompt of ${length}`;
  const message = say`Cannot search for ${wanted} at once: this base's cache holds ${mostTokens} tokens.`;
  return new UserError("too-wide", message, say`Ask for fewer beams or fewer tokens.`);
}

/** Returns the rule that ends a text before the first of `stops`. */
function stopBefore(stops: readonly string[]): StopRule<"string"> {
  return (text) => {
    const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    return ends.length === 0 ? null : { length: Math.min(...ends), by: "string" };
  };
}
