/** The interface of a completion engine to a replay: the text around a cursor in, ghost text and its cost out. */

/** A file with a cursor in it. */
export interface TypedDocument {
  /** Relative to its project. */
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
}

/** The tokens that a model has computed so far. */
export interface TokenCost {
  /** Read before the first new token: what the prompt does not share with the last one. */
  readonly prefilled: number;
  /** Read after it. */
  readonly decoded: number;
  /** Runs of the model. */
  readonly runs: number;
}

export interface Suggester {
  /**
   * Asks as the editor does in a pause of typing, and returns the ghost text; empty if nothing is shown.
   *
   * @throws the signal's reason once it is aborted
   */
  suggest(document: TypedDocument, signal: AbortSignal): Promise<string>;
  /** Returns the cost of everything so far, of cancelled requests, too. */
  spent(): TokenCost;
  release(): Promise<void>;
}

export function costSince(before: TokenCost, now: TokenCost): TokenCost {
  return {
    prefilled: now.prefilled - before.prefilled,
    decoded: now.decoded - before.decoded,
    runs: now.runs - before.runs,
  };
}
