/** Converts text to token ids and back with the tokenizer files of a local folder. */

import { UserError } from "../foundation/errors.ts";
import { say } from "../foundation/words/said.ts";
import { findFillInTheMiddle, type FillInTheMiddle } from "./fillInTheMiddle.ts";
import { checkGrowth } from "./growth.ts";
import { tokenDecoder } from "./tokenDecoder.ts";
import { isQuick, timed } from "./timedEncoding.ts";
import { lineByLine } from "./lineByLine.ts";
import { openTokenEncoder, type TokenEncoder } from "./tokenEncoder.ts";
import { invalid, readTokenizerFiles, type TokenizerFiles } from "./tokenizerFiles.ts";

/**
 * Whether a text is at the start (the default) or continues another. Llama's tokenizers add a space before a start when they
 * encode, and remove it when they decode.
 */
export type Place = "start" | "inside";

export interface Tokenizer {
  /** The highest id plus one. A model's embedding may have more rows, as padding. */
  readonly vocabularySize: number;
  readonly endOfText: number;
  /** Ids that the model expects before every text, such as <s>; empty for many models. {@link encode} does not add them. */
  readonly beginning: readonly number[];
  /** Ids that an encoder expects after every text, such as </s>. */
  readonly ending: readonly number[];
  /** Ids that mean something other than text. `encode` never returns one, and `decode` skips them. */
  readonly specialIds: ReadonlySet<number>;
  /** Encodes ordinary text: adds nothing, and treats the name of a special token as text. */
  encode(text: string, place?: Place): number[];
  /** Decodes exactly for whole texts. A character that the ids contain only partly becomes U+FFFD. */
  decode(ids: readonly number[], place?: Place): string;
  /** Returns the id of a token by its name in the vocabulary, including special tokens. */
  id(token: string): number | undefined;
  /** Returns a token's name in the vocabulary; empty for an id without one. */
  nameOf(id: number): string;
  readonly fillInTheMiddle: FillInTheMiddle | null;
}

/**
 * Opens the tokenizer of a Hugging Face folder from its tokenizer.json and tokenizer_config.json.
 *
 * @param modelVocabularySize number of rows in the model's embedding, if known
 * @throws UserError "tokenizer-invalid"; "tokenizer-mismatch" if ids exceed the model's vocabulary. Its `encode` throws
 *   "tokenizer-stuck" if a regular expression in the folder's files takes too long.
 */
export async function openTokenizer(folder: string, modelVocabularySize = Infinity): Promise<Tokenizer> {
  const files = await readTokenizerFiles(folder);
  const { ids } = files;
  let highest = -1;
  for (const id of ids.values()) highest = Math.max(highest, id);
  if (highest >= modelVocabularySize) {
    throw new UserError(
      "tokenizer-mismatch",
      say`Cannot use the tokenizer of ${folder}: its ids go up to ${highest}, the model's vocabulary has ${modelVocabularySize}.`,
      say`Use the tokenizer files that came with the model.`,
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
    nameOf: (wanted) => [...ids].find(([, id]) => id === wanted)?.[0] ?? "",
    fillInTheMiddle: findFillInTheMiddle(ids, endOfText, files.fillOrder),
  };
}

/**
 * Finds the markers among the added tokens. The others are plain text, such as CodeGen's runs of spaces. Models do not flag
 * markers reliably (Qwen2.5-Coder's <|fim_prefix|> is not "special"), but all of them write markers as tags.
 */
function findSpecialNames({ json, endOfText }: TokenizerFiles): ReadonlySet<string> {
  const markers = json.added_tokens.filter(({ special, content }) => special === true || /^▁?<.+>$/u.test(content));
  return new Set([endOfText, ...markers.map(({ content }) => content)]);
}

/**
 * Opens an encoder that treats the names of special tokens as text. The library finds added tokens in any text, so it only gets
 * those that are not special.
 */
async function openEncoder(
  folder: string,
  { json, settings }: TokenizerFiles,
  specialNames: ReadonlySet<string>,
): Promise<TokenEncoder> {
  const ordinary = { ...json, added_tokens: json.added_tokens.filter(({ content }) => !specialNames.has(content)) };
  checkGrowth(folder, [json["normalizer"], json["pre_tokenizer"]]);
  // Pass only the settings that affect encoding. The library rejects names of special tokens in old formats.
  const { remove_space, do_lowercase_and_remove_accent } = settings;
  try {
    const whole = await openTokenEncoder(ordinary, { remove_space, do_lowercase_and_remove_accent });
    const isPlain = remove_space !== true && do_lowercase_and_remove_accent !== true;
    const encode = isPlain ? lineByLine(ordinary, whole) : whole;
    return isQuick([json["normalizer"], json["pre_tokenizer"]]) ? encode : timed(folder, encode);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(
      folder,
      say`the tokenizer library rejects it (${reason})`,
      say`Use a model with a BPE tokenizer.`,
      error,
    );
  }
}

function openTextDecoder(
  folder: string,
  { json, ids }: TokenizerFiles,
): (tokens: readonly number[], place: Place) => string {
  const names: string[] = [];
  for (const [name, id] of ids) names[id] = name;
  const decode = tokenDecoder(json["decoder"]);
  if (!decode) throw invalid(folder, say`its decoder is unknown`, say`Use a model with a BPE tokenizer.`);
  return (tokens, place) => {
    const text = tokens.map((token) => names[token] ?? "");
    if (place === "start") return decode(text);
    // After this text, a decoder keeps what it would remove at the start.
    const lead = "a";
    return decode([lead, ...text]).slice(lead.length);
  };
}
