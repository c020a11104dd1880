/** The examples that stand in front of a task: drawn once for all (ICL), or the nearest to each (RAG). It writes no prompt. */

import { UserError } from "../../base/errors.ts";
import { isPaperDataset } from "../../dataset/loadDataset.ts";
import type { Pair } from "../protocols/protocol.ts";
import { bm25 } from "../retrieval/bm25.ts";
import { openPairTasks } from "../tasks/pairTasks.ts";
import type { TaskOptions } from "../tasks/tasks.ts";
import { pythonSample } from "./pythonRandom.ts";

export interface ExampleOptions {
  readonly mode: "icl" | "rag";
  /** How many; fewer where there are fewer. */
  readonly shots: number;
  /** Which ones are drawn. */
  readonly seed: number;
  /** A .jsonl file of pairs, or a paper's data set, of which the training part is taken. */
  readonly source: string;
}

export interface Examples {
  /** Of the data set they come from. */
  readonly name: string;
  /** SHA-256 of its file. */
  readonly hash: string;
  readonly count: number;
  /** The best first: the nearest, or the first drawn. */
  of(intent: string): readonly Pair[];
}

/**
 * The paper draws its examples by Python's random.sample, one seed a run, and takes the same ones for all tasks.
 *
 * @throws UserErrors of reading the examples
 */
export async function openExamples(
  { mode, shots, seed, source }: ExampleOptions,
  options: Omit<TaskOptions, "split">,
): Promise<Examples> {
  const { name, hash, each } = await openPairTasks(source, { ...options, split: "train" });
  const pairs: Pair[] = [];
  for await (const { intent, code } of each()) pairs.push({ intent, code });
  const { length: count } = pairs;
  if (mode === "icl") {
    const drawn = pythonSample(seed, count, Math.min(shots, count)).map((i) => pairs[i]!);
    return { name, hash, count, of: () => drawn };
  }
  const index = bm25(pairs.map(({ intent }) => intent));
  return { name, hash, count, of: (intent) => index.nearest(intent, shots).map((i) => pairs[i]!) };
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
    "Give --examples, a .jsonl file of pairs that are not in the suite.",
  );
}
