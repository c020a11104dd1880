/** What a data set consists of. It knows no files and no tokens. */

/**
 * - pair: an instruction and the code that answers it (the paper's data sets);
 * - text: source code to go on with. `cut` says that it stops before its document does, so no end of text follows;
 * - fill: a gap in source code, between what stands before and after it.
 */
export type Example =
  | { readonly kind: "pair"; readonly intent: string; readonly code: string }
  | { readonly kind: "text"; readonly text: string; readonly cut?: boolean }
  | { readonly kind: "fill"; readonly prefix: string; readonly suffix: string; readonly middle: string };

/** Something that was left out, and why: listed beside the result instead of failing the whole. */
export interface Problem {
  /** A file, or a file and its 1-based line: "pairs.jsonl:12". */
  readonly where: string;
  readonly message: string;
}

export interface Dataset {
  readonly name: string;
  readonly examples: readonly Example[];
  readonly problems: readonly Problem[];
}
