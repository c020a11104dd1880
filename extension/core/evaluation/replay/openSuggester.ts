/** The editor's completion path without the editor: window, context, completer, answers known ahead, and judgement. */

import { checkAdapterFits } from "../../adapters/fit/adapterFit.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { activeAdapters, adapterCache } from "../../completion/adapterCache.ts";
import { completerOf, type Completer } from "../../completion/completer.ts";
import type { Completion } from "../../completion/result/completion.ts";
import type { CompletionRequest } from "../../completion/completionRequest.ts";
import { contextTokensOf } from "../../completion/context/contextBudget.ts";
import { copyingOf } from "../../completion/copies/copying.ts";
import { rememberAnswers } from "../../completion/judgement/answers.ts";
import { calibrationOf } from "../../completion/judgement/calibrationOf.ts";
import { documentWindow, sourceWindows } from "../../completion/sourceWindow.ts";
import type { Cursor } from "../../completion/stop.ts";
import { openTokenTree } from "../../inference/tree/openTokenTree.ts";
import type { Placement } from "../../runtime/device.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import { openTokenizer } from "../../tokenizer/tokenizer.ts";
import { countedTree } from "./countedTree.ts";
import { openReplayedRepository } from "./replayedRepository.ts";
import type { ReplaySettings } from "./replayRequest.ts";
import type { EngineCost, Suggester, TypedDocument } from "./suggester.ts";
import { replayedJudgement } from "./replayedJudgement.ts";
import { whilePausing, type Ahead } from "./whilePausing.ts";

export interface SuggesterSettings extends Omit<
  ReplaySettings,
  "home" | "embedded" | "base" | "limit" | "seed" | "device"
> {
  readonly placement?: Placement | undefined;
}

/** @throws UserErrors of opening the base, and of reading the adapters and the repository; "adapter-mismatch" */
export async function openSuggester(
  base: InstalledBase,
  settings: SuggesterSettings,
  signal?: AbortSignal,
): Promise<Suggester> {
  const { adapters, context, cache } = settings;
  const { completer, spent } = await openCountedCompleter(base, settings);
  const judgement = replayedJudgement(settings.judgement, base.name, adapters);
  const windows = sourceWindows(documentWindow);
  const answers = rememberAnswers();
  const repository =
    context === "repository"
      ? await openReplayedRepository(settings.repository ?? settings.suite, completer.contextTokens, signal)
      : undefined;

  const requestAt = async (document: TypedDocument, cursor: Cursor, hurry: AbortSignal): Promise<CompletionRequest> => {
    const { maxTokens, multiline, prior, draft } = settings;
    const path = context === "none" ? {} : { path: document.path };
    const front = repository ? await repository.front({ path: document.path, ...cursor }, hurry) : path;
    return { ...cursor, ...front, maxTokens, multiline, prior, draft, trigger: "automatic" };
  };
  const completed = async (document: TypedDocument, cursor: Cursor, hurry: AbortSignal): Promise<Completion> => {
    const known = cache ? answers.find(cursor, "") : undefined;
    if (known) return known;
    // Swapping in the same adapters again clears suggestions, keys and values.
    if (!cache) await completer.useAdapters(adapters);
    const completion = await completer.complete(await requestAt(document, cursor, hurry), hurry);
    answers.remember(cursor, "", completion);
    return completion;
  };
  const ahead: Ahead = {
    complete: async (document, cursor, hurry) => void (await completed(document, cursor, hurry)),
    isKnown: (cursor) => answers.find(cursor, "") !== undefined,
    prepare: async (document, cursor, hurry) => {
      const front = await repository?.pause({ path: document.path, ...cursor }, hurry);
      if (front) await completer.prepare({ ...(await requestAt(document, cursor, hurry)), ...front }, hurry);
    },
  };

  return {
    enter: (file) => repository?.enter(file),
    mayAsk: (document, at) => judgement.mayAsk(document, windows(document), at),
    suggest: async (document, at, hurry) => {
      const cursor = windows(document);
      return judgement.judge(document, cursor, await completed(document, cursor, hurry), at);
    },
    appeared: (document, text, at) => judgement.appeared(document, windows(document), text, at),
    edited: judgement.edited,
    workAhead: async (document, shown, left) => {
      const cursor = windows(document);
      await whilePausing(ahead, { document, cursor, shown: settings.ahead ? shown : "", left });
    },
    leave: () => {
      repository?.leave();
      answers.clear();
    },
    spent,
    release: () => completer.release(),
  };
}

/** Opens the editor's completer over a tree that counts. */
async function openCountedCompleter(
  base: InstalledBase,
  {
    adapters,
    contextTokens,
    threads,
    placement,
  }: Pick<SuggesterSettings, "adapters" | "contextTokens" | "threads" | "placement">,
): Promise<{ completer: Completer; spent: () => EngineCost }> {
  const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
  const cache = adapterCache((adapter) => checkAdapterFits(adapter, base));
  const expected = await activeAdapters(cache, adapters);
  const { tree, spent } = countedTree(await openTokenTree(base, { threads, placement, expected }));
  const parser = await openPythonParser();
  const completer = completerOf({
    tree,
    tokenizer,
    parser,
    adapters: cache,
    copying: copyingOf(base),
    contextTokens: contextTokens ?? contextTokensOf(base),
    calibration: calibrationOf(base),
  });
  try {
    await completer.useAdapters(adapters);
  } catch (error) {
    await completer.release();
    throw error;
  }
  let [written, milliseconds] = [0, 0];
  const complete: Completer["complete"] = async (request, signal) => {
    const completion = await completer.complete(request, signal);
    written += completion.tokens;
    milliseconds += completion.milliseconds.decode;
    return completion;
  };
  return { completer: { ...completer, complete }, spent: () => ({ ...spent(), written, milliseconds }) };
}
