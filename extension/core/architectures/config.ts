/** What Graft needs to know of a model to build it, in Graft's own terms. */

import type { Heads } from "../graph/primitives/fused.ts";

/**
 * A model as far as those see it who do not care for its architecture. What else its forward pass needs stands in its
 * architecture's own type.
 */
export type ModelConfig = DecoderConfig | EncoderDecoderConfig;

interface CommonConfig {
  /** The architecture, by its Hugging Face model_type. */
  readonly modelType: string;
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  /** Those that write: of the decoder, where there is an encoder, too. */
  readonly layers: number;
  readonly attention: Heads;
}

/** A decoder-only model with rotary positions and grouped attention heads. */
export interface DecoderConfig extends CommonConfig {
  /** The most tokens that a prompt and its completion may have together. */
  readonly contextLength: number;
  readonly rotary: Rotary;
}

/** A model whose encoder reads the prompt, in both directions, and whose decoder writes behind a token of its own. */
export interface EncoderDecoderConfig extends CommonConfig {
  /** The most tokens that the encoder reads, and the most that the decoder writes. */
  readonly contextLength: number;
  /** What the decoder starts from. */
  readonly startToken: number;
}

export function isEncoderDecoder(config: ModelConfig): config is EncoderDecoderConfig {
  return "startToken" in config;
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
