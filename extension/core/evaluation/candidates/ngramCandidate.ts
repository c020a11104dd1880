/**
 * The baseline that every language model has to beat: n-grams of the same tokens, counted on a corpus. It uses the
 * same completer as a base, so only the model differs.
 */

import { createHash } from "node:crypto";
import { basename, resolve } from "node:path";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import { adapterCache } from "../../completion/adapterCache.ts";
import { completerOf } from "../../completion/completer.ts";
import { tellProblems, type Problem } from "../../dataset/example.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import { openTokenizer, type Tokenizer } from "../../tokenizer/tokenizer.ts";
import { sourceFiles } from "../suites/heldOut.ts";
import { baseIdentity } from "./baseCandidate.ts";
import type { Candidate, Infiller, OpeningControl } from "./candidate.ts";
import { kneserNey } from "./ngramModel.ts";
import { ngramTree } from "./ngramTree.ts";
import { countNgrams } from "./ngramTrie.ts";
import { fileTokens } from "./textBits.ts";

/** In tokens: a word of code and its immediate context. */
const ngramOrder = 5;

/**
 * Identifies the n-grams by their corpus and by the base whose tokens they use. Opening the model counts them.
 *
 * @param corpus a folder of Python sources, or a .jsonl file of {"path", "text"}
 * @throws UserError "suite-missing", "suite-format"; on opening "suite-empty"
 */
export async function ngramCandidate(corpus: string, base: InstalledBase, signal?: AbortSignal): Promise<Candidate> {
  const hash = createHash("sha256");
  for await (const file of sourceFiles(corpus)) {
    signal?.throwIfAborted();
    if ("text" in file) hash.update(JSON.stringify([file.path, file.text]));
  }
  const ngram = { order: ngramOrder, corpus: basename(resolve(corpus)), hash: hash.digest("hex") };
  return {
    configuration: { base: baseIdentity(base), adapters: [], ngram },
    trainings: [],
    openGenerator: () => {
      const message = say`Cannot answer tasks with n-grams of ${corpus}: they only fill holes in Python sources.`;
      return Promise.reject(
        new UserError("option-invalid", message, say`Evaluate them on a folder of Python sources.`),
      );
    },
    openInfiller: async (control) =>
      ngramInfiller(corpus, await openTokenizer(base.path, base.config.vocabularySize), control),
  };
}

async function ngramInfiller(corpus: string, tokenizer: Tokenizer, control: OpeningControl): Promise<Infiller> {
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
    // A suffix or a marker would only push the last words out of the model's short context.
    tokenizer: { ...tokenizer, fillInTheMiddle: null },
    parser: await openPythonParser(),
    adapters: adapterCache(() => undefined),
  });
  return {
    // Four tokens of context do not reach beyond the file.
    contextTokens: 0,
    bits: (file, { hasPath } = {}) => {
      const { ids, header } = fileTokens(tokenizer, file, hasPath);
      let bits = 0;
      for (let i = header; i < ids.length; i++) {
        bits -= Math.log2(model.probability(ids.slice(Math.max(0, i - ngramOrder + 1), i), ids[i]!));
      }
      return Promise.resolve(bits);
    },
    complete: (request, signal) => completer.complete({ ...request, context: [] }, signal),
    release: () => completer.release(),
  };
}

/** Yields the files one after another, each with its path and its end, as a base reads them in pretraining. */
async function corpusTokens(
  corpus: string,
  tokenizer: Tokenizer,
  { log, signal, onProgress }: OpeningControl,
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
    const message = say`Cannot count n-grams in ${corpus}: it holds no Python source.`;
    throw new UserError("suite-empty", message, say`Give Python sources, or rows of {"path": …, "text": …}.`);
  }
  return tokens.slice(0, length);
}
