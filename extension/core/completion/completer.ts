/** Turns the text at the cursor into a completion: prompt, decoding, stop rules, post-processing, adapters. */

import { createHash } from "node:crypto";
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
import { copyDecoding, copyingOf, noCopying, type Copying } from "./copies/copying.ts";
import { graded, type Graded } from "./judgement/beginnings.ts";
import { uncalibrated, type Calibration } from "./judgement/calibration.ts";
import { calibrationOf } from "./judgement/calibrationOf.ts";
import { stepsOf, type Step } from "./judgement/evidence.ts";
import { isVisible, postProcess } from "./postProcess.ts";
import { contextBudget } from "./context/contextBudget.ts";
import { shownPrompt, type ReadPrompt, type ShownPrompt } from "./context/shownPrompt.ts";
import { readInSteps } from "./context/readInSteps.ts";
import { promptBuilder, type PromptBudget, type PromptText } from "./prompt.ts";
import { parsablePrefix } from "./parsablePrefix.ts";
import { requestTurns } from "./requestTurns.ts";
import { stopRule, type Cursor, type End } from "./stop.ts";
import { suggestionCache } from "./suggestionCache.ts";
import { reasonNotToAsk } from "./trigger.ts";

export interface Completion extends Graded {
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

export interface Prepared {
  readonly tokens: number;
  readonly milliseconds: number;
}

export interface Completer {
  /** What the model read for the last completion that it decoded; for people. */
  readonly lastPrompt: ShownPrompt | undefined;
  /** The most tokens of other files that a prompt holds. */
  readonly contextTokens: number;
  /**
   * Completes the text at the cursor. Calls run one after the other, in order.
   *
   * @throws UserError "option-invalid"; AbortError between two tokens once `signal` is aborted. The next request reuses the tokens read.
   */
  complete(request: CompletionRequest, signal?: AbortSignal): Promise<Completion>;
  /**
   * Reads the prompt of a request that may follow, and decodes nothing. Ends early once another request comes.
   *
   * @returns the tokens of the prompt that are read
   * @throws UserError "option-invalid"; AbortError once `signal` is aborted
   */
  prepare(request: CompletionRequest, signal?: AbortSignal): Promise<Prepared>;
  /**
   * Switches to these adapters; with none, to the base alone.
   *
   * @throws UserError of reading them, or "adapter-mismatch"; the previous adapters then stay in use
   */
  useAdapters(adapters: readonly { folder: string; scale: number }[]): Promise<{ milliseconds: number }>;
  release(): Promise<void>;
}

/** In tokens. A longer prefix costs time at the first request in a file, and hardly helps small models. */
const [longestPrefix, longestSuffix] = [1024, 64];
/** The tokens reserved for markers and the path of the file. */
const reserved = 48;
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
    copying: copyingOf(base),
    calibration: calibrationOf(base),
    loadMilliseconds: performance.now() - startedAt,
  });
}

/** Assembles a completer from its parts. */
export function completerOf({
  tree,
  tokenizer,
  parser,
  checkFits,
  copying = noCopying,
  calibration = uncalibrated,
  loadMilliseconds = 0,
}: {
  tree: TokenTree;
  tokenizer: Tokenizer;
  parser: PythonParser;
  checkFits: (adapter: Adapter) => void;
  copying?: Copying;
  calibration?: Calibration;
  loadMilliseconds?: number;
}): Completer {
  const { maxNewTokens, budget } = roomsIn(tree);
  const buildPrompt = promptBuilder(tokenizer, budget);
  const model = { tree, vocabulary: decodingVocabulary(tokenizer) };
  const byCopies = copyDecoding(model.vocabulary, tree.hasEncoder ? noCopying : copying);
  const adapters = adapterCache(checkFits);
  const suggestions = suggestionCache<Known>();
  let load = loadMilliseconds;
  let last: ReadPrompt | undefined;

  // The tree holds the tokens of the last request, so requests wait for each other.
  const turns = requestTurns();

  const complete = async (request: CompletionRequest, signal: AbortSignal | undefined): Promise<Completion> => {
    signal?.throwIfAborted();
    const asked = readRequest(completionRequest, request, "complete");
    const { path, prefix, suffix, multiline, temperature, seed, beams, trigger } = asked;
    const maxTokens = Math.min(asked.maxTokens, maxNewTokens);
    const cursor = { prefix, suffix };
    if (trigger === "automatic" && reasonNotToAsk(prefix, suffix, asked.quietIn)) return emptyCompletion;
    const kind = `${trigger} ${multiline} ${maxTokens} ${beams} ${asked.prior} ${frontKey(asked)}`;
    const known = temperature === 0 ? suggestions.find(cursor, kind) : undefined;
    if (known) return restOf(known, cursor, calibration);

    tree.switchTo?.(path ?? "");
    const { ids, requiredText } = buildPrompt(asked);
    last = { ids, requiredText, context: asked.context, copies: asked.copies };
    const rules = { requiredText, maxTokens, stopRule: stopRule(cursor, multiline) };
    const decoding = decodingOf({ beams, temperature, seed });
    const generation = {
      ...rules,
      ...byCopies.of(asked, requiredText),
      decoding,
      bansInfillingMarkers: true,
      stopsOnRepetition: true,
    };
    const { continuations, milliseconds } = await generate(model, ids, generation, signal);
    const shown = continuations.map((each) => postProcessed(each, cursor, { parser, fewest: fewestVisible[trigger] }));
    const { best, candidates } = withCandidates(shown);
    const { from, ...result } = best;
    const steps = from ? stepsOf(from, requiredText) : [];
    const grades = graded(result.text, cursor, calibration, steps);
    const completion = { ...result, ...grades, candidates, milliseconds: { load, ...milliseconds } };
    load = 0;
    byCopies.remember(prefix, result.text);
    if (temperature === 0) suggestions.remember(cursor, kind, { text: result.text, completion, steps });
    return completion;
  };

  const prepare = async (request: CompletionRequest, signal: AbortSignal): Promise<Prepared> => {
    const startedAt = performance.now();
    const asked = readRequest(completionRequest, request, "complete");
    // An encoder reads a prompt as a whole, and again with each character.
    if (tree.hasEncoder || signal.aborted) return { tokens: 0, milliseconds: 0 };
    tree.switchTo?.(asked.path ?? "");
    const tokens = await readInSteps(tree, buildPrompt(asked).ids, signal);
    return { tokens, milliseconds: performance.now() - startedAt };
  };

  return {
    get lastPrompt() {
      return last && shownPrompt(tokenizer, last);
    },
    contextTokens: budget.context,
    complete: (request, signal) => turns.request(() => complete(request, signal)),
    prepare: (request, signal) => turns.prepare((interrupted) => prepare(request, interrupted), signal),
    useAdapters: (wanted) =>
      turns.request(async () => {
        const startedAt = performance.now();
        const active = [];
        for (const { folder, scale } of wanted) active.push({ adapter: await adapters.adapter(folder), scale });
        tree.useAdapters(active);
        suggestions.clear();
        const milliseconds = performance.now() - startedAt;
        load += milliseconds;
        return { milliseconds };
      }),
    release: () => turns.request(() => tree.release()),
  };
}

