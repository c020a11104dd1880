/** Continues one prompt in a token tree, for an editor. */

import type { TokenTree } from "../tree/tokenTree.ts";
import type { Continuation } from "./continuation.ts";
import { decodeAll, type DecodingTime } from "./decodeAll.ts";
import { promptDecoding, type DecodingRequest } from "./decodingRequest.ts";
import type { DecodingVocabulary } from "./vocabulary.ts";

export interface Generation<Rule extends string> {
  /** Best first; samples in the order of their numbers. Empty if all contradict the required text. */
  readonly continuations: readonly Continuation<Rule>[];
  readonly milliseconds: DecodingTime;
}

/**
 * Continues one prompt. The tree keeps the tokens that it has read, so only the part that differs from the last prompt is read.
 *
 * @throws the signal's reason between two steps once it is aborted; UserError "context-full"
 */
export async function generate<Rule extends string>(
  { tree, vocabulary }: { readonly tree: TokenTree; readonly vocabulary: DecodingVocabulary },
  ids: readonly number[],
  request: DecodingRequest<Rule>,
  signal?: AbortSignal,
): Promise<Generation<Rule>> {
  const { prompt, strategies, returned, drafts } = promptDecoding(ids, request, vocabulary, tree.hasEncoder);
  let milliseconds: DecodingTime = { prefill: 0, decode: 0 };
  const onDone = (time: DecodingTime): void => {
    milliseconds = time;
  };
  const tasks = strategies.map((strategy) => ({ prompt, strategy, drafts, onDone }));
  await decodeAll(tree, tasks, signal);
  return { continuations: strategies.flatMap((strategy) => strategy.found()).slice(0, returned), milliseconds };
}
