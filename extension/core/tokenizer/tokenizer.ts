/** Text to token ids and back, by the library's tokenizer classes on local files. It knows no prompt and no model. */

import { UserError } from "../foundation/errors.ts";
import { findFillInTheMiddle, type FillInTheMiddle } from "./fillInTheMiddle.ts";
import { tokenDecoder } from "./tokenDecoder.ts";
import { isQuick, timed } from "./timedEncoding.ts";
import { openTokenEncoder, type TokenEncoder } from "./tokenEncoder.ts";
import { invalid, readTokenizerFiles, type TokenizerFiles } from "./tokenizerFiles.ts";

/**
 * Whether a text stands at the start, which is assumed, or goes on from another. Tokenizers of the Llama kind read a blank
 * before a start, and leave it out when they write one.
 */
export type Place = "start" | "inside";

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
  encode(text: string, place?: Place): number[];
  /** Exact for whole texts; where ids end inside a character, it shows as U+FFFD. */
  decode(ids: readonly number[], place?: Place): string;
  /** The id of a token by its name in the vocabulary, special ones included. */
  id(token: string): number | undefined;
  readonly fillInTheMiddle: FillInTheMiddle | null;
}

/**
 * Opens the tokenizer of a Hugging Face folder from its tokenizer.json and tokenizer_config.json.
 *
 * @param modelVocabularySize rows of the model's embedding, where it is known
 * @throws UserError "tokenizer-invalid"; "tokenizer-mismatch" where ids exceed the model's vocabulary. Its `encode` throws
 *   "tokenizer-stuck" where a regular expression of the folder's comes to no end.
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
  const encode = await openEncoder(folder, files, specialNames);
  const decode = openTextDecoder(folder, files);
  return {
    vocabularySize: highest + 1,
    endOfText,
    beginning: files.beginning,
    ending: files.ending,
    specialIds,
    encode: (text, place = "start") => encode(text, place === "inside"),
    decode: (tokens, place = "start") => {
      const ordinary = tokens.filter((token) => !specialIds.has(token));
      return ordinary.length === 0 ? "" : decode(ordinary, place);
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

/**
 * The library looks for added tokens in any text that it encodes. Here it is not told of the special ones, so that it
 * cannot find them.
 */
async function openEncoder(
  folder: string,
  { json, settings }: TokenizerFiles,
  specialNames: ReadonlySet<string>,
): Promise<TokenEncoder> {
  const ordinary = { ...json, added_tokens: json.added_tokens.filter(({ content }) => !specialNames.has(content)) };
  // Of the settings only those that change how text is read; names of special tokens in old spellings are refused.
  const { remove_space, do_lowercase_and_remove_accent } = settings;
  try {
    const encode = await openTokenEncoder(ordinary, { remove_space, do_lowercase_and_remove_accent });
    return isQuick([json["normalizer"], json["pre_tokenizer"]]) ? encode : timed(folder, encode);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(folder, `the tokenizer library refuses it (${reason})`, "Use a model with a BPE tokenizer.", error);
  }
}

function openTextDecoder(
  folder: string,
  { json, ids }: TokenizerFiles,
): (tokens: readonly number[], place: Place) => string {
  const names: string[] = [];
  for (const [name, id] of ids) names[id] = name;
  const decode = tokenDecoder(json["decoder"]);
  if (!decode) throw invalid(folder, "its decoder is unknown", "Use a model with a BPE tokenizer.");
  return (tokens, place) => {
    const text = tokens.map((token) => names[token] ?? "");
    if (place === "start") return decode(text);
    // What a decoder leaves out at the start of a text, it does not leave out behind this.
    const lead = "a";
    return decode([lead, ...text]).slice(lead.length);
  };
}
