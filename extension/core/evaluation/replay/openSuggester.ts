/** The editor's completion path without the editor: window, completer and caches of one base with its adapters. */

import type { Adapter } from "../../adapters/adapter.ts";
import { checkAdapterFits } from "../../adapters/fit/adapterFit.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { completerOf } from "../../completion/completer.ts";
import { documentWindow, sourceWindows } from "../../completion/sourceWindow.ts";
import { openTokenTree } from "../../inference/tree/openTokenTree.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import { openTokenizer } from "../../tokenizer/tokenizer.ts";
import { countedTree } from "./countedTree.ts";
import type { ReplaySettings } from "./request.ts";
import type { Suggester } from "./suggester.ts";

export type SuggesterSettings = Pick<ReplaySettings, "adapters" | "maxTokens" | "multiline" | "cache">;

/** @throws UserErrors of opening the base and reading the adapters; "adapter-mismatch" */
export async function openSuggester(base: InstalledBase, settings: SuggesterSettings): Promise<Suggester> {
  const { adapters, maxTokens, multiline, cache } = settings;
  const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
  const { tree, spent } = countedTree(await openTokenTree(base));
  const checkFits = (adapter: Adapter): void => checkAdapterFits(adapter, base);
  const completer = completerOf({ tree, tokenizer, parser: await openPythonParser(), checkFits });
  try {
    await completer.useAdapters(adapters);
  } catch (error) {
    await completer.release();
    throw error;
  }
  const windows = sourceWindows(documentWindow);
  return {
    suggest: async ({ path, prefix, suffix }, signal) => {
      // A swap to the same adapters forgets suggestions, keys and values.
      if (!cache) await completer.useAdapters(adapters);
      const request = { ...windows({ prefix, suffix }), path, maxTokens, multiline, trigger: "automatic" as const };
      const { text } = await completer.complete(request, signal);
      return text;
    },
    spent,
    release: () => completer.release(),
  };
}
