/** Looks up the places that the user edited recently in the index: a model must not read text that the index does not hold. */

import type { Files } from "./definitions/lookup.ts";
import type { RepositoryQuery, Snippet } from "./repositoryQuery.ts";

/** Returns the places whose text the index holds unchanged, in their order. */
export function findEdited(files: Files, { edited = [] }: RepositoryQuery): Snippet[] {
  return edited.filter(({ path, text }) => {
    const place = files.place(path);
    if (!place || text.trim() === "") return false;
    const { segment } = place.part;
    const { start, end } = segment.files[place.file]!;
    return segment.text.subarray(start, end).includes(text);
  });
}
