/**
 * The baseline that every language model has to beat: n-grams of the same tokens, counted on a corpus. It completes through
 * the same completer as a base does, so that nothing but the model differs.
 */

import { UserError } from "../../foundation/errors.ts";
import { silentLog, type Log } from "../../foundation/log.ts";
import { completerOf } from "../../completion/completer.ts";
import { tellProblems, type Problem } from "../../dataset/example.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { Contender } from "./contender.ts";
import { sourceFiles } from "./heldOut.ts";
import { kneserNey } from "./ngramModel.ts";
import { ngramTree } from "./ngramTree.ts";
import { countNgrams } from "./ngramTrie.ts";
import { fileTokens } from "./textBits.ts";

export interface NgramProgress {
  readonly phase: "corpus" | "counting";
  /** Files read; tokens counted, once for each length. How many files there are shows only at their end. */
  readonly done: number;
  readonly total?: number;
}

export interface NgramControl {
  readonly log?: Log | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: NgramProgress) => void) | undefined;
}

/** In tokens; a word of code and what it depends on. */
export const ngramOrder = 5;

/**
 * Counts n-grams of `tokenizer`'s tokens over all files of a corpus: a folder of Python sources or a .jsonl file.
 *
 * @throws UserError "suite-missing", "suite-format", "suite-empty"
 */
export async function ngramContender(
  corpus: string,
  tokenizer: Tokenizer,
  control: NgramControl = {},
): Promise<Contender> {
  const { signal, onProgress } = control;
  const tokens = await corpusTokens(corpus, tokenizer, control);
  const { vocabularySize } = tokenizer;
  const trie = await countNgrams(
    tokens,
    { order: ngramOrder, vocabularySize },
    { signal, onProgress: (done, total) => onProgress?.({ phase: "counting", done, total }) },
  );
  const model = kneserNey(trie);
  const completer = completerOf({
    tree: ngramTree(model, ngramOrder),
    // A suffix or a marker would only push the last words out of its sight.
    tokenizer: { ...tokenizer, fillInTheMiddle: null },
    parser: await openPythonParser(),
    checkFits: () => undefined,
  });
  return {
    bits: (file) => {
      const { ids, header } = fileTokens(tokenizer, file);
      let bits = 0;
      for (let i = header; i < ids.length; i++) {
        bits -= Math.log2(model.probability(ids.slice(Math.max(0, i - ngramOrder + 1), i), ids[i]!));
      }
      return Promise.resolve(bits);
    },
    complete: (request, signal) => completer.complete(request, signal),
    release: () => completer.release(),
  };
}

/** The files one behind the other, each with its path and its end, as a base reads them in pretraining. */
async function corpusTokens(
  corpus: string,
  tokenizer: Tokenizer,
  { log = silentLog, signal, onProgress }: NgramControl,
): Promise<Uint32Array> {
  const problems: Problem[] = [];
  let tokens = new Uint32Array(1 << 16);
  let [length, files] = [0, 0];
  for await (const file of sourceFiles(corpus)) {
    signal?.throwIfAborted();
    if (!("text" in file)) {
      problems.push(file);
      continue;
    }
    const { ids } = fileTokens(tokenizer, file);
    if (length + ids.length + 1 > tokens.length) {
      const larger = new Uint32Array(2 * tokens.length + ids.length);
      larger.set(tokens);
      tokens = larger;
    }
    tokens.set(ids, length);
    length += ids.length;
    tokens[length++] = tokenizer.endOfText;
    onProgress?.({ phase: "corpus", done: ++files });
  }
  tellProblems({ name: corpus, problems }, log);
  if (files === 0) {
    const message = `Cannot count n-grams in ${corpus}: it holds no Python source.`;
    throw new UserError("suite-empty", message, 'Give Python sources, or rows of {"path": …, "text": …}.');
  }
  return tokens.slice(0, length);
}
