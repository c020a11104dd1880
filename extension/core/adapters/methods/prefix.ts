/** Prefix tuning (Li and Liang 2021, arXiv 2101.00190): trains keys and values in front of those of the text, in each layer. */

import * as z from "zod";
import { seededRandom } from "../../foundation/random.ts";
import { say } from "../../foundation/words/said.ts";
import { reshape, split, transpose } from "../../graph/primitives/shaping.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { mismatch, otherLayers } from "../fit/mismatch.ts";
import type { AnyAdapter, Counted } from "../origin.ts";
import { parsePeft } from "../formats/peftErrors.ts";
import type { Attachment, ParameterOf } from "./attachment.ts";
import type { AdapterKind, Method, StartContext } from "./method.ts";
import { normOf, type AdapterNorm } from "./norms.ts";
import { dealtLayer } from "./prefixLayers.ts";
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

export interface PrefixAdapter<Values = Float32Array> extends AnyAdapter {
  readonly method: "prefix";
  readonly tokens: number;
  readonly layers: number;
  /** Number of key and value heads. */
  readonly kvHeads: number;
  readonly headSize: number;
  readonly stacks: Stacks;
  /** [tokens, layers, key and value, kvHeads, headSize] */
  readonly values: Values;
}

export function isPrefix(adapter: AnyAdapter | null): adapter is PrefixAdapter {
  return adapter?.method === prefix.name;
}

type PrefixFacts = Pick<PrefixAdapter, "tokens" | "layers" | "kvHeads" | "headSize" | "stacks">;
export type PrefixSpec = Pick<PrefixAdapter, "method"> & PrefixFacts;

/** PEFT's `token_dim` and `num_attention_heads` count the key and value heads, not all attention heads. */
const prefixSchema = peftSchema
  .extend({ num_layers: z.int().positive(), num_attention_heads: z.int().positive() })
  .refine((c) => c.token_dim % c.num_attention_heads === 0, {
    error: ({ input }) => {
      const { token_dim, num_attention_heads } = input as Record<string, unknown>;
      return `token_dim ${String(token_dim)} is no multiple of num_attention_heads ${String(num_attention_heads)}`;
    },
  });

const adapter: AdapterKind<PrefixAdapter, PrefixAdapter<Counted>, PrefixFacts, VirtualTokenSettings, PrefixSpec> = {
  peftType: "PREFIX_TUNING",
  readConfig(name, config) {
    // A projection (prefix_projection) is only used in training. PEFT saves its results, so the flag does not matter here.
    const c = parsePeft(name, prefixSchema, config);
    return {
      tokens: c.num_virtual_tokens,
      layers: c.num_layers,
      kvHeads: c.num_attention_heads,
      headSize: c.token_dim / c.num_attention_heads,
      stacks: c.num_transformer_submodules,
    };
  },
  configOf: (own) => ({
    ...peftFields(own),
    token_dim: own.kvHeads * own.headSize,
    num_layers: own.layers,
    num_attention_heads: own.kvHeads,
    // The size of a projection. There is none here, but PEFT writes this key anyway.
    encoder_hidden_size: own.kvHeads * own.headSize,
    prefix_projection: false,
  }),
  fromTensors: (name, facts, tensors) => ({
    name,
    ...facts,
    method: "prefix",
    values: valuesFrom(name, shapeOf(facts), tensors),
  }),
  tensorsOf: (own) => new Map([[virtualTokensKey, { shape: shapeOf(own), values: own.values }]]),
  factsOf: ({ tokens, layers, kvHeads, headSize, stacks }) => ({ tokens, layers, kvHeads, headSize, stacks }),
  decides: ({ tokens }) => ({
    settings: { virtualTokens: tokens },
    labels: { virtualTokens: say`number of virtual tokens` },
  }),
  checkFits(own, host) {
    checkVirtualTokens(own, host);
    const { layers, attention } = host.config;
    if (own.layers !== layers) throw otherLayers(own, host.name, own.layers, layers);
    const { kvHeads, headSize } = own;
    if (kvHeads === attention.kvHeads && headSize === attention.headSize) return;
    const found = say`it was trained for ${kvHeads} key and value heads of size ${headSize}`;
    throw mismatch(own, host.name, say`${found}, the loaded model has ${attention.kvHeads} of ${attention.headSize}`);
  },
  label: ({ tokens }) => say`prefix tuning, ${virtualTokensText(tokens)}`,
  describe: ({ tokens, layers, kvHeads, headSize }) =>
    say`prefix tuning, ${virtualTokensText(tokens)} in ${layers} layers of ${kvHeads} heads of ${headSize}`,
  norms,
  meaningOfNorms: "Norm of the keys and values:",
};

