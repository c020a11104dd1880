/** Continuations of many prompts, as each is done. Knows ids and stop strings, and nothing of protocols and cursors. */

import { setImmediate as nextTurn } from "node:timers/promises";
import type { ActiveAdapter } from "../adapters/servingSlots.ts";
import { UserError } from "../base/errors.ts";
import { seededRandom, type Random } from "../base/random.ts";
import type { InstalledBase } from "../bases/installedBase.ts";
import { openDecoder, type Decoder, type DecoderOptions } from "../runtime/decoder.ts";
import { greedy, logProbability, sample } from "../runtime/sampling.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { beamSearch } from "./beamSearch.ts";
import { beginText, stopTokens, type Generated } from "./generate.ts";

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
  options: DecoderOptions = {},
): Promise<BatchGenerator> {
  const decoder = await openDecoder(base, options);
  decoder.useAdapters(adapters);
  return {
    contextLength: decoder.contextLength,
    hasEncoder: decoder.hasEncoder,
    generate: async (prompts, request, { signal, onGenerated, onRefused }) => {
      for (const [index, ids] of prompts.entries()) {
        signal?.throwIfAborted();
        try {
          checkRoom(ids, request.maxTokens, decoder);
          onGenerated(index, await continuations(decoder, tokenizer, ids, { ...request, signal }));
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          onRefused(index, error);
        }
      }
    },
    release: () => decoder.release(),
  };
}

/** @throws UserError "prompt-empty", "context-full" */
function checkRoom(
  ids: readonly number[],
  maxTokens: number,
  { contextLength, hasEncoder }: Pick<Decoder, "contextLength" | "hasEncoder">,
): void {
  if (ids.length === 0) {
    throw new UserError("prompt-empty", "Cannot continue a prompt without tokens.", "Leave the prompt out.");
  }
  const longest = hasEncoder ? contextLength : contextLength - maxTokens;
  if (ids.length <= longest && maxTokens <= contextLength) return;
  const wanted = `a prompt of ${ids.length} tokens by up to ${maxTokens}`;
  const message = `Cannot continue ${wanted}: this base's context holds ${contextLength}.`;
  throw new UserError("context-full", message, "Shorten the prompt, or ask for fewer tokens.");
}

async function continuations(
  decoder: Decoder,
  tokenizer: Tokenizer,
  ids: readonly number[],
  { decoding, maxTokens, stops, signal }: BatchRequest & { readonly signal: AbortSignal | undefined },
): Promise<readonly Generated<"string">[]> {
  const ending = endBefore(stops);
  const task = { decoder, tokenizer, ids, owed: "", maxTokens, ending, signal };
  if (decoding.kind === "beams") {
    const found = await beamSearch(task, decoding.width);
    return found.slice(0, decoding.returned).map(({ milliseconds: _milliseconds, ...generated }) => generated);
  }
  if (decoding.kind === "greedy") return [await continuation(task, greedy)];
  const { temperature, topP, count, seed } = decoding;
  const drawn: Generated<"string">[] = [];
  for (let draw = 0; draw < count; draw++) {
    const random: Random = seededRandom(seed, `draw ${draw} behind ${ids.join(" ")}`);
    drawn.push(await continuation(task, (logits) => sample(logits, { temperature, topP }, random)));
  }
  return drawn;
}

interface Task {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
  readonly ids: readonly number[];
  readonly maxTokens: number;
  readonly ending: (text: string) => { readonly length: number; readonly by: "string" } | null;
  readonly signal: AbortSignal | undefined;
}

async function continuation(
  { decoder, tokenizer, ids, maxTokens, ending, signal }: Task,
  choose: (logits: Float32Array) => number,
): Promise<Generated<"string">> {
  const ends = stopTokens(tokenizer);
  let { logits } = await beginText({ decoder, tokenizer, ids, owed: "", signal });
  const tokens: number[] = [];
  let logProbabilities = 0;
  const result = (text: string, stop: Generated<"string">["stop"]): Generated<"string"> => {
    return { text, tokens, logProbability: logProbabilities, stop };
  };
  for (;;) {
    const text = tokenizer.decode(tokens, "inside");
    const end = ending(text);
    if (end) return result(text.slice(0, end.length), end.by);
    if (tokens.length === maxTokens) return result(text, "length");
    const token = choose(logits);
    logProbabilities += logProbability(logits, token);
    if (ends.has(token)) return result(text, "end");
    tokens.push(token);
    await nextTurn();
    signal?.throwIfAborted();
    if (tokens.length < maxTokens) logits = await decoder.extend([token], signal);
  }
}

/** The rule that a text ends where the first of `stops` begins. */
function endBefore(stops: readonly string[]): Task["ending"] {
  return (text) => {
    const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    return ends.length === 0 ? null : { length: Math.min(...ends), by: "string" };
  };
}
