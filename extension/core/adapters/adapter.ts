/** An adapter as values: what each kind consists of once it is trained. It knows no files and no graphs. */

/** What an adapter was trained on. */
export interface Origin {
  /** As its author named it; may be empty. */
  readonly baseModel: string;
  /** Of the weights, before they were rounded; absent where the adapter comes from elsewhere. See `InstalledBase.identity`. */
  readonly baseIdentity?: string;
}

/** y = W·x + scaling · B·A·x (Hu et al. 2021). */
export interface LoraAdapter<Values = Float32Array> extends Origin {
  readonly method: "lora";
  readonly name: string;
  readonly rank: number;
  readonly alpha: number;
  /** Of the adapter's input, in training only. */
  readonly dropout: number;
  readonly rsLora: boolean;
  /** {@link loraScaling} of the three above. */
  readonly scaling: number;
  /** By module path, such as "model.layers.0.self_attn.q_proj". */
  readonly modules: ReadonlyMap<string, LoraMatrices<Values>>;
}

export interface LoraMatrices<Values = Float32Array> {
  /** [rank, inFeatures] */
  readonly a: Values;
  /** [outFeatures, rank] */
  readonly b: Values;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** y = l ⊙ (W·x + b), or W·(l ⊙ x) + b in feed-forward modules (Liu et al. 2022, arXiv 2205.05638). */
export interface Ia3Adapter<Values = Float32Array> extends Origin {
  readonly method: "ia3";
  readonly name: string;
  /** By module path. */
  readonly modules: ReadonlyMap<string, Ia3Factors<Values>>;
}

export interface Ia3Factors<Values = Float32Array> {
  /** Which side of the module is scaled. */
  readonly on: "input" | "output";
  /** [inFeatures] or [outFeatures] */
  readonly values: Values;
}

/** Embeddings in front of those of the text (Lester et al. 2021, arXiv 2104.08691). */
export interface PromptAdapter<Values = Float32Array> extends Origin {
  readonly method: "prompt";
  readonly name: string;
  readonly tokens: number;
  readonly hiddenSize: number;
  /**
   * Of the base: 1 of a decoder, 2 of a model with an encoder. PEFT keeps `tokens` embeddings for each, and uses the first
   * ones alone.
   */
  readonly stacks: 1 | 2;
  /** [stacks · tokens, hiddenSize] */
  readonly values: Values;
}

/** Keys and values in front of those of the text, in each layer (Li and Liang 2021, arXiv 2101.00190). */
export interface PrefixAdapter<Values = Float32Array> extends Origin {
  readonly method: "prefix";
  readonly name: string;
  readonly tokens: number;
  readonly layers: number;
  /** Heads that have keys and values of their own. */
  readonly kvHeads: number;
  readonly headSize: number;
  /** As in {@link PromptAdapter}. */
  readonly stacks: 1 | 2;
  /** [tokens, layers, key and value, kvHeads, headSize] */
  readonly values: Values;
}

/** What attaches to modules of the base, and could be merged into their weights. */
export type ModuleAdapter<Values = Float32Array> = LoraAdapter<Values> | Ia3Adapter<Values>;

export type Adapter<Values = Float32Array> = ModuleAdapter<Values> | PromptAdapter<Values> | PrefixAdapter<Values>;

/** An adapter whose values are only counted: enough to describe it, and to tell what it fits. */
export type AdapterOutline = Adapter<Counted>;

export interface Counted {
  readonly length: number;
}

/** alpha/rank, or alpha/√rank for rank-stabilized LoRA (Kalajdzievski 2023, arXiv 2312.03732). */
export function loraScaling(rank: number, alpha: number, rsLora: boolean): number {
  return rsLora ? alpha / Math.sqrt(rank) : alpha / rank;
}
