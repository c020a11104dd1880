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
  /** Markers before, between and behind the two sides of a gap. */
  readonly opening: readonly number[];
  readonly between: readonly number[];
  readonly closing: readonly number[];
  /** What the model writes when the gap is filled. */
  readonly end: number;
  /** Any of these ends a completion, with or without a gap: end of text, and markers that never occur inside code. */
  readonly stops: readonly number[];
  /** Stands before a file's path where the model was taught to read that in front of the markers. */
  readonly fileSeparator?: number;
}

/** The names of a family's tokens. */
interface Convention {
  readonly opening: readonly string[];
  readonly between: readonly string[];
  readonly closing: readonly string[];
  /** End of text unless given. */
  readonly end?: string;
  readonly fileSeparator?: string;
  /** Further tokens that end a completion. */
  readonly stops: readonly string[];
}

const conventions: readonly Convention[] = [
  {
    // Qwen2.5-Coder, and Graft's own embedded base.
    opening: ["<|fim_prefix|>"],
    between: ["<|fim_suffix|>"],
    closing: ["<|fim_middle|>"],
    fileSeparator: "<|file_sep|>",
    stops: ["<|fim_pad|>", "<|repo_name|>", "<|im_end|>"],
  },
  {
    // StarCoder2, Granite Code. The path, which they can do without, would stand behind the first marker.
    opening: ["<fim_prefix>"],
    between: ["<fim_suffix>"],
    closing: ["<fim_middle>"],
    stops: ["<file_sep>", "<fim_pad>", "<repo_name>"],
  },
  {
    // DeepSeek-Coder; its "hole" marks where the suffix starts.
    opening: ["<｜fim▁begin｜>"],
    between: ["<｜fim▁hole｜>"],
    closing: ["<｜fim▁end｜>"],
    stops: ["<|EOT|>"],
  },
  {
    // CodeLlama 7B and 13B; the blank of SentencePiece belongs to the names.
    opening: ["▁<PRE>"],
    between: ["▁<SUF>"],
    closing: ["▁<MID>"],
    end: "▁<EOT>",
    stops: [],
  },
  {
    // CodeGen2: a text with a hole, its end, and what is to be filled in.
    opening: [],
    between: ["<mask_1>"],
    closing: ["<|endoftext|>", "<sep>", "<mask_1>"],
    end: "<eom>",
    stops: [],
  },
];

/** What a model reads before it fills the gap between `before` and `after`. */
export function fillPrompt(
  { order, opening, between, closing }: FillInTheMiddle,
  before: readonly number[],
  after: readonly number[],
): number[] {
  const [first, second] = order === "prefix-first" ? [before, after] : [after, before];
  return [...opening, ...first, ...between, ...second, ...closing];
}

/** The convention whose markers the vocabulary holds, or null where the model knows none. */
export function findFillInTheMiddle(
  ids: ReadonlyMap<string, number>,
  endOfText: number,
  order: FillOrder = "prefix-first",
): FillInTheMiddle | null {
  const known = (names: readonly string[]): number[] =>
    names.map((name) => ids.get(name)).filter((id) => id !== undefined);
  const convention = conventions.find((names) =>
    [...names.opening, ...names.between, ...names.closing].every((name) => ids.has(name)),
  );
  if (!convention) return null;
  const [opening, between, closing] = [convention.opening, convention.between, convention.closing].map(known);
  const [end = endOfText] = known(convention.end ? [convention.end] : []);
  const [fileSeparator] = known(convention.fileSeparator ? [convention.fileSeparator] : []);
  const separator = fileSeparator === undefined ? {} : { fileSeparator };
  const stops = [endOfText, end, ...opening!, ...between!, ...closing!, ...Object.values(separator)];
  return {
    order,
    // With the suffix first, all markers but the last stand in front: prefix marker, suffix marker, suffix, middle marker, prefix.
    ...(order === "prefix-first"
      ? { opening: opening!, between: between!, closing: closing! }
      : { opening: [...opening!, ...between!], between: closing!, closing: [] }),
    end,
    stops: [...new Set([...stops, ...known(convention.stops)])],
    ...separator,
  };
}
