/** Continues one prompt in a token tree, as an editor asks for it. */

import type { TokenTree } from "../tree/tokenTree.ts";
import type { Continuation } from "./continuation.ts";
import { decodeAll, type DecodingTime } from "./decodeAll.ts";
import { promptDecoding, type DecodingRequest } from "./request.ts";
import type { DecodingVocabulary } from "./vocabulary.ts";

export interface Generation<Rule extends string> {
  /** Best first; samples in their order. None where all have departed from the required text. */
  readonly continuations: readonly Continuation<Rule>[];
  readonly milliseconds: DecodingTime;
}

/**
 * The tree keeps what it has read, so a prompt that begins like the last one is read from where they part.
 *
 * @throws the signal's reason between two steps once it is aborted; UserError "context-full"
 */
export async function generate<Rule extends string>(
  { tree, vocabulary }: { readonly tree: TokenTree; readonly vocabulary: DecodingVocabulary },
  ids: readonly number[],
  request: DecodingRequest<Rule>,
  signal?: AbortSignal,
): Promise<Generation<Rule>> {
  const { prompt, strategies, returned } = promptDecoding(ids, request, vocabulary, tree.hasEncoder);
  let milliseconds: DecodingTime = { prefill: 0, decode: 0 };
  const onDone = (time: DecodingTime): void => {
    milliseconds = time;
  };
  const tasks = strategies.map((strategy) => ({ prompt, strategy, onDone }));
  await decodeAll(tree, tasks, signal);
  return { continuations: strategies.flatMap((strategy) => strategy.found()).slice(0, returned), milliseconds };
}
