/** Writes tokens as people read them: as text, with special tokens by their names. */

import type { Place, Tokenizer } from "./tokenizer.ts";

export function namedText(
  tokenizer: Pick<Tokenizer, "decode" | "specialIds" | "nameOf">,
  ids: readonly number[],
  place: Place = "start",
): string {
  let text = "";
  let plain: number[] = [];
  const flush = (): void => {
    if (plain.length > 0) text += tokenizer.decode(plain, text === "" ? place : "inside");
    plain = [];
  };
  for (const id of ids) {
    if (!tokenizer.specialIds.has(id)) plain.push(id);
    else {
      flush();
      text += tokenizer.nameOf(id);
    }
  }
  flush();
  return text;
}
