/** Fill-in-the-middle tokens: how known code models mark a hole, recognized by the names of their tokens. */

/**
 * The order in which a model reads the text around a hole (Bavarian et al. 2022, arXiv 2207.14255):
 * - "prefix-first": prefix marker, prefix, suffix marker, suffix, middle marker.
 * - "suffix-first": prefix marker, suffix marker, suffix, middle marker, prefix. The model continues the prefix directly, which
 *   small models do better, and typing changes only the end of the prompt.
 */
export type FillOrder = "prefix-first" | "suffix-first";

/** The ids of a model's markers and their order. See {@link fillPrompt}. */
export interface FillInTheMiddle {
  readonly order: FillOrder;
  /** Markers before, between and after the two sides of a hole. */
  readonly opening: readonly number[];
  readonly between: readonly number[];
  readonly closing: readonly number[];
  /** The token that the model writes when the hole is filled. */
  readonly end: number;
  /** Tokens that end any completion: end of text, and markers that never occur in code. */
  readonly stops: readonly number[];
  /** The token before a file's path, for models that were trained to read a path in front of the markers. */
  readonly fileSeparator?: number;
  /** For models that were trained to read other files of the repository in front of a file. */
  readonly repository?: RepositoryMarkers;
}

/** The tokens between the files of a repository. Each file follows its separator as path, line end and text. */
export interface RepositoryMarkers {
  readonly fileSeparator: number;
  /** The token before the repository's name, which comes first. */
  readonly name?: number;
  /** Whether the path of the file with the hole comes after the opening markers instead of before them. */
  readonly isPathInside: boolean;
}

/** The names of a family's tokens. */
interface Convention {
  readonly opening: readonly string[];
  readonly between: readonly string[];
  readonly closing: readonly string[];
  /** By default end of text. */
  readonly end?: string;
  readonly fileSeparator?: string;
  /** The first one whose separator is in the vocabulary applies. */
  readonly repository?: readonly {
    readonly fileSeparator: string;
    readonly name: string;
    readonly isPathInside: boolean;
  }[];
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
    repository: [{ fileSeparator: "<|file_sep|>", name: "<|repo_name|>", isPathInside: false }],
    stops: ["<|fim_pad|>", "<|repo_name|>", "<|im_end|>"],
  },
  {
    // StarCoder2, Granite Code, Mellum. StarCoder2 reads a path after the first marker; it is optional, and left out where no
    // other file precedes.
    opening: ["<fim_prefix>"],
    between: ["<fim_suffix>"],
    closing: ["<fim_middle>"],
    repository: [
      { fileSeparator: "<file_sep>", name: "<repo_name>", isPathInside: true },
      { fileSeparator: "<filename>", name: "<reponame>", isPathInside: false },
    ],
    stops: ["<file_sep>", "<filename>", "<fim_pad>", "<repo_name>", "<reponame>"],
  },
  {
    // DeepSeek-Coder. Its "hole" token marks the start of the suffix.
    opening: ["<｜fim▁begin｜>"],
    between: ["<｜fim▁hole｜>"],
    closing: ["<｜fim▁end｜>"],
    stops: ["<|EOT|>"],
  },
  {
    // CodeLlama 7B and 13B. SentencePiece's space character (▁) is part of the names.
    opening: ["▁<PRE>"],
    between: ["▁<SUF>"],
    closing: ["▁<MID>"],
    end: "▁<EOT>",
    stops: [],
  },
  {
    // CodeGen2: a text with a hole, end of text, and the number of the hole to fill.
    opening: [],
    between: ["<mask_1>"],
    closing: ["<|endoftext|>", "<sep>", "<mask_1>"],
    end: "<eom>",
    stops: [],
  },
];

/** Returns the prompt with which a model fills the hole between `before` and `after`. */
export function fillPrompt(
  { order, opening, between, closing }: FillInTheMiddle,
  before: readonly number[],
  after: readonly number[],
): number[] {
  const [first, second] = order === "prefix-first" ? [before, after] : [after, before];
  return [...opening, ...first, ...between, ...second, ...closing];
}

/** Finds the convention whose markers are in the vocabulary; null for a model without fill-in-the-middle tokens. */
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
    // Suffix-first puts all markers but the last in front: prefix marker, suffix marker, suffix, middle marker, prefix.
    ...(order === "prefix-first"
      ? { opening: opening!, between: between!, closing: closing! }
      : { opening: [...opening!, ...between!], between: closing!, closing: [] }),
    end,
    stops: [...new Set([...stops, ...known(convention.stops)])],
    ...separator,
    ...repositoryMarkers(convention, ids, order),
  };
}

function repositoryMarkers(
  { repository = [] }: Convention,
  ids: ReadonlyMap<string, number>,
  order: FillOrder,
): Pick<FillInTheMiddle, "repository"> {
  for (const { fileSeparator, name, isPathInside } of repository) {
    const [separator, nameId] = [ids.get(fileSeparator), ids.get(name)];
    if (separator === undefined) continue;
    // Graft's own bases, which are suffix-first, learn holes after other files without the repository's name.
    const named = nameId !== undefined && order === "prefix-first" ? { name: nameId } : {};
    return { repository: { fileSeparator: separator, ...named, isPathInside } };
  }
  return {};
}
