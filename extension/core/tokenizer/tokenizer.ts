/** Text to token ids and back, by the library's tokenizer classes on local files. It knows no prompt and no model. */

import { UserError } from "../base/errors.ts";
import { findFillInTheMiddle, type FillInTheMiddle } from "./fillInTheMiddle.ts";
import { invalid, readTokenizerFiles, type TokenizerFiles } from "./tokenizerFiles.ts";

export { fillPrompt, type FillInTheMiddle } from "./fillInTheMiddle.ts";

export interface Tokenizer {
  /** The highest id plus one. A model may have more rows than that, for padding. */
  readonly vocabularySize: number;
  readonly endOfText: number;
  /** What the model expects in front of every text, such as <s>; nothing for many models. {@link encode} leaves it out. */
  readonly beginning: readonly number[];
  /** What an encoder expects behind every text, such as </s>. */
  readonly ending: readonly number[];
  /** Ids that carry a meaning beyond text. `encode` never gives one, and `decode` leaves them out. */
  readonly specialIds: ReadonlySet<number>;
  /** Ordinary text only: nothing is added, and the name of a special token is text like any other. */
  encode(text: string): number[];
  /** Exact for whole texts; where ids end inside a character, it shows as U+FFFD. */
  decode(ids: readonly number[]): string;
  /** The id of a token by its name in the vocabulary, special ones included. */
  id(token: string): number | undefined;
  readonly fillInTheMiddle: FillInTheMiddle | null;
}

/**
 * Opens the tokenizer of a Hugging Face folder from its tokenizer.json and tokenizer_config.json.
 *
 * @param modelVocabularySize rows of the model's embedding, where it is known
 * @throws UserError "tokenizer-invalid"; "tokenizer-mismatch" where ids exceed the model's vocabulary
 */
export async function openTokenizer(folder: string, modelVocabularySize = Infinity): Promise<Tokenizer> {
  const files = await readTokenizerFiles(folder);
  const { ids } = files;
  let highest = -1;
  for (const id of ids.values()) highest = Math.max(highest, id);
  if (highest >= modelVocabularySize) {
    throw new UserError(
      "tokenizer-mismatch",
      `Cannot use the tokenizer of ${folder}: its ids go up to ${highest}, the model's vocabulary has ${modelVocabularySize}.`,
      "Use the tokenizer files that came with the model.",
    );
  }
  const endOfText = ids.get(files.endOfText)!;
  const specialNames = findSpecialNames(files);
  const specialIds = new Set([...specialNames].map((name) => ids.get(name)!));
  const library = await openLibraryTokenizer(folder, files, specialNames);
  return {
    vocabularySize: highest + 1,
    endOfText,
    beginning: files.beginning,
    ending: files.ending,
    specialIds,
    encode: (text) => library.encode(text, { add_special_tokens: false }),
    decode: (tokens) => {
      const ordinary = tokens.filter((token) => !specialIds.has(token));
      return ordinary.length === 0 ? "" : library.decode(ordinary, { clean_up_tokenization_spaces: false });
    },
    id: (token) => ids.get(token),
    fillInTheMiddle: findFillInTheMiddle(ids, endOfText, files.fillOrder),
  };
}

/**
 * Added tokens are of two kinds: markers, and plain text that deserves an id, such as CodeGen's runs of blanks. Models
 * do not mark the first kind reliably (Qwen2.5-Coder's <|fim_prefix|> is not "special"), but they all write it as a tag.
 */
function findSpecialNames({ json, endOfText }: TokenizerFiles): ReadonlySet<string> {
  const markers = json.added_tokens.filter(({ special, content }) => special === true || /^▁?<.+>$/u.test(content));
  return new Set([endOfText, ...markers.map(({ content }) => content)]);
}

interface LibraryTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): number[];
  decode(ids: number[], options: { clean_up_tokenization_spaces: boolean }): string;
}

/**
 * The library looks for added tokens in any text that it encodes. Here it is not told of the special ones, so that it
 * cannot find them.
 */
async function openLibraryTokenizer(
  folder: string,
  { json, settings }: TokenizerFiles,
  specialNames: ReadonlySet<string>,
): Promise<LibraryTokenizer> {
  // On demand: the library is large, and most commands never encode.
  const { env, PreTrainedTokenizer } = await import("@xenova/transformers");
  env.allowRemoteModels = false; // It is handed all it needs; should it ever want more, it must not ask the network.
  const tokenizerJson = {
    normalizer: null,
    pre_tokenizer: null,
    decoder: null,
    ...json,
    post_processor: null, // It would only add special tokens.
    added_tokens: json.added_tokens.filter(({ content }) => !specialNames.has(content)),
  };
  // Of the settings only those that change how text is read; names of special tokens in old spellings are refused.
  const { remove_space, do_lowercase_and_remove_accent } = settings;
  const librarySettings = { remove_space, do_lowercase_and_remove_accent, clean_up_tokenization_spaces: false };
  try {
    return new PreTrainedTokenizer(tokenizerJson, librarySettings);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(folder, `the tokenizer library refuses it (${reason})`, "Use a model with a BPE tokenizer.", error);
  }
}
