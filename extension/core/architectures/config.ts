/** A model's configuration in Graft's own terms. */

import type { Heads } from "../graph/primitives/fused.ts";

/**
 * The configuration that all architectures share. Each architecture extends it with the fields that its own forward pass needs.
 */
export type ModelConfig = DecoderConfig | EncoderDecoderConfig;

interface CommonConfig {
  /** The architecture, by its Hugging Face model_type. */
  readonly modelType: string;
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  /** The number of layers; for an encoder-decoder, of the decoder. */
  readonly layers: number;
  readonly attention: Heads;
}

/** A decoder-only model with rotary positions and grouped-query attention. */
export interface DecoderConfig extends CommonConfig {
  /** The maximum length in tokens of a prompt with its completion. */
  readonly contextLength: number;
  readonly rotary: Rotary;
}

/** A model whose bidirectional encoder reads the prompt, and whose decoder generates after a start token. */
export interface EncoderDecoderConfig extends CommonConfig {
  /** The maximum number of tokens that the encoder reads, and that the decoder writes. */
  readonly contextLength: number;
  /** The token that the decoder starts with. */
  readonly startToken: number;
}

export function isEncoderDecoder(config: ModelConfig): config is EncoderDecoderConfig {
  return "startToken" in config;
}

/** The rotation of queries and keys by position. */
export interface Rotary {
  /** Radians per position by which pair i of a head rotates. Elements outside the pairs do not rotate. */
  readonly frequencies: readonly number[];
  /** A factor on the rotated elements. */
  readonly magnitude: number;
  /** Whether pair i is (2i, 2i + 1) instead of (i, i + number of pairs). */
  readonly interleaved: boolean;
}