/** Shares the context of a base among prompt and completion. */
function roomsIn({ contextLength, hasEncoder }: TokenTree): {
  readonly maxNewTokens: number;
  readonly budget: Required<PromptBudget>;
} {
  const maxNewTokens = Math.max(1, Math.floor(contextLength / 4));
  const suffix = Math.min(longestSuffix, Math.floor(contextLength / 8));
  const room = contextLength - (hasEncoder ? 0 : maxNewTokens + suffix) - reserved;
  const prefix = Math.max(8, Math.min(longestPrefix, room));
  return { maxNewTokens, budget: { prefix, suffix, context: contextBudget(room), both: Math.max(8, room) } };
}

/** Identifies what stands in front of the file. */
function frontKey({ path, repositoryName, context }: PromptText): string {
  return createHash("sha1")
    .update(JSON.stringify([path, repositoryName, context]))
    .digest("base64");
}

const emptyCompletion: Completion = {
  text: "",
  tokens: 0,
  logProbability: 0,
  confidence: 0,
  leastConfidence: 0,
  beginnings: [],
  candidates: [{ text: "", logProbability: 0 }],
  milliseconds: { load: 0, prefill: 0, decode: 0 },
  stop: "end",
};

function decodingOf({ beams, temperature, seed }: Record<"beams" | "temperature" | "seed", number>): Decoding {
  if (beams > 1) return { kind: "beams", width: beams, returned: beams };
  if (temperature > 0) return { kind: "sampling", temperature, topP: 1, count: 1, seed, stream: "completion" };
  return { kind: "greedy" };
}

/** A completion, of which a known one's `text` is the rest. */
interface Known {
  readonly text: string;
  readonly completion: Completion;
  readonly steps: readonly Step[];
}

function restOf({ text, completion, steps }: Known, cursor: Cursor, calibration: Calibration): Completion {
  const { logProbability, text: whole } = completion;
  return {
    ...completion,
    text,
    ...graded(text, cursor, calibration, steps, whole.length - text.length),
    candidates: [{ text, logProbability }],
    tokens: 0,
    milliseconds: { load: 0, prefill: 0, decode: 0 },
  };
}

interface Shown extends Pick<Completion, "text" | "tokens" | "logProbability" | "stop"> {
  /** Absent if nothing was generated. */
  readonly from?: Continuation<End["by"]>;
}

/** Cuts a continuation down to the part worth showing. */
function postProcessed(
  from: Continuation<End["by"]>,
  cursor: { prefix: string; suffix: string },
  { parser, fewest }: { parser: PythonParser; fewest: number },
): Shown {
  const { text, tokens, logProbability, stop } = from;
  // postProcess cuts a loop of lines where it begins; a loop within one line leaves nothing useful.
  const isLoop = isRepetitive(tokens) && !text.includes("\n");
  const shown = isLoop ? "" : postProcess(text, cursor, { isCutOff: stop === "length", fewestVisible: fewest });
  const parsable = parsablePrefix(parser, shown, cursor);
  return { text: isVisible(parsable, fewest) ? parsable : "", tokens: tokens.length, logProbability, stop, from };
}

/** Returns the best result, and all results that differ. */
function withCandidates(found: readonly Shown[]): { best: Shown } & Pick<Completion, "candidates"> {
  const differing = found.filter(({ text }, i) => text !== "" && found.findIndex((other) => other.text === text) === i);
  const [best = found[0] ?? nothing, ...others] = differing;
  const candidates = [best, ...others].map(({ text, logProbability }) => ({ text, logProbability }));
  return { best, candidates };
}

const nothing: Shown = { text: "", tokens: 0, logProbability: 0, stop: "end" };
