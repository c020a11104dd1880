/** What Graft needs to know of a model to build it, in Graft's own terms. */

import type { Heads } from "../graph/primitives/fused.ts";

/** A decoder-only model with rotary positions and grouped attention heads. */
export interface ModelConfig {
  /** The architecture, by its Hugging Face model_type. */
  readonly modelType: string;
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  /** The most tokens that a prompt and its completion may have together. */
  readonly contextLength: number;
  readonly attention: Heads;
  readonly intermediateSize: number;
  readonly normEpsilon: number;
  readonly ropeTheta: number;
  /** Whether the embedding is the output head, too. */
  readonly tiedHead: boolean;
  /** Which products add a bias. */
  readonly bias: { readonly qkv: boolean; readonly output: boolean; readonly feedForward: boolean };
}
