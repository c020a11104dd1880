/** What an evaluation compares: something that gives texts a cost and completes at a cursor. Here, a base with adapters. */

import type { Adapter } from "../../adapters/adapter.ts";
import { checkAdapterFits } from "../../adapters/adapterFit.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { completerOf, type Completion } from "../../completion/completer.ts";
import type { CompletionRequest } from "../../completion/completionRequest.ts";
import { decoderOver } from "../../inference/tree/decoder.ts";
import { openTokenTree } from "../../inference/tree/openTokenTree.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import { openTokenizer } from "../../tokenizer/tokenizer.ts";
import type { SourceFile } from "./heldOut.ts";
import { textBits } from "./textBits.ts";

export interface Contender {
  /** What the file's text costs, in bits. The path is told beforehand, and costs nothing. */
  bits(file: SourceFile, signal?: AbortSignal): Promise<number>;
  /** As the editor gets it. */
  complete(request: CompletionRequest, signal?: AbortSignal): Promise<Pick<Completion, "text" | "stop" | "tokens">>;
  release(): Promise<void>;
}

/** @throws UserErrors of opening the base and of reading the adapters */
export async function baseContender(
  base: InstalledBase,
  adapters: readonly { folder: string; scale: number }[] = [],
): Promise<Contender> {
  const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
  const tree = await openTokenTree(base);
  const checkFits = (adapter: Adapter): void => checkAdapterFits(adapter, base);
  const completer = completerOf({ tree, tokenizer, parser: await openPythonParser(), checkFits });
  try {
    await completer.useAdapters(adapters);
  } catch (error) {
    await completer.release();
    throw error;
  }
  return {
    bits: (file, signal) => textBits({ decoder: decoderOver(tree), tokenizer }, file, signal),
    complete: (request, signal) => completer.complete(request, signal),
    release: () => completer.release(),
  };
}
