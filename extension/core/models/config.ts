/** What Graft needs to know of a model to build it, in Graft's own terms. */

import type { Heads } from "../graph/primitives/fused.ts";

/**
 * A decoder-only model with rotary positions and grouped attention heads, as far as those see it who do not care for its
 * architecture. What else its forward pass needs stands in its architecture's own type.
 */
export interface ModelConfig {
  /** The architecture, by its Hugging Face model_type. */
  readonly modelType: string;
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  /** The most tokens that a prompt and its completion may have together. */
  readonly contextLength: number;
  readonly attention: Heads;
  readonly rotary: Rotary;
}

/** How positions turn queries and keys. */
export interface Rotary {
  /** Radians by which pair i of a head turns at each position; what the pairs do not cover stays as it is. */
  readonly frequencies: readonly number[];
  /** A factor on what turns. */
  readonly magnitude: number;
  /** Whether pair i is (2i, 2i + 1), or else (i, i + number of pairs). */
  readonly interleaved: boolean;
}
