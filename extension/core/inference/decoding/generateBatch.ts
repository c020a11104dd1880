/** Continues many prompts, and tells of each as it is done. Knows ids and stop strings, and nothing of suites and cursors. */

import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import { UserError } from "../../foundation/errors.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { openTokenTree, type TokenTreeOptions } from "../tree/openTokenTree.ts";
import type { TokenTree } from "../tree/tokenTree.ts";
import type { Continuation, StopRule } from "./continuation.ts";
import { decodeAll, mostRoom, type DecodingTask } from "./decodeAll.ts";
import { promptDecoding, type DecodingRequest, type PromptDecoding } from "./request.ts";
import { decodingVocabulary } from "./vocabulary.ts";

export interface BatchRequest extends Omit<DecodingRequest<"string">, "stopRule"> {
  /** A continuation ends before the first of these texts. */
  readonly stops: readonly string[];
}

export interface BatchEvents {
  readonly signal?: AbortSignal | undefined;
  /** The continuations of prompt `index`, best first; samples in their order. */
  readonly onGenerated: (index: number, candidates: readonly Continuation<"string">[]) => void;
  /** Prompt `index` cannot be continued ("context-full", "prompt-empty", "too-wide"); the others are. */
  readonly onRefused: (index: number, error: UserError) => void;
}

export interface BatchGenerator {
  /** The most tokens that a prompt and its continuation may have together; with an encoder, each of the two. */
  readonly contextLength: number;
  /** Whether prompts are read by an encoder, and so do not share the context with their continuations. */
  readonly hasEncoder: boolean;
  /**
   * Continues prompts of any lengths. Ends when each has been answered, in whatever order. The same call gives the same, to the
   * bit; other prompts in the batch change the logits by roundings, which can show in bases of few bits.
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
  const vocabulary = decodingVocabulary(tokenizer);
  return {
    contextLength: tree.contextLength,
    hasEncoder: tree.hasEncoder,
    generate: async (prompts, request, events) => {
      // What the last call has read was read in another batch, and so with other roundings.
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

/** One task for each strategy; `onFound` is called once, when all are done. */
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

/** Why a prompt cannot be continued, if it cannot. */
function refusalOf(
  { prompt, strategies: [strategy] }: PromptDecoding<"string">,
  maxTokens: number,
  tree: TokenTree,
): UserError | null {
  const { longestPrompt, contextLength, mostTokens, hasEncoder } = tree;
  const { length } = prompt;
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
  if (mostRoom({ prompt, strategy: strategy! }) <= mostTokens) return null;
  const wanted = `${strategy!.width} texts of ${maxTokens} tokens behind a prompt of ${length}`;
  const message = `Cannot search for ${wanted} at once: side by side, this base holds ${mostTokens} tokens.`;
  return new UserError("too-wide", message, "Ask for fewer beams, or for fewer tokens.");
}

/** The rule that a text ends where the first of `stops` begins. */
function stopBefore(stops: readonly string[]): StopRule<"string"> {
  return (text) => {
    const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    return ends.length === 0 ? null : { length: Math.min(...ends), by: "string" };
  };
}
