/** Examples in front of a task: drawn once for all tasks (ICL), or the nearest to each (RAG). Writes no prompt. */

import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import { isPaperDataset } from "../../dataset/paperDatasets.ts";
import type { Pair } from "../protocols/protocol.ts";
import { openSentenceEncoder } from "../retrieval/sentenceEncoder.ts";
import { bm25 } from "../retrieval/bm25.ts";
import { dense } from "../retrieval/dense.ts";
import { openPairTasks } from "../suites/pairTasks.ts";
import type { TaskOptions } from "../suites/tasks.ts";
import { pythonSample } from "./pythonRandom.ts";

export interface ExampleOptions {
  readonly mode: "icl" | "rag";
  /** The number of examples; fewer if the source has fewer. */
  readonly shots: number;
  /** The seed of drawn examples. */
  readonly seed: number;
  /** A .jsonl file of pairs, or a paper's data set, whose training part supplies the examples. */
  readonly source: string;
  /** Folder of a sentence encoder that finds the nearest examples; without one, shared words find them. */
  readonly encoder: string | undefined;
  /** Folder for its embeddings. */
  readonly cacheFolder: string;
}

export interface Examples {
  /** Name of the data set that they come from. */
  readonly name: string;
  /** SHA-256 of its file. */
  readonly hash: string;
  readonly count: number;
  /** The method that finds the nearest examples. */
  readonly retriever?: { readonly name: string; readonly hash?: string };
  /** Best first: the nearest, or the first drawn. */
  readonly of: (intent: string) => Promise<readonly Pair[]>;
  readonly release: () => Promise<void>;
}

/**
 * Opens the examples. As in the paper, Python's random.sample draws them, with one seed per run, and all tasks share
 * them.
 *
 * @throws UserErrors of reading the examples and of opening the encoder
 */
export async function openExamples(
  { mode, shots, seed, source, encoder: encoderFolder, cacheFolder }: ExampleOptions,
  options: Omit<TaskOptions, "split">,
): Promise<Examples> {
  const { name, hash, each } = await openPairTasks(source, { ...options, split: "train" });
  const pairs: Pair[] = [];
  for await (const { intent, code } of each()) pairs.push({ intent, code });
  const about = { name, hash, count: pairs.length };
  const taken = (places: readonly number[]): Pair[] => places.map((place) => pairs[place]!);
  if (mode === "icl") {
    const drawn = taken(pythonSample(seed, pairs.length, Math.min(shots, pairs.length)));
    return { ...about, of: async () => drawn, release: async () => {} };
  }
  const intents = pairs.map(({ intent }) => intent);
  if (encoderFolder === undefined) {
    const { nearest } = bm25(intents);
    return {
      ...about,
      retriever: { name: "bm25" },
      of: async (intent) => taken(nearest(intent, shots)),
      release: async () => {},
    };
  }
  const encoder = await openSentenceEncoder(encoderFolder);
  const { nearest } = await dense(intents, encoder, { cacheFolder, signal: options.signal });
  return {
    ...about,
    retriever: { name: encoder.name, hash: encoder.hash },
    of: async (intent) => taken(await nearest(intent, shots, options.signal)),
    release: () => encoder.release(),
  };
}

/**
 * Returns the default source of a suite's examples: the training part of a paper's data set.
 *
 * @throws UserError "examples-missing"
 */
export function exampleSource(suite: string, source: string | undefined): string {
  if (source !== undefined) return source;
  if (isPaperDataset(suite)) return suite;
  const message = say`Cannot show examples for the suite ${suite}: no source of examples is given.`;
  throw new UserError(
    "examples-missing",
    message,
    say`Choose a .jsonl file of pairs that are not in the suite; on the command line with --examples.`,
  );
}
