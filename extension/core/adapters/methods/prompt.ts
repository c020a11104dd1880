/** Prompt tuning (Lester et al. 2021, arXiv 2104.08691): trains embeddings in front of those of the text. */

import { seededRandom } from "../../foundation/random.ts";
import { say } from "../../foundation/words/said.ts";
import { slice } from "../../graph/primitives/shaping.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { otherHiddenSize } from "../fit/mismatch.ts";
import type { AnyAdapter, Counted } from "../origin.ts";
import { parsePeft } from "../formats/peftErrors.ts";
import type { Attachment, ParameterOf } from "./attachment.ts";
import type { AdapterKind, Method, StartContext } from "./method.ts";
import { normOf } from "./norms.ts";
import {
  checkRoom,
  checkVirtualTokens,
  paperText,
  peftFields,
  peftSchema,
  repeatedText,
  stacksOf,
  valuesFrom,
  virtualTokenFields,
  virtualTokensText,
  virtualTokensKey,
  type Stacks,
  type VirtualTokenSettings,
} from "./virtualTokens.ts";

export interface PromptAdapter<Values = Float32Array> extends AnyAdapter {
  readonly method: "prompt";
  readonly tokens: number;
  readonly hiddenSize: number;
  readonly stacks: Stacks;
  /** [stacks · tokens, hiddenSize] */
  readonly values: Values;
}

export function isPrompt(adapter: AnyAdapter | null): adapter is PromptAdapter {
  return adapter?.method === prompt.name;
}

type PromptFacts = Pick<PromptAdapter, "tokens" | "hiddenSize" | "stacks">;
export type PromptSpec = Pick<PromptAdapter, "method"> & PromptFacts;

const adapter: AdapterKind<PromptAdapter, PromptAdapter<Counted>, PromptFacts, VirtualTokenSettings, PromptSpec> = {
  peftType: "PROMPT_TUNING",
  readConfig(name, config) {
    const c = parsePeft(name, peftSchema, config);
    return { tokens: c.num_virtual_tokens, hiddenSize: c.token_dim, stacks: c.num_transformer_submodules };
  },
  configOf: (own) => ({ ...peftFields(own), token_dim: own.hiddenSize, prompt_tuning_init: "RANDOM" }),
  fromTensors: (name, facts, tensors) => ({
    name,
    ...facts,
    method: "prompt",
    values: valuesFrom(name, shapeOf(facts), tensors),
  }),
  tensorsOf: (own) => new Map([[virtualTokensKey, { shape: shapeOf(own), values: own.values }]]),
  factsOf: ({ tokens, hiddenSize, stacks }) => ({ tokens, hiddenSize, stacks }),
  decides: ({ tokens }) => ({
    settings: { virtualTokens: tokens },
    labels: { virtualTokens: say`number of virtual tokens` },
  }),
  checkFits(own, host) {
    checkVirtualTokens(own, host);
    const { hiddenSize } = host.config;
    if (own.hiddenSize !== hiddenSize) throw otherHiddenSize(own, host.name, own.hiddenSize, hiddenSize);
  },
  label: ({ tokens }) => say`prompt tuning, ${virtualTokensText(tokens)}`,
  describe: ({ tokens, hiddenSize }) => say`prompt tuning, ${virtualTokensText(tokens)} of ${hiddenSize}`,
  norms: ({ tokens, hiddenSize, values }) =>
    Array.from({ length: tokens }, (_, token) => {
      const own = values.subarray(token * hiddenSize, (token + 1) * hiddenSize);
      return { layer: `token ${token}`, module: "embedding", norm: normOf(own) };
    }),
  meaningOfNorms: "Norm of each virtual token:",
};

export const prompt: Method<typeof virtualTokenFields, VirtualTokenSettings, PromptSpec, typeof adapter> = {
  name: "prompt",
  title: "Prompt tuning",
  summary: "Adds a few trained tokens in front of every prompt. Smallest effect.",
  fields: virtualTokenFields,
  learningRates: { small: 3e-2, large: 3e-3, paper: 3e-3 },
  resolve: ({ virtualTokens, initText }) => ({
    virtualTokens: virtualTokens ?? 20,
    initText: initText ?? paperText,
  }),
  spec({ virtualTokens: tokens }, base) {
    checkRoom(tokens, base);
    return { method: "prompt", tokens, hiddenSize: base.config.hiddenSize, stacks: stacksOf(base.config) };
  },
  fingerprint: ({ virtualTokens, initText }) => ({ virtualTokens, initText }),
  attach,
  firstValues,
  virtualTokens: ({ tokens }) => ({ count: tokens, areRead: true }),
  adapter,
};

function shapeOf({ stacks, tokens, hiddenSize }: PromptFacts): [rows: number, columns: number] {
  return [stacks * tokens, hiddenSize];
}

function attach(spec: PromptSpec, parameterOf: ParameterOf): Attachment {
  const embeddings = parameterOf(virtualTokensKey, shapeOf(spec));
  // For a model with an encoder, PEFT also keeps embeddings for the decoder, but never uses them.
  return { prompt: spec.stacks === 1 ? embeddings : slice(embeddings, 0, spec.tokens, 0) };
}

/** Returns the base's embeddings of a text (PEFT's prompt_tuning_init="TEXT") or of random tokens ("SAMPLE_VOCAB"). */
async function firstValues(
  { stacks, tokens }: PromptSpec,
  { initText }: VirtualTokenSettings,
  start: StartContext,
): Promise<Map<string, Float32Array>> {
  const count = stacks * tokens;
  const ids = repeatedText(count, initText, start.tokenizer) ?? tokensAtRandom(count, start.tokenizer, start.seed);
  const rows = await start.embeddingsOf(ids);
  return new Map([[virtualTokensKey, Float32Array.from(rows.flatMap((row) => [...row]))]]);
}

function tokensAtRandom(count: number, { vocabularySize }: Tokenizer, seed: number): readonly number[] {
  const random = seededRandom(seed, "virtual tokens");
  return Array.from({ length: count }, () => random.integer(vocabularySize));
}
