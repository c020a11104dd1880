/** Turns the text at the cursor into a completion: prompt, decoding, stop rules, post-processing, adapters. */

import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { checkAdapterFits } from "../adapters/fit/adapterFit.ts";
import type { InstalledBase } from "../baseModels/installedBase.ts";
import { readRequest } from "../foundation/requestSchema.ts";
import { say } from "../foundation/words/said.ts";
import { generate } from "../inference/decoding/generate.ts";
import type { Decoding } from "../inference/decoding/decodingRequest.ts";
import { decodingVocabulary } from "../inference/decoding/vocabulary.ts";
import { openTokenTree, type TokenTreeOptions } from "../inference/tree/openTokenTree.ts";
import type { TokenTree } from "../inference/tree/tokenTree.ts";
import { openPythonParser, type PythonParser } from "../python/pythonParser.ts";
import { openTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import { activeAdapters, adapterCache, type AdapterCache, type ChosenFolder } from "./adapterCache.ts";
import { completionRequest, type CompletionRequest } from "./completionRequest.ts";
import { copyDecoding, copyingOf, noCopying, type Copying } from "./copies/copying.ts";
import { graded } from "./judgement/beginnings.ts";
import { uncalibrated, type Calibration } from "./judgement/calibration.ts";
import { calibrationOf } from "./judgement/calibrationOf.ts";
import { stepsOf } from "./judgement/evidence.ts";
import { contextTokensOf } from "./context/contextBudget.ts";
import { shownPrompt, type ShownPrompt } from "./context/shownPrompt.ts";
import { readInSteps } from "./context/readInSteps.ts";
import { promptBuilder, type PromptBuilder, type PromptText } from "./prompt.ts";
import { promptRooms, type PromptRooms } from "./promptBudget.ts";
import { requestTurns } from "./requestTurns.ts";
import { candidatesOf } from "./result/candidates.ts";
import { emptyCompletion, restOf, type Completion, type Known } from "./result/completion.ts";
import { shownOrNext, type Written } from "./result/shownOrNext.ts";
import { stopRule } from "./stop.ts";
import { suggestionCache } from "./suggestionCache.ts";
import { reasonNotToAsk } from "./trigger.ts";

export interface Prepared {
  readonly tokens: number;
  readonly milliseconds: number;
}

export interface Completer {
  /** Returns what the model reads for this request, in readable form. @throws UserError "option-invalid" */
  shownPrompt(request: CompletionRequest): ShownPrompt;
  /** The most tokens of other files that a prompt holds. */
  readonly contextTokens: number;
  /**
   * Completes the text at the cursor. Calls run one after the other, in order.
   *
   * @throws UserError "option-invalid"; AbortError between two tokens once `signal` is aborted. The next request reuses the tokens read.
   */
  complete(request: CompletionRequest, signal?: AbortSignal): Promise<Completion>;
  /**
   * Reads the prompt of a request that may follow, and decodes nothing. Ends early once another request arrives.
   *
   * @returns the number of prompt tokens that are read, and the time
   * @throws UserError "option-invalid"; AbortError once `signal` is aborted
   */
  prepare(request: CompletionRequest, signal?: AbortSignal): Promise<Prepared>;
  /**
   * Switches to these adapters; with none, to the base alone.
   *
   * @throws UserError of reading them, or "adapter-mismatch"; the previous adapters then stay in use
   */
  useAdapters(adapters: readonly ChosenFolder[]): Promise<{ milliseconds: number }>;
  release(): Promise<void>;
}

const fewestVisible = { automatic: 3, invoked: 1 } as const;
const always = { bansInfillingMarkers: true, stopsOnRepetition: true } as const;

export interface CompleterOptions extends Omit<TokenTreeOptions, "expected"> {
  readonly contextTokens?: number | undefined;
  /** Adapters that will be used: the base opens with slots for them. A problem with one is reported when it is used. */
  readonly expected?: readonly ChosenFolder[];
}

/** @throws UserError if the base's tokenizer or weights cannot be used */
export async function openCompleter(
  base: InstalledBase,
  { contextTokens, expected = [], ...options }: CompleterOptions = {},
): Promise<Completer> {
  const startedAt = performance.now();
  const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
  const adapters = adapterCache((adapter) => checkAdapterFits(adapter, base));
  return completerOf({
    tree: await openTokenTree(base, { ...options, expected: await activeAdapters(adapters, expected).catch(() => []) }),
    tokenizer,
    parser: await openPythonParser(),
    adapters,
    copying: copyingOf(base),
    contextTokens: contextTokens ?? contextTokensOf(base),
    calibration: calibrationOf(base),
    loadMilliseconds: performance.now() - startedAt,
  });
}

/** Assembles a completer from its parts. */
export function completerOf({
  tree,
  tokenizer,
  parser,
  adapters,
  copying = noCopying,
  contextTokens = Infinity,
  calibration = uncalibrated,
  loadMilliseconds = 0,
}: {
  tree: TokenTree;
  tokenizer: Tokenizer;
  parser: PythonParser;
  adapters: AdapterCache;
  copying?: Copying;
  /** The most tokens of other files in a prompt, if there is room. */
  contextTokens?: number;
  calibration?: Calibration;
  loadMilliseconds?: number;
}): Completer {
  const prompts = fittingPrompts(tree, tokenizer, contextTokens);
  const model = { tree, vocabulary: decodingVocabulary(tokenizer) };
  const byCopies = copyDecoding(model.vocabulary, tree.hasEncoder ? noCopying : copying);
  const suggestions = suggestionCache<Known>();
  let load = loadMilliseconds;

  // The tree holds the tokens of the last request, so requests wait for each other.
  const turns = requestTurns();

  const complete = async (request: CompletionRequest, signal: AbortSignal | undefined): Promise<Completion> => {
    signal?.throwIfAborted();
    const asked = readRequest(completionRequest, request, say`complete`);
    const { path, prefix, suffix, multiline, temperature, seed, beams, trigger } = asked;
    const maxTokens = Math.min(asked.maxTokens, prompts.rooms.maxNewTokens);
    const cursor = { prefix, suffix };
    if (trigger === "automatic" && reasonNotToAsk(prefix, suffix, asked.quietIn)) return emptyCompletion;
    const kind = `${trigger} ${multiline} ${maxTokens} ${beams} ${asked.prior} ${asked.edition} ${frontKey(asked)}`;
    // A suggestion made without copies, because the index was late, does not answer a request with copies. One made with them answers both.
    const kinds = asked.copies ? [`${kind} copies`] : [`${kind} copies`, kind];
    const found = temperature === 0 ? kinds.map((each) => suggestions.find(cursor, each)) : [];
    const known = found.find((each) => each !== undefined);
    if (known) return restOf(known, calibration);

    tree.switchTo?.(path ?? "");
    const { ids, requiredText } = prompts.build(asked);
    const rules = { ...always, requiredText, maxTokens, stopRule: stopRule(cursor, multiline) };
    const generation = { ...rules, ...byCopies.of(asked, requiredText) };
    const written = async (decoding: Decoding): Promise<Written> => {
      const { continuations, milliseconds } = await generate(model, ids, { ...generation, decoding }, signal);
      const options = { parser, fewestVisible: fewestVisible[trigger] };
      return { ...candidatesOf(continuations, cursor, options), milliseconds };
    };
    const write = trigger === "invoked" ? shownOrNext(written) : written;
    const { best, candidates, milliseconds } = await write(decodingOf({ beams, temperature, seed }));
    const { from, ...result } = best;
    const steps = from ? stepsOf(from, requiredText) : [];
    const grades = graded(result.text, calibration, steps);
    const completion = { ...result, ...grades, candidates, milliseconds: { load, ...milliseconds } };
    load = 0;
    byCopies.remember(prefix, result.text);
    if (temperature === 0) suggestions.remember(cursor, kinds.at(-1)!, { text: result.text, completion, steps });
    return completion;
  };

  const prepare = async (request: CompletionRequest, signal: AbortSignal): Promise<Prepared> => {
    const startedAt = performance.now();
    const asked = readRequest(completionRequest, request, say`complete`);
    // An encoder reads a prompt as a whole, and all of it again after each character.
    if (tree.hasEncoder || signal.aborted) return { tokens: 0, milliseconds: 0 };
    tree.switchTo?.(asked.path ?? "");
    const tokens = await readInSteps(tree, prompts.build(asked).ids, signal);
    return { tokens, milliseconds: performance.now() - startedAt };
  };

  return {
    shownPrompt: (request) =>
      shownPrompt(tokenizer, prompts.build(readRequest(completionRequest, request, say`complete`))),
    get contextTokens() {
      return prompts.rooms.budget.context;
    },
    complete: (request, signal) => turns.request(() => complete(request, signal)),
    prepare: (request, signal) => turns.prepare((interrupted) => prepare(request, interrupted), signal),
    useAdapters: (wanted) =>
      turns.request(async () => {
        const startedAt = performance.now();
        tree.useAdapters(await activeAdapters(adapters, wanted));
        prompts.fit();
        suggestions.clear();
        const milliseconds = performance.now() - startedAt;
        load += milliseconds;
        return { milliseconds };
      }),
    release: () => turns.request(() => tree.release()),
  };
}

/** Builds prompts that fit into the model's context, which the virtual tokens of an adapter shorten. */
function fittingPrompts(
  tree: TokenTree,
  tokenizer: Tokenizer,
  contextTokens: number,
): { readonly rooms: PromptRooms; build: PromptBuilder; fit: () => void } {
  const measure = (): PromptRooms => {
    const { hasEncoder, longestPrompt } = tree;
    return promptRooms({ hasEncoder, contextLength: hasEncoder ? longestPrompt : tree.contextLength }, contextTokens);
  };
  let rooms = measure();
  let build = promptBuilder(tokenizer, rooms.budget);
  return {
    get rooms() {
      return rooms;
    },
    build: (text) => build(text),
    fit: () => {
      const next = measure();
      if (isDeepStrictEqual(next, rooms)) return;
      rooms = next;
      build = promptBuilder(tokenizer, rooms.budget);
    },
  };
}

/** Identifies what precedes the file. */
function frontKey({ path, repositoryName, context }: PromptText): string {
  return createHash("sha1")
    .update(JSON.stringify([path, repositoryName, context]))
    .digest("base64");
}

function decodingOf({ beams, temperature, seed }: Record<"beams" | "temperature" | "seed", number>): Decoding {
  if (beams > 1) return { kind: "beams", width: beams, returned: beams };
  if (temperature > 0) return { kind: "sampling", temperature, topP: 1, count: 1, seed, stream: "completion" };
  return { kind: "greedy" };
}
