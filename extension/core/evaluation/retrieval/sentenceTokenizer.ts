/**
 * Tokenizes whole sentences as text encoders read them, with special tokens. Takes one text at a time, and knows no
 * model.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { verbatim } from "../../foundation/words/said.ts";
import { timed } from "../../tokenizer/timedEncoding.ts";
import { invalid } from "../../tokenizer/tokenizerFiles.ts";

export interface SentenceTokenizer {
  /** Returns at most `longest` ids. Truncates the end of longer texts, but keeps the special tokens. */
  encode(text: string, longest: number): number[];
}

/** Opens a tokenizer of texts, usually WordPiece; tokenizer.ts opens those of code. @throws UserError "tokenizer-invalid" */
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
    throw invalid(folder, verbatim(error instanceof Error ? error.message : String(error)), undefined, error);
  }
}

async function readObject(path: string): Promise<object> {
  return z.looseObject({}).parse(JSON.parse(await readFile(path, "utf8")));
}
