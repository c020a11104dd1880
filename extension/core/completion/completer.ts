/** Text at the cursor in, completion out: prompt, KV cache, decoding, stop rules, post-processing, adapters. */

import pLimit from "p-limit";
import type { Adapter } from "../adapters/adapter.ts";
import { checkAdapterFits } from "../adapters/fit/adapterFit.ts";
import type { InstalledBase } from "../baseModels/installedBase.ts";
import { readRequest } from "../foundation/request.ts";
import type { Continuation } from "../inference/decoding/continuation.ts";
import { generate } from "../inference/decoding/generate.ts";
import { isRepetitive } from "../inference/decoding/repetition.ts";
import type { Decoding } from "../inference/decoding/request.ts";
import { decodingVocabulary } from "../inference/decoding/vocabulary.ts";
import { openTokenTree, type TokenTreeOptions } from "../inference/tree/openTokenTree.ts";
import type { TokenTree } from "../inference/tree/tokenTree.ts";
import { openPythonParser, type PythonParser } from "../python/pythonParser.ts";
import { openTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import { adapterCache } from "./adapterCache.ts";
import { completionRequest, type CompletionRequest } from "./completionRequest.ts";
import { isVisible, postProcess } from "./postProcess.ts";
import { promptBuilder } from "./prompt.ts";
import { soundPart } from "./soundPart.ts";
import { stopRule, type End } from "./stop.ts";
import { suggestionCache } from "./suggestionCache.ts";
import { reasonNotToAsk } from "./trigger.ts";

export interface Completion {
  /** To insert at the cursor; empty where nothing is worth it. */
  text: string;
  /** Tokens that were generated. */
  tokens: number;
  /** Of the generated tokens together, under the model. */
  logProbability: number;
  /** What was found, best first, `text` being that of the first; more than one only after a search. */
  candidates: readonly { text: string; logProbability: number }[];
  /** `load` is what opening base and adapters took, told with the first completion after it. */
  milliseconds: { load: number; prefill: number; decode: number };
  /** What ended it: a line, a block, the end of the text, or the limit of tokens. */
  stop: "line" | "block" | "end" | "length";
}

export interface Completer {
  /**
   * One after the other, in the order of the calls.
   *
   * @throws UserError "option-invalid"; AbortError between two tokens once `signal` is aborted; what was computed helps the next request
   */
  complete(request: CompletionRequest, signal?: AbortSignal): Promise<Completion>;
  /**
   * Completes with these adapters from now on; with none, the base alone.
   *
   * @throws UserError of reading them, or "adapter-mismatch"; those before stay in use then
   */
  useAdapters(adapters: readonly { folder: string; scale: number }[]): Promise<{ milliseconds: number }>;
  release(): Promise<void>;
}

/** In tokens. More prefix costs time at the first request in a file, and small models hardly gain by it. */
const [longestPrefix, longestSuffix] = [1024, 64];
/** Markers, and the path of the file. */
const reserved = 48;
const fewestVisible = { automatic: 3, invoked: 1 } as const;

/** @throws UserError where the base's tokenizer or weights cannot be used */
export async function openCompleter(base: InstalledBase, options: TokenTreeOptions = {}): Promise<Completer> {
  const startedAt = performance.now();
  const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
  return completerOf({
    tree: await openTokenTree(base, options),
    tokenizer,
    parser: await openPythonParser(),
    checkFits: (adapter) => checkAdapterFits(adapter, base),
    loadMilliseconds: performance.now() - startedAt,
  });
}

/** A completer from its parts. */
export function completerOf({
  tree,
  tokenizer,
  parser,
  checkFits,
  loadMilliseconds = 0,
}: {
  tree: TokenTree;
  tokenizer: Tokenizer;
  parser: PythonParser;
  checkFits: (adapter: Adapter) => void;
  loadMilliseconds?: number;
}): Completer {
  const mostTokens = Math.max(1, Math.floor(tree.contextLength / 4));
  const suffixBudget = Math.min(longestSuffix, Math.floor(tree.contextLength / 8));
  const shared = tree.hasEncoder ? 0 : mostTokens + suffixBudget;
  const room = tree.contextLength - shared - reserved;
  const buildPrompt = promptBuilder(tokenizer, {
    prefix: Math.max(8, Math.min(longestPrefix, room)),
    suffix: suffixBudget,
  });
  const model = { tree, vocabulary: decodingVocabulary(tokenizer) };
  const adapters = adapterCache(checkFits);
  const suggestions = suggestionCache<Completion>();
  let load = loadMilliseconds;

  // The tree keeps what the last request has read: requests wait for each other, and one that has failed holds up no other.
  const inTurn = pLimit(1);

  const complete = async (request: CompletionRequest, signal: AbortSignal | undefined): Promise<Completion> => {
    signal?.throwIfAborted();
    const asked = readRequest(completionRequest, request, "complete");
    const { path, prefix, suffix, multiline, temperature, seed, beams, trigger } = asked;
    const maxTokens = Math.min(asked.maxTokens, mostTokens);
    const cursor = { prefix, suffix };
    if (trigger === "automatic" && reasonNotToAsk(prefix, suffix)) return nothing;
    const kind = `${trigger} ${multiline} ${maxTokens} ${beams}`;
    const known = temperature === 0 ? suggestions.find(cursor, kind) : undefined;
    if (known) {
      const { text, logProbability } = known;
      return {
        ...known,
        candidates: [{ text, logProbability }],
        tokens: 0,
        milliseconds: { load: 0, prefill: 0, decode: 0 },
      };
    }

    const { ids, requiredText } = buildPrompt({ path, prefix, suffix });
    const rules = { requiredText, maxTokens, stopRule: stopRule(cursor, multiline) };
    const decoding = decodingOf({ beams, temperature, seed });
    const generation = { ...rules, decoding, bansGapMarkers: true, stopsOnRepetition: true };
    const { continuations, milliseconds } = await generate(model, ids, generation, signal);
    const shown = continuations.map((each) => finished(each, cursor, { parser, fewest: fewestVisible[trigger] }));
    const completion = { ...withCandidates(shown), milliseconds: { load, ...milliseconds } };
    load = 0;
    if (temperature === 0) suggestions.remember(cursor, kind, completion);
    return completion;
  };

  return {
    complete: (request, signal) => inTurn(() => complete(request, signal)),
    useAdapters: (wanted) =>
      inTurn(async () => {
        const startedAt = performance.now();
        const active = [];
        for (const { folder, scale } of wanted) active.push({ adapter: await adapters.adapter(folder), scale });
        tree.useAdapters(active);
        suggestions.clear();
        const milliseconds = performance.now() - startedAt;
        load += milliseconds;
        return { milliseconds };
      }),
    release: () => inTurn(() => tree.release()),
  };
}

const nothing: Completion = {
  text: "",
  tokens: 0,
  logProbability: 0,
  candidates: [{ text: "", logProbability: 0 }],
  milliseconds: { load: 0, prefill: 0, decode: 0 },
  stop: "end",
};

function decodingOf({ beams, temperature, seed }: Record<"beams" | "temperature" | "seed", number>): Decoding {
  if (beams > 1) return { kind: "beams", width: beams, returned: beams };
  if (temperature > 0) return { kind: "sampling", temperature, topP: 1, count: 1, seed, stream: "completion" };
  return { kind: "greedy" };
}

type Shown = Pick<Completion, "text" | "tokens" | "logProbability" | "stop">;

/** What is worth showing of one continuation. */
function finished(
  { text, tokens, logProbability, stop }: Continuation<End["by"]>,
  cursor: { prefix: string; suffix: string },
  { parser, fewest }: { parser: PythonParser; fewest: number },
): Shown {
  // A loop of lines is cut where it begins; one within a line leaves nothing that makes sense.
  const isLoop = isRepetitive(tokens) && !text.includes("\n");
  const shown = isLoop ? "" : postProcess(text, cursor, { isCutOff: stop === "length", fewestVisible: fewest });
  const sound = soundPart(parser, shown, cursor);
  return { text: isVisible(sound, fewest) ? sound : "", tokens: tokens.length, logProbability, stop };
}

/** The best of what was found, with the others that say something else. */
function withCandidates(found: readonly Shown[]): Shown & Pick<Completion, "candidates"> {
  const differing = found.filter(({ text }, i) => text !== "" && found.findIndex((other) => other.text === text) === i);
  const [best = found[0] ?? nothing, ...others] = differing;
  const candidates = [best, ...others].map(({ text, logProbability }) => ({ text, logProbability }));
  return { ...best, candidates };
}
