/** How the known code models mark a gap to fill, by the names of their tokens. It knows no text and no limits. */

/**
 * In which order a model reads what stands around a gap (Bavarian et al. 2022, arXiv 2207.14255):
 * - "prefix-first": prefix marker, prefix, suffix marker, suffix, middle marker;
 * - "suffix-first": prefix marker, suffix marker, suffix, middle marker, prefix. Here the model simply goes on writing where
 *   the prefix ends, which small models do better, and typing changes nothing but the end.
 */
export type FillOrder = "prefix-first" | "suffix-first";

/** Token ids, and how they are put together; {@link fillPrompt}. */
export interface FillInTheMiddle {
  readonly order: FillOrder;
  readonly prefix: number;
  readonly suffix: number;
  readonly middle: number;
  /** Any of these ends a completion, with or without a gap: end of text, and markers that never occur inside code. */
  readonly stops: readonly number[];
  /** Stands between the files of a prompt that shows several. */
  readonly fileSeparator?: number;
}

/** Prefix, suffix and middle markers, file separators, and further tokens that end a completion. */
const conventions = [
  {
    // Qwen2.5-Coder, CodeGemma, and Graft's own embedded base.
    markers: ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"],
    separators: ["<|file_sep|>", "<|file_separator|>"],
    others: ["<|fim_pad|>", "<|repo_name|>", "<|im_end|>"],
  },
  // StarCoder, StarCoder2, Granite, Stable Code.
  {
    markers: ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"],
    separators: ["<file_sep>"],
    others: ["<fim_pad>", "<repo_name>"],
  },
  // SantaCoder.
  { markers: ["<fim-prefix>", "<fim-suffix>", "<fim-middle>"], separators: [], others: ["<fim-pad>"] },
  // DeepSeek Coder; its "hole" marks where the suffix starts.
  { markers: ["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"], separators: [], others: ["<|EOT|>"] },
  // Code Llama; the sentencepiece blank belongs to the names.
  { markers: ["▁<PRE>", "▁<SUF>", "▁<MID>"], separators: [], others: ["▁<EOT>"] },
] as const;

/** What a model reads before it fills the gap between `before` and `after`. */
export function fillPrompt(
  { order, prefix, suffix, middle }: Pick<FillInTheMiddle, "order" | "prefix" | "suffix" | "middle">,
  before: readonly number[],
  after: readonly number[],
): number[] {
  return order === "prefix-first"
    ? [prefix, ...before, suffix, ...after, middle]
    : [prefix, suffix, ...after, middle, ...before];
}

/** The convention whose three markers the vocabulary holds, or null where the model knows none. */
export function findFillInTheMiddle(
  ids: ReadonlyMap<string, number>,
  endOfText: number,
  order: FillOrder = "prefix-first",
): FillInTheMiddle | null {
  for (const { markers, separators, others } of conventions) {
    const [prefix, suffix, middle] = markers.map((name) => ids.get(name));
    if (prefix === undefined || suffix === undefined || middle === undefined) continue;
    const known = (names: readonly string[]): number[] =>
      names.map((name) => ids.get(name)).filter((id) => id !== undefined);
    const [fileSeparator] = known(separators);
    const stops = [endOfText, prefix, suffix, middle, ...known(separators), ...known(others)];
    return {
      order,
      prefix,
      suffix,
      middle,
      stops: [...new Set(stops)],
      ...(fileSeparator === undefined ? {} : { fileSeparator }),
    };
  }
  return null;
}
