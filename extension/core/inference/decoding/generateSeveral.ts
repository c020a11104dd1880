/** Several continuations of a text, the likeliest first: a search in a batch of one. */

import type { TokenForest } from "../tree/forest.ts";
import { beamSearch } from "./beamSearch.ts";
import { beginText, stopTokens, type Generated, type GenerateRequest, type Timed } from "./generate.ts";
import { searchAll } from "./searchAll.ts";
import { textWriter } from "./writtenText.ts";

/**
 * At most `width` continuations.
 *
 * @param forest that of the decoder
 * @throws the signal's reason between two steps once it is aborted; UserError "context-full"
 */
export async function generateSeveral(
  forest: TokenForest,
  request: Omit<GenerateRequest, "sampling">,
  width: number,
): Promise<readonly (Generated & Timed)[]> {
  const { tokenizer, ids, owed, maxTokens, ending, signal } = request;
  const startedAt = performance.now();
  const spelled = await beginText(request);
  const readAt = performance.now();
  const task = { maxTokens, ends: stopTokens(tokenizer), ending, write: textWriter(tokenizer) };
  const search = beamSearch({ ...task, width, owed, spelled });
  const prompt = forest.hasEncoder ? [...ids, ...tokenizer.ending] : ids;
  await searchAll(forest, [{ prompt, written: spelled.tokens, search, onDone: () => undefined }], signal);
  const milliseconds = { prefill: readAt - startedAt, decode: performance.now() - readAt };
  return search.found().map((generated) => ({ ...generated, milliseconds }));
}
