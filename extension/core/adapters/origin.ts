/** What every adapter tells about itself, whatever its method. */

/** What an adapter was trained on. */
export interface Origin {
  /** As its author named it; may be empty. */
  readonly baseModel: string;
  /** Identity of the weights before they were rounded; absent where the adapter comes from elsewhere. See `InstalledBase.identity`. */
  readonly baseIdentity?: string;
}

export interface AnyAdapter extends Origin {
  /** The name of its method. */
  readonly method: string;
  readonly name: string;
}

/** Values that are only counted: enough to describe an adapter, and to tell what it fits. */
export interface Counted {
  readonly length: number;
}

/** What an adapter does to one linear module: y = output ⊙ (W·(input ⊙ x) + b + scaling · B·A·(input ⊙ x)). */
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
