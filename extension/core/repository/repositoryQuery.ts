/**
 * A question to the repository index and its answer. Both hold plain text: the index knows no base, no tokens and no prompt.
 */

import * as z from "zod";

/** A part of another file that a model may read before the file. */
export const snippetSchema = z.object({
  /** Relative to the root of the repository, with forward slashes. */
  path: z.string(),
  text: z.string(),
});
export type Snippet = z.output<typeof snippetSchema>;

/** A place in another file where the text before the cursor occurs again. */
export const copySchema = z.object({
  path: z.string(),
  /** The text before the place; it ends as the text before the cursor does. */
  before: z.string(),
  /** The text after the place, up to a few lines. */
  after: z.string(),
});
export type Copy = z.output<typeof copySchema>;

export interface RepositoryQuery {
  /** The file with the cursor, relative to the root: none of its own text is in the answer. */
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
  /** Places of other files that the user edited recently, the last first. */
  readonly edited?: readonly Snippet[];
  /** Paths of other files that are in the prompt. */
  readonly shown?: readonly string[];
}

export interface RepositoryAnswer {
  /** Definitions of imports and of names near the cursor, nearest to it first: signatures, first lines of docstrings, class skeletons. */
  readonly definitions: readonly Snippet[];
  /** Parts of files that share rare words with the lines before the cursor, most similar first. */
  readonly similar: readonly Snippet[];
  /** The edited places whose text the index holds. */
  readonly edited?: readonly Snippet[];
  /** Longest match first. */
  readonly copies: readonly Copy[];
  /** The shown paths that the index does not hold: the files are gone, or must not be read any more. */
  readonly gone?: readonly string[];
}
