/** Whole sentences to ids as encoders of texts read them, special tokens included. Knows one text at a time, and no model. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { timed } from "../../tokenizer/timedEncoding.ts";
import { invalid } from "../../tokenizer/tokenizerFiles.ts";

export interface SentenceTokenizer {
  /** At most `longest` ids: of a longer text the end is left out, of the special tokens none. */
  encode(text: string, longest: number): number[];
}

/** Tokenizers of code are tokenizer.ts's business; these are WordPiece as a rule. @throws UserError "tokenizer-invalid" */
export async function openSentenceTokenizer(folder: string): Promise<SentenceTokenizer> {
  const { env, PreTrainedTokenizer } = await import("@xenova/transformers");
  env.allowRemoteModels = false;
  try {
    const library = new PreTrainedTokenizer(
      await readObject(join(folder, "tokenizer.json")),
      await readObject(join(folder, "tokenizer_config.json")).catch(() => ({})),
    );
    const encode = timed(folder, (text) => library.encode(text));
    const closing = encode("").slice(1);
    return {
      encode: (text, longest) => {
        const ids = encode(text);
        return ids.length <= longest ? ids : [...ids.slice(0, longest - closing.length), ...closing];
      },
    };
  } catch (error) {
    throw invalid(folder, error instanceof Error ? error.message : String(error), undefined, error);
  }
}

async function readObject(path: string): Promise<object> {
  return z.looseObject({}).parse(JSON.parse(await readFile(path, "utf8")));
}
