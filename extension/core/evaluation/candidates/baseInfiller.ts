/** Completes held-out code through the editor's completer, on a base whose adapters can be swapped. */

import { checkAdapterFits } from "../../adapters/fit/adapterFit.ts";
import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { adapterCache } from "../../completion/adapterCache.ts";
import { completerOf, type Completer } from "../../completion/completer.ts";
import { contextTokensOf } from "../../completion/context/contextBudget.ts";
import { copyingOf } from "../../completion/copies/copying.ts";
import { decoderOver } from "../../inference/tree/decoder.ts";
import { openTokenTree } from "../../inference/tree/openTokenTree.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import type { Placement } from "../../runtime/device.ts";
import { openTokenizer } from "../../tokenizer/tokenizer.ts";
import type { Infiller } from "./candidate.ts";
import { textBits } from "./textBits.ts";

export interface BaseInfiller extends Infiller, Pick<Completer, "useAdapters"> {}

export interface InfillerOptions {
  /** The most tokens of other files in front of a file; the base decides unless given. */
  readonly contextTokens?: number | undefined;
  readonly placement?: Placement | undefined;
  /** Adapters that will be used: the base opens with slots for them. */
  readonly expected?: readonly ActiveAdapter[];
}

export async function openBaseInfiller(
  base: InstalledBase,
  { contextTokens, placement, expected }: InfillerOptions = {},
): Promise<BaseInfiller> {
  const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
  const tree = await openTokenTree(base, { placement, expected });
  const parser = await openPythonParser();
  const completer = completerOf({
    tree,
    tokenizer,
    parser,
    adapters: adapterCache((adapter) => checkAdapterFits(adapter, base)),
    copying: copyingOf(base),
    contextTokens: contextTokens ?? contextTokensOf(base),
  });
  const decoder = decoderOver(tree);
  return {
    contextTokens: completer.contextTokens,
    bits: (file, options) => textBits({ decoder, tokenizer, contextTokens: completer.contextTokens }, file, options),
    complete: (request, signal) => completer.complete(request, signal),
    useAdapters: (wanted) => completer.useAdapters(wanted),
    release: () => completer.release(),
  };
}
