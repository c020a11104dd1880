/** The examples that stand in front of a task: drawn once for all (ICL), or the nearest to each (RAG). It writes no prompt. */

import { UserError } from "../../foundation/errors.ts";
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
  /** How many; fewer where there are fewer. */
  readonly shots: number;
  /** Which ones are drawn. */
  readonly seed: number;
  /** A .jsonl file of pairs, or a paper's data set, of which the training part is taken. */
  readonly source: string;
  /** Folder of a sentence encoder that says what is near; without one, shared words do. */
  readonly encoder: string | undefined;
  /** Where its embeddings are kept. */
  readonly cacheFolder: string;
}

export interface Examples {
  /** Of the data set they come from. */
  readonly name: string;
  /** SHA-256 of its file. */
  readonly hash: string;
  readonly count: number;
  /** Of the nearest ones: by what they are found. */
  readonly retriever?: { readonly name: string; readonly hash?: string };
  /** The best first: the nearest, or the first drawn. */
  readonly of: (intent: string) => Promise<readonly Pair[]>;
  readonly release: () => Promise<void>;
}

/**
 * The paper draws its examples by Python's random.sample, one seed a run, and takes the same ones for all tasks.
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
 * Where examples for a suite come from unless told: a paper's data set has a training part.
 *
 * @throws UserError "examples-missing"
 */
export function exampleSource(suite: string, source: string | undefined): string {
  if (source !== undefined) return source;
  if (isPaperDataset(suite)) return suite;
  const message = `Cannot show examples for the suite ${suite}: it is not told where to take them from.`;
  throw new UserError(
    "examples-missing",
    message,
    "Choose a .jsonl file of pairs that are not in the suite; on the command line with --examples.",
  );
}
