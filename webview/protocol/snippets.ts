/** The snippets that the user has selected to train on, for the training view. */

export interface SnippetsState {
  snippets: readonly SnippetShown[];
  /** The one that was removed last and can be restored. */
  removed?: string;
  /** When the user last asked for a training on them, in milliseconds since 1970: the form acts on each such request once. */
  chosenAt?: number;
}

export interface SnippetShown {
  path: string;
  lines: number;
  /** Its first line; empty if it is left out. */
  start: string;
  /** Why a training leaves it out: one of the reasons of LeftOut. */
  reason?: string;
}
