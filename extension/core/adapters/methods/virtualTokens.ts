/** Code that prompt and prefix tuning share: virtual tokens in front of the text, which PEFT stores as one tensor. */

import * as z from "zod";
import { UserError } from "../../foundation/errors.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import { isEncoderDecoder, type ModelConfig } from "../../architectures/config.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { mismatch } from "../fit/mismatch.ts";
import type { AdapterHost } from "../fit/adapterHost.ts";
import type { AnyAdapter } from "../origin.ts";
import { invalid } from "../formats/peftErrors.ts";
import type { AdapterTensor } from "../formats/peftModules.ts";
import type { MethodBase } from "./method.ts";

/** PEFT's key of this tensor. */
export const virtualTokensKey = "prompt_embeddings";

/**
 * Number of stacks in the base: 1 for a decoder, 2 with an encoder. PEFT stores `tokens` embeddings for each stack and uses only
 * those of the first.
 */
export type Stacks = 1 | 2;

export interface VirtualTokenSettings {
  readonly virtualTokens: number;
  readonly initText: string;
}

export const virtualTokenFields = {
  virtualTokens: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe("Virtual tokens in front of the text; by default 20 for a prompt, 10 for a prefix"),
  initText: z.string().optional().describe("Text to initialize the virtual tokens with; empty for random values"),
};

/** The text that the paper initializes prompts with. Its prefixes start from random values. */
export const paperText = "Generate Python code given a natural language instruction.";

export const peftSchema = z.object({
  num_virtual_tokens: z.int().positive(),
  token_dim: z.int().positive(),
  num_transformer_submodules: z.union([z.literal(1), z.literal(2)]).default(1),
});

export function peftFields({ tokens, stacks }: { readonly tokens: number; readonly stacks: Stacks }) {
  return {
    num_virtual_tokens: tokens,
    num_transformer_submodules: stacks,
    ...(stacks === 2 && { task_type: "SEQ_2_SEQ_LM" }),
  };
}

export function stacksOf(config: ModelConfig): Stacks {
  return isEncoderDecoder(config) ? 2 : 1;
}

export function virtualTokensText(tokens: number): Said {
  return tokens === 1 ? say`1 virtual token` : say`${tokens} virtual tokens`;
}

/** @throws UserError "option-invalid" if the virtual tokens fill more than half of the context */
export function checkRoom(tokens: number, { name, config: { contextLength } }: MethodBase): void {
  if (2 * tokens <= contextLength) return;
  const message = say`Cannot train ${tokens} virtual tokens for ${name}: its context holds ${contextLength} tokens.`;
  throw new UserError("option-invalid", message, say`Use at most ${contextLength / 2} virtual tokens.`);
}

/**
 * Returns the values of the only tensor.
 *
 * @throws UserError "adapter-invalid" if there are other tensors, or the shape differs from `expected`
 */
export function valuesFrom<Values>(
  name: string,
  expected: readonly [rows: number, columns: number],
  tensors: ReadonlyMap<string, AdapterTensor<Values>>,
): Values {
  const foreign = [...tensors.keys()].find((key) => key !== virtualTokensKey);
  if (foreign !== undefined) throw invalid(name, say`it holds "${foreign}" instead of "${virtualTokensKey}" alone`);
  const { shape, values } = tensors.get(virtualTokensKey)!;
  if (shape.join() === expected.join()) return values;
  const [found, said] = [shape.join(", "), expected.join(", ")];
  throw invalid(name, say`"${virtualTokensKey}" has the shape [${found}], adapter_config.json says [${said}]`);
}

/** Repeats the tokens of a text, with the model's special tokens around it, up to `count`; null if the text is empty. */
export function repeatedText(count: number, text: string, tokenizer: Tokenizer): readonly number[] | null {
  const ids = text === "" ? [] : tokenizer.encode(text);
  if (ids.length === 0) return null;
  const framed = [...tokenizer.beginning, ...ids, ...tokenizer.ending];
  return Array.from({ length: count }, (_, i) => framed[i % framed.length]!);
}

/**
 * @throws UserError "adapter-mismatch" if only one of adapter and model has an encoder, or if the virtual tokens fill the context
 */
export function checkVirtualTokens(
  adapter: AnyAdapter & { readonly stacks: Stacks; readonly tokens: number },
  host: AdapterHost,
): void {
  const { contextLength } = host.config;
  if (adapter.tokens >= contextLength) {
    const reason = say`its ${adapter.tokens} virtual tokens leave no room for a text, the context holds ${contextLength} tokens`;
    throw mismatch(adapter, host.name, reason);
  }
  const hasEncoder = isEncoderDecoder(host.config);
  if ((adapter.stacks === 2) === hasEncoder) return;
  const reason = hasEncoder
    ? say`it was trained for a model without an encoder, the loaded model has one`
    : say`it was trained for a model with an encoder, the loaded model has none`;
  throw mismatch(adapter, host.name, reason);
}