export const prefix: Method<typeof virtualTokenFields, VirtualTokenSettings, PrefixSpec, typeof adapter> = {
  name: "prefix",
  title: "Prefix tuning",
  summary: "Adds trained tokens in front of the text in every layer. Medium effect.",
  fields: virtualTokenFields,
  learningRates: { small: 1e-1, large: 3e-2, paper: 3e-2 },
  resolve: ({ virtualTokens, initText }, { preset }) => ({
    virtualTokens: virtualTokens ?? 10,
    initText: initText ?? (preset === "paper" ? "" : paperText),
  }),
  spec({ virtualTokens: tokens }, base) {
    checkRoom(tokens, base);
    const { layers, attention } = base.config;
    const { kvHeads, headSize } = attention;
    return { method: "prefix", tokens, layers, kvHeads, headSize, stacks: stacksOf(base.config) };
  },
  fingerprint: ({ virtualTokens, initText }) => ({ virtualTokens, initText }),
  attach,
  firstValues,
  virtualTokens: ({ tokens }) => ({ count: tokens, areRead: false }),
  adapter,
};

function shapeOf({ tokens, layers, kvHeads, headSize }: PrefixFacts): [rows: number, columns: number] {
  return [tokens, 2 * layers * kvHeads * headSize];
}

function attach(spec: PrefixSpec, parameterOf: ParameterOf): Attachment {
  const { tokens, layers, kvHeads, headSize } = spec;
  const all = parameterOf(virtualTokensKey, shapeOf(spec));
  // Order: key of the first layer, value of the first layer, key of the second layer, and so on.
  const parts = split(all, new Array<number>(2 * layers).fill(kvHeads * headSize), 1);
  const perHead = (part: Tensor): Tensor => transpose(reshape(part, [tokens, kvHeads, headSize]), [1, 0, 2]);
  return {
    prefix: {
      tokens,
      of: (layer) => {
        const first = 2 * dealtLayer(spec, layer);
        return { key: perHead(parts[first]!), value: perHead(parts[first + 1]!) };
      },
    },
  };
}

/** Returns a decoder's keys and values of a text (Li and Liang 2021, section 7.4); otherwise normally distributed, as in PEFT. */
async function firstValues(
  spec: PrefixSpec,
  { initText }: VirtualTokenSettings,
  start: StartContext,
): Promise<Map<string, Float32Array>> {
  const { tokens, layers, kvHeads, headSize } = spec;
  const values = new Float32Array(tokens * 2 * layers * kvHeads * headSize);
  const ids = repeatedText(tokens, initText, start.tokenizer);
  // With an encoder, the decoder's keys and values depend on the encoder's input.
  if (!ids || start.hasEncoder) {
    const random = seededRandom(start.seed, "virtual tokens");
    for (let i = 0; i < values.length; i++) values[i] = random.normal();
    return new Map([[virtualTokensKey, values]]);
  }
  for (const [layer, { key, value }] of (await start.keysAndValuesOf(ids)).entries()) {
    for (const [part, kept] of [key, value].entries()) {
      for (let head = 0; head < kvHeads; head++) {
        for (let token = 0; token < tokens; token++) {
          const from = (head * tokens + token) * headSize;
          const to = ((token * 2 * layers + 2 * layer + part) * kvHeads + head) * headSize;
          values.set(kept.subarray(from, from + headSize), to);
        }
      }
    }
  }
  return new Map([[virtualTokensKey, values]]);
}

function norms({ tokens, layers, kvHeads, headSize, values }: PrefixAdapter): AdapterNorm[] {
  const width = kvHeads * headSize;
  return Array.from({ length: 2 * layers }, (_, i) => {
    const ofTokens = Array.from({ length: tokens }, (_row, token) => {
      const start = (token * 2 * layers + i) * width;
      return normOf(values.subarray(start, start + width));
    });
    return { layer: `layer ${Math.floor(i / 2)}`, module: i % 2 === 0 ? "key" : "value", norm: normOf(ofTokens) };
  });
}
