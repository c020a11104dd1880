/**
 * Text to ids by the library, whose known faults are mended here: parts of a tokenizer.json that it reads unlike the
 * reference implementation (huggingface/tokenizers) are said in terms that both understand alike.
 */

import * as z from "zod";
import { charsmapNormalizer } from "./charsmap.ts";
import { unigramEncoder } from "./unigram.ts";

/** A part of a tokenizer.json, such as a pre-tokenizer. */
interface Part {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** What of a tokenizer.json is needed to encode. */
export interface EncoderFiles {
  readonly normalizer?: unknown;
  readonly pre_tokenizer?: unknown;
  readonly model: { readonly vocab: object; readonly [field: string]: unknown };
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
}

/** Halves of characters, which no encoding of text has. */
const loneSurrogates = /\p{Surrogate}/gu;

/** @param continues whether other text stands before it, so that nothing marks its start. */
export type TokenEncoder = (text: string, continues: boolean) => number[];

/**
 * @param settings of tokenizer_config.json, for the library
 * @throws what the library throws at parts that it does not know
 */
export async function openTokenEncoder(json: EncoderFiles, settings: object): Promise<TokenEncoder> {
  // On demand: the library is large, and most commands never encode.
  const { env, PreTrainedTokenizer } = await import("@xenova/transformers");
  env.allowRemoteModels = false; // It is handed all it needs; should it ever want more, it must not ask the network.
  const { start, normalizers, preTokenizers } = withoutStart(partsOf(json.normalizer), partsOf(json.pre_tokenizer));
  const { normalize, others } = withoutCharsmap(normalizers);
  const mended = {
    ...json,
    normalizer: sequence("normalizers", others.flatMap(mendedNormalizer)),
    pre_tokenizer: sequence("pretokenizers", [...preTokenizers.flatMap(mendedPreTokenizer), ...wordsOf(json)]),
    decoder: null,
    post_processor: null, // It would only add special tokens.
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
  // Without a model that it knows, the library gives words.
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

function partsOf(part: unknown): readonly Part[] {
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

/** Takes out what marks the start of a text, which is not for every piece of one; it comes back as `start`. */
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

/** Files of old versions say it otherwise. */
function prependScheme({ prepend_scheme, add_prefix_space }: Part): unknown {
  return prepend_scheme ?? (add_prefix_space === false ? "never" : "always");
}

/** The library guesses what a charsmap does. */
function withoutCharsmap(normalizers: readonly Part[]): {
  normalize: (text: string) => string;
  others: readonly Part[];
} {
  const [first, ...others] = normalizers;
  const charsmap = first?.type === "Precompiled" ? first["precompiled_charsmap"] : undefined;
  const normalize = typeof charsmap === "string" ? charsmapNormalizer(charsmap) : null;
  return normalize ? { normalize, others } : { normalize: (text) => text, others: normalizers };
}

/** JavaScript's blanks are not quite Unicode's, which the library minds in patterns only. */
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
    case "ByteLevel": // Its pattern has JavaScript's blanks.
      if (part["use_regex"] === false || part["add_prefix_space"] === true) return [part];
      return [split(gpt2Words), { ...part, use_regex: false }];
    case "Digits": // Its digits are 0 to 9.
      return [split(part["individual_digits"] === true ? "\\p{N}" : "\\p{N}+")];
    case "WhitespaceSplit":
      return [split("\\s+", "Removed")];
    case "Metaspace": // It does not split.
      return [
        { ...part, prepend_scheme: prependScheme(part) },
        ...(part["split"] === false ? [] : [split(`${blank}[^${blank}]*|[^${blank}]+`)]),
      ];
    default:
      return [part];
  }
}

/**
 * SentencePiece's BPE has no words: a whole text is one, and takes seconds. Where no token has a blank behind something
 * else, no merge can cross from a character to a blank behind it, and cutting there changes nothing.
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
