/** Turns the text at the cursor into a completion: prompt, decoding, stop rules, post-processing, adapters. */

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
import { completionLimits } from "./promptBudget.ts";
import { parsablePrefix } from "./parsablePrefix.ts";
import { stopRule, type End } from "./stop.ts";
import { suggestionCache } from "./suggestionCache.ts";
import { reasonNotToAsk } from "./trigger.ts";

export interface Completion {
  /** The text to insert at the cursor; empty if nothing is worth showing. */
  text: string;
  /** The number of generated tokens. */
  tokens: number;
  /** Σ log p of the generated tokens. */
  logProbability: number;
  /** The distinct results, best first; the first one's text is `text`. Only beam search finds more than one. */
  candidates: readonly { text: string; logProbability: number }[];
  /** `load` is the time to open base and adapters, reported with the first completion after it. */
  milliseconds: { load: number; prefill: number; decode: number };
  /** The reason for the end: a line, a block, the end of the text, or the token limit. */
  stop: "line" | "block" | "end" | "length";
}

export interface Completer {
  /**
   * Completes the text at the cursor. Calls run one after the other, in order.
   *
   * @throws UserError "option-invalid"; AbortError between two tokens once `signal` is aborted. The next request reuses the tokens read.
   */
  complete(request: CompletionRequest, signal?: AbortSignal): Promise<Completion>;
  /**
   * Switches to these adapters; with none, to the base alone.
   *
   * @throws UserError of reading them, or "adapter-mismatch"; the previous adapters then stay in use
   */
  useAdapters(adapters: readonly { folder: string; scale: number }[]): Promise<{ milliseconds: number }>;
  release(): Promise<void>;
}

const fewestVisible = { automatic: 3, invoked: 1 } as const;

/** @throws UserError if the base's tokenizer or weights cannot be used */
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

/** Assembles a completer from its parts. */
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
  const limits = completionLimits(tree.contextLength, tree.hasEncoder);
  const buildPrompt = promptBuilder(tokenizer, limits);
  const model = { tree, vocabulary: decodingVocabulary(tokenizer) };
  const adapters = adapterCache(checkFits);
  const suggestions = suggestionCache<Completion>();
  let load = loadMilliseconds;

  // The tree holds the tokens of the last request, so requests wait for each other. A failed request does not block the next.
  const inTurn = pLimit(1);

  const complete = async (request: CompletionRequest, signal: AbortSignal | undefined): Promise<Completion> => {
    signal?.throwIfAborted();
    const asked = readRequest(completionRequest, request, "complete");
    const { path, prefix, suffix, multiline, temperature, seed, beams, trigger } = asked;
    const maxTokens = Math.min(asked.maxTokens, limits.newTokens);
    const cursor = { prefix, suffix };
    if (trigger === "automatic" && reasonNotToAsk(prefix, suffix)) return emptyCompletion;
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
    const generation = { ...rules, decoding, bansInfillingMarkers: true, stopsOnRepetition: true };
    const { continuations, milliseconds } = await generate(model, ids, generation, signal);
    const shown = continuations.map((each) => postProcessed(each, cursor, { parser, fewest: fewestVisible[trigger] }));
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

const emptyCompletion: Completion = {
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

/** Cuts a continuation down to the part worth showing. */
function postProcessed(
  { text, tokens, logProbability, stop }: Continuation<End["by"]>,
  cursor: { prefix: string; suffix: string },
  { parser, fewest }: { parser: PythonParser; fewest: number },
): Shown {
  // postProcess cuts a loop of lines where it begins; a loop within one line leaves nothing useful.
  const isLoop = isRepetitive(tokens) && !text.includes("\n");
  const shown = isLoop ? "" : postProcess(text, cursor, { isCutOff: stop === "length", fewestVisible: fewest });
  const parsable = parsablePrefix(parser, shown, cursor);
  return { text: isVisible(parsable, fewest) ? parsable : "", tokens: tokens.length, logProbability, stop };
}

/** Returns the best result, with the other results that differ from it. */
function withCandidates(found: readonly Shown[]): Shown & Pick<Completion, "candidates"> {
  const differing = found.filter(({ text }, i) => text !== "" && found.findIndex((other) => other.text === text) === i);
  const [best = found[0] ?? emptyCompletion, ...others] = differing;
  const candidates = [best, ...others].map(({ text, logProbability }) => ({ text, logProbability }));
  return { ...best, candidates };
}
