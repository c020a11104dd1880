/** Prompt tuning (Lester et al. 2021, arXiv 2104.08691): embeddings in front of those of the text. */

import type { PromptAdapter } from "../adapter.ts";
import { virtualTokensKey } from "../peftTensors.ts";
import type { Sequence } from "../../dataset/sequence.ts";
import { slice } from "../../graph/primitives/shaping.ts";
import type { Attachment, ParameterOf } from "./attachment.ts";

export type PromptSpec = Pick<PromptAdapter, "method" | "tokens" | "hiddenSize" | "stacks">;

export function attachPrompt({ tokens, hiddenSize, stacks }: PromptSpec, parameterOf: ParameterOf): Attachment {
  const embeddings = parameterOf(virtualTokensKey, [stacks * tokens, hiddenSize]);
  // Of a model with an encoder, PEFT keeps embeddings for the decoder, too, and never uses them.
  return { prompt: stacks === 1 ? embeddings : slice(embeddings, 0, tokens, 0) };
}

/** What an encoder reads first is its prompt, as ids below 0; {@link packedEncoderDecoder} puts the embeddings there. */
export function behindPrompt(sequence: Sequence, tokens: number): Sequence {
  const virtual = Array.from({ length: tokens }, (_, i) => i - tokens);
  return { ...sequence, encoderIds: [...virtual, ...(sequence.encoderIds ?? [])] };
}

/**
 * First values: the base's own embeddings of a text, as PEFT's prompt_tuning_init="TEXT", or of tokens at random, as
 * "SAMPLE_VOCAB".
 *
 * @param ids as many as there are virtual tokens, of both stacks
 * @param embeddingOf a row of the base's table
 */
export async function firstPrompt(
  ids: readonly number[],
  embeddingOf: (id: number) => Promise<Float32Array>,
): Promise<Map<string, Float32Array>> {
  const rows = await Promise.all(ids.map(embeddingOf));
  return new Map([[virtualTokensKey, Float32Array.from(rows.flatMap((row) => [...row]))]]);
}
