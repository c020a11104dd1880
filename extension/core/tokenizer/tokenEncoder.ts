/**
 * Encodes text with the transformers.js library and works around its known bugs: rewrites those parts of a tokenizer.json that it
 * interprets differently from the reference implementation (huggingface/tokenizers).
 */

import * as z from "zod";
import { charsmapNormalizer } from "./charsmap.ts";
import { unigramEncoder } from "./unigram.ts";

/** A part of a tokenizer.json, such as a pre-tokenizer. */
export interface Part {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The parts of a tokenizer.json that encoding needs. */
export interface EncoderFiles {
  readonly normalizer?: unknown;
  readonly pre_tokenizer?: unknown;
  readonly model: { readonly vocab: object; readonly [field: string]: unknown };
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
}

/** Halves of surrogate pairs, which cannot be encoded in UTF-8. */
const loneSurrogates = /\p{Surrogate}/gu;

/** @param continues whether the text continues another, so that nothing marks its start */
export type TokenEncoder = (text: string, continues: boolean) => number[];

/**
 * @param settings fields of tokenizer_config.json, for the library
 * @throws the library's errors for unknown parts
 */
export async function openTokenEncoder(json: EncoderFiles, settings: object): Promise<TokenEncoder> {
  // Import on demand: the library is large, and most commands never encode.
  const { env, PreTrainedTokenizer } = await import("@xenova/transformers");
  env.allowRemoteModels = false; // It gets everything it needs here and must never use the network.
  const { start, normalizers, preTokenizers } = withoutStart(partsOf(json.normalizer), partsOf(json.pre_tokenizer));
  const { normalize, others } = withoutCharsmap(normalizers);
  const mended = {
    ...json,
    normalizer: sequence("normalizers", others.flatMap(mendedNormalizer)),
    pre_tokenizer: sequence("pretokenizers", [...preTokenizers.flatMap(mendedPreTokenizer), ...wordsOf(json)]),
    decoder: null,
    post_processor: null, // This would only add special tokens.
  };
  const prepared = (text: string, continues: boolean): string => {
    const whole = normalize(text.replaceAll(loneSurrogates, "\ufffd"));
    return continues || whole === "" ? whole : start(whole);
  };
  const unigram = unigramSchema.safeParse(json.model);
  if (!unigram.success) {
    const library = new PreTrainedTokenizer(mended, settings);
    return (text, continues) => library.encode(prepared(text, continues), { add_special_tokens: false });
  }
  // Without a known model, the library returns words.
  const library = new PreTrainedTokenizer({ ...mended, model: { vocab: {} } }, settings);
  const added = new Map(json.added_tokens.map(({ content, id }) => [content, id]));
  const encodeWord = unigramEncoder(unigram.data.vocab, unigram.data.unk_id);
  return (text, continues) =>
    library.tokenize(prepared(text, continues)).flatMap((word) => added.get(word) ?? encodeWord(word));
}

const unigramSchema = z.object({
  vocab: z.array(z.tuple([z.string(), z.number()])),
  unk_id: z.int().nonnegative(),
});

export function partsOf(part: unknown): readonly Part[] {
  if (!isPart(part)) return [];
  const inner = part["normalizers"] ?? part["pretokenizers"];
  return part.type === "Sequence" && Array.isArray(inner) ? inner.flatMap(partsOf) : [part];
}

function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function sequence(key: "normalizers" | "pretokenizers", parts: readonly Part[]): object | null {
  return parts.length === 0 ? null : { type: "Sequence", [key]: parts };
}

const blank = "▁";

/** Removes the parts that mark the start of a text and returns them as `start`, because they do not apply to later pieces. */
function withoutStart(
  normalizers: readonly Part[],
  preTokenizers: readonly Part[],
): { start: (text: string) => string; normalizers: readonly Part[]; preTokenizers: readonly Part[] } {
  const [normalizer, ...others] = normalizers;
  if (normalizer?.type === "Prepend") {
    return { start: (text) => `${String(normalizer["prepend"])}${text}`, normalizers: others, preTokenizers };
  }
  const [preTokenizer, ...further] = preTokenizers;
  if (!normalizer && preTokenizer?.type === "Metaspace" && prependScheme(preTokenizer) !== "never") {
    return {
      start: (text) => (text.startsWith(" ") || text.startsWith(blank) ? text : ` ${text}`),
      normalizers,
      preTokenizers: [{ ...preTokenizer, prepend_scheme: "never" }, ...further],
    };
  }
  return { start: (text) => text, normalizers, preTokenizers };
}

/** Reads the prepend scheme, which old versions of the file express as `add_prefix_space`. */
function prependScheme({ prepend_scheme, add_prefix_space }: Part): unknown {
  return prepend_scheme ?? (add_prefix_space === false ? "never" : "always");
}

/** Removes a charsmap, which the library only approximates, and returns its normalization as `normalize`. */
function withoutCharsmap(normalizers: readonly Part[]): {
  normalize: (text: string) => string;
  others: readonly Part[];
} {
  const [first, ...others] = normalizers;
  const charsmap = first?.type === "Precompiled" ? first["precompiled_charsmap"] : undefined;
  const normalize = typeof charsmap === "string" ? charsmapNormalizer(charsmap) : null;
  return normalize ? { normalize, others } : { normalize: (text) => text, others: normalizers };
}

/** Rewrites Strip as a pattern: JavaScript's whitespace differs from Unicode's; the library corrects this only in patterns. */
function mendedNormalizer(part: Part): Part[] {
  if (part.type !== "Strip") return [part];
  const replace = (regex: string): Part => ({ type: "Replace", pattern: { Regex: regex }, content: "" });
  return [
    ...(part["strip_left"] === true ? [replace("\\A\\s+")] : []),
    ...(part["strip_right"] === true ? [replace("(?<!\\s)\\s+\\z")] : []),
  ];
}

const gpt2Words = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

function mendedPreTokenizer(part: Part): Part[] {
  switch (part.type) {
    case "ByteLevel": // The library's pattern has JavaScript's whitespace.
      if (part["use_regex"] === false || part["add_prefix_space"] === true) return [part];
      return [split(gpt2Words), { ...part, use_regex: false }];
    case "Digits": // The library's digits are only 0 to 9.
      return [split(part["individual_digits"] === true ? "\\p{N}" : "\\p{N}+")];
    case "WhitespaceSplit":
      return [split("\\s+", "Removed")];
    case "Metaspace": // The library does not split.
      return [
        { ...part, prepend_scheme: prependScheme(part) },
        ...(part["split"] === false ? [] : [split(`${blank}[^${blank}]*|[^${blank}]+`)]),
      ];
    default:
      return [part];
  }
}

/**
 * Splits text for SentencePiece's BPE, which treats a whole text as one word and takes seconds. If no token has ▁ after another
 * character, no merge crosses that boundary, so a split there does not change the result.
 */
function wordsOf({ model, pre_tokenizer }: EncoderFiles): Part[] {
  const isWhole = partsOf(pre_tokenizer).every(({ type, split: splits }) => type === "Metaspace" && splits === false);
  if (!isWhole || Array.isArray(model.vocab)) return [];
  const crossing = Object.keys(model.vocab).some((token) => /[^▁]▁/u.test(token));
  return crossing ? [] : [split(`${blank}*[^${blank}]+|${blank}+`)];
}

function split(regex: string, behavior: "Isolated" | "Removed" = "Isolated"): Part {
  return { type: "Split", pattern: { Regex: regex }, behavior, invert: false };
}
