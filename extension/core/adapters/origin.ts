/** The facts that every adapter has, whatever its method. */

/** The base that an adapter was trained on. */
export interface Origin {
  /** The base's name, as the adapter's author wrote it; may be empty. */
  readonly baseModel: string;
  /** Identity of the weights before rounding; absent if Graft did not train the adapter. See `InstalledBase.identity`. */
  readonly baseIdentity?: string;
}

export interface AnyAdapter extends Origin {
  /** The name of its method. */
  readonly method: string;
  readonly name: string;
}

/** The number of values without the values. This is enough to describe an adapter and to check what it fits. */
export interface Counted {
  readonly length: number;
}

/** An adapter's effect on one linear module: y = output ⊙ (W·(input ⊙ x) + b + scaling · B·A·(input ⊙ x)). */
export interface ModuleUpdate {
  readonly lowRank?: {
    /** [rank, inFeatures] */
    readonly a: Float32Array;
    /** [outFeatures, rank] */
    readonly b: Float32Array;
    readonly rank: number;
    readonly scaling: number;
  };
  /** [inFeatures] */
  readonly input?: Float32Array;
  /** [outFeatures] */
  readonly output?: Float32Array;
}
