/** Several continuations of a text, the likeliest first: a search in a batch of one. */

import type { TokenTree } from "../tree/tokenTree.ts";
import { beamSearch } from "./beamSearch.ts";
import { beginText, stopTokens, type Generated, type GenerateRequest, type Timed } from "./generate.ts";
import { decodeAll } from "./decodeAll.ts";
import { detokenizer } from "./detokenizer.ts";

/**
 * At most `width` continuations.
 *
 * @param tree that of the decoder
 * @throws the signal's reason between two steps once it is aborted; UserError "context-full"
 */
export async function generateSeveral(
  tree: TokenTree,
  request: Omit<GenerateRequest, "sampling">,
  width: number,
): Promise<readonly (Generated & Timed)[]> {
  const { tokenizer, ids, requiredText, maxTokens, ending, signal } = request;
  const startedAt = performance.now();
  const spelled = await beginText(request);
  const readAt = performance.now();
  const task = { maxTokens, ends: stopTokens(tokenizer), ending, write: detokenizer(tokenizer) };
  const search = beamSearch({ ...task, width, requiredText, spelled });
  const prompt = tree.hasEncoder ? [...ids, ...tokenizer.ending] : ids;
  await decodeAll(tree, [{ prompt, written: spelled.tokens, search, onDone: () => undefined }], signal);
  const milliseconds = { prefill: readAt - startedAt, decode: performance.now() - readAt };
  return search.found().map((generated) => ({ ...generated, milliseconds }));
}
