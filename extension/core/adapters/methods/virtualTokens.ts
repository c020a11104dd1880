/** What prompt and prefix tuning share: virtual tokens in front of the text, kept by PEFT as one tensor. */

import * as z from "zod";
import { UserError } from "../../foundation/errors.ts";
import { isEncoderDecoder, type ModelConfig } from "../../architectures/config.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { mismatch } from "../fit/mismatch.ts";
import type { AdapterHost } from "../fit/adapterHost.ts";
import type { AnyAdapter } from "../origin.ts";
import { invalid } from "../formats/peftErrors.ts";
import type { AdapterTensor } from "../formats/peftModules.ts";
import type { MethodBase } from "./method.ts";

/** PEFT's key of the only tensor. */
export const virtualTokensKey = "prompt_embeddings";

/**
 * Stacks of the base: 1 of a decoder, 2 of a model with an encoder. PEFT keeps `tokens` embeddings for each, and uses the first
 * ones alone.
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
    .describe("Virtual tokens in front of the text: 20 of a prompt, 10 of a prefix by default"),
  initText: z.string().optional().describe("Text that the virtual tokens start from; empty to start at random"),
};

/** Of the paper's prompts. Its prefixes start at random. */
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

/** @throws UserError "option-invalid" where virtual tokens leave no room for a text */
export function checkRoom(tokens: number, { name, config: { contextLength } }: MethodBase): void {
  if (2 * tokens <= contextLength) return;
  const message = `Cannot train ${tokens} virtual tokens for ${name}: its context holds ${contextLength} tokens.`;
  throw new UserError("option-invalid", message, `Give ${contextLength / 2} virtual tokens at most.`);
}

/**
 * The values of the only tensor.
 *
 * @throws UserError "adapter-invalid" where there are others, or its shape is another
 */
export function valuesFrom<Values>(
  name: string,
  expected: readonly [rows: number, columns: number],
  tensors: ReadonlyMap<string, AdapterTensor<Values>>,
): Values {
  const foreign = [...tensors.keys()].find((key) => key !== virtualTokensKey);
  if (foreign !== undefined) throw invalid(name, `it holds "${foreign}" instead of "${virtualTokensKey}" alone`);
  const { shape, values } = tensors.get(virtualTokensKey)!;
  if (shape.join() === expected.join()) return values;
  const says = `adapter_config.json says [${expected.join(", ")}]`;
  throw invalid(name, `"${virtualTokensKey}" has the shape [${shape.join(", ")}], ${says}`);
}

/** The tokens of a text, as the model expects one, again and again up to `count`; null where the text is empty. */
export function repeatedText(count: number, text: string, tokenizer: Tokenizer): readonly number[] | null {
  const ids = text === "" ? [] : tokenizer.encode(text);
  if (ids.length === 0) return null;
  const framed = [...tokenizer.beginning, ...ids, ...tokenizer.ending];
  return Array.from({ length: count }, (_, i) => framed[i % framed.length]!);
}

/**
 * @throws UserError "adapter-mismatch" where one of adapter and model has an encoder and the other has none, and where the virtual
 * tokens fill the context
 */
export function checkVirtualTokens(
  adapter: AnyAdapter & { readonly stacks: Stacks; readonly tokens: number },
  host: AdapterHost,
): void {
  const { contextLength } = host.config;
  if (adapter.tokens >= contextLength) {
    const reason = `its ${adapter.tokens} virtual tokens leave no room for a text, the context holds ${contextLength} tokens`;
    throw mismatch(adapter, host.name, reason);
  }
  const hasEncoder = isEncoderDecoder(host.config);
  if ((adapter.stacks === 2) === hasEncoder) return;
  const [trained, loaded] = hasEncoder ? ["without an encoder", "one"] : ["with an encoder", "none"];
  throw mismatch(adapter, host.name, `it was trained for a model ${trained}, the loaded model has ${loaded}`);
}
