/** What the files of a run say: what it is made of, what was predicted, and what came out. It reads and writes none of them. */

import { createHash } from "node:crypto";
import * as z from "zod";
import { idSchema } from "../suites/tasks.ts";
import { verdictSchema } from "../sandbox/programProcess.ts";
import { protocolNames } from "../protocols/protocols.ts";
import { modes } from "./options.ts";

const count = z.int().nonnegative();
const problem = z.object({ where: z.string(), message: z.string() });

/** By what the nearest examples are found. */
const retrieverSchema = z.object({ name: z.string(), hash: z.string().optional() });

const decodingSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("greedy") }),
  z.object({ kind: z.literal("beams"), width: count, returned: count }),
  z.object({ kind: z.literal("sampling"), temperature: z.number(), topP: z.number(), count }),
]);

/** What decides the predictions. Runs of the same making have the same predictions. */
const makingSchema = z.object({
  suite: z.object({
    name: z.string(),
    /** How predictions are judged: compared with references, or by running them. */
    kind: z.enum(["pairs", "execution"]),
    hash: z.string(),
    /** Tasks that are taken. */
    tasks: count,
  }),
  base: z.object({ name: z.string(), modelType: z.string(), parameters: count, hash: z.string() }),
  adapters: z.array(
    z.object({
      name: z.string(),
      scale: z.number(),
      method: z.string(),
      /** Trainable parameters. */
      parameters: count,
      bytes: count,
      hash: z.string(),
    }),
  ),
  protocol: z.enum(protocolNames),
  mode: z.enum(modes),
  shots: count,
  /** Where examples come from, if there are any. */
  examples: z.object({ name: z.string(), hash: z.string(), retriever: retrieverSchema.optional() }).optional(),
  decoding: decodingSchema,
  seed: z.int(),
  /** Of Graft. */
  version: z.string(),
});

/** run.json: written before the first prediction. */
export const recordSchema = z.object({
  format: z.literal(1),
  making: makingSchema,
  startedAt: z.iso.datetime(),
  machine: z.object({
    platform: z.string(),
    processor: z.string(),
    cores: count,
    memoryBytes: count,
    node: z.string(),
  }),
  /** What making the adapters has cost, of those that say so. */
  trainings: z.array(
    z.object({
      adapter: z.string(),
      seconds: z.number(),
      peakMemoryBytes: count,
      /** The best, per target token. */
      validationLoss: z.number().optional(),
    }),
  ),
  /** Rows of the suite that were left out. */
  problems: z.array(problem),
});

/** A line of predictions.jsonl, in the order of the suite. `graft score` reads it, too. */
export const predictionSchema = z.object({
  id: idSchema,
  intent: z.string(),
  /** Best first, or in the order in which they were drawn. */
  predictions: z.array(z.string()),
  logProbabilities: z.array(z.number()),
  /** Of suites of pairs. */
  reference: z.string().optional(),
  /** Of suites with tests, one a prediction. */
  verdicts: z.array(verdictSchema).optional(),
});

/** A line of chunks.jsonl: so many tasks are done, and their predictions written. */
export const chunkSchema = z.object({
  /** Tasks of this chunk, those with problems included. */
  tasks: count,
  /** Size of predictions.jsonl behind it. */
  bytes: count,
  /** Tokens generated, of all candidates. */
  tokens: count,
  seconds: z.number(),
  /** Prompts of which something had to give way. */
  shortened: count,
  problems: z.array(problem),
  peakMemoryBytes: count,
});

const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });

/** result.json: written when all is predicted and scored. */
export const resultSchema = z.object({
  /** Tasks that have predictions. */
  items: count,
  /** By name: "em@1", "codebleu", "codebleu.syntax", "chrf", "pass@1" … CodeBLEU in 0..1, all others in percent. */
  scores: z.record(z.string(), estimate),
  shortened: count,
  problems: z.array(problem),
  tokens: count,
  seconds: z.number(),
  tokensPerSecond: z.number(),
  peakMemoryBytes: count,
  finishedAt: z.iso.datetime(),
});

export type RunMaking = z.infer<typeof makingSchema>;
export type RunRecord = z.infer<typeof recordSchema>;
export type Prediction = z.infer<typeof predictionSchema>;
export type Chunk = z.infer<typeof chunkSchema>;
export type RunResult = z.infer<typeof resultSchema>;

/** The name of a run's folder: for people, and different for runs of different making. */
export function runId(making: RunMaking): string {
  const hash = createHash("sha256").update(JSON.stringify(making)).digest("hex").slice(0, 8);
  const words = [making.suite.name.replace(/\.jsonl$/, ""), contenderOf(making), making.protocol];
  return `${words
    .join(" ")
    .replaceAll(/[^A-Za-z0-9.@]+/g, "-")
    .slice(0, 100)}-${hash}`;
}

/** "graft-base + sql-style", "graft-base, 2 nearest", "graft-base, 3 drawn (seed 42)". */
export function contenderOf(
  { base, adapters, mode, shots, seed }: RunMaking,
  seeds: readonly number[] = [seed],
): string {
  const names = adapters.map(({ name, scale }) => (scale === 1 ? name : `${name}@${scale}`));
  const model = [base.name, ...names].join(" + ");
  switch (mode) {
    case "icl":
      return `${model}, ${shots} drawn (${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")})`;
    case "rag":
      return `${model}, ${shots} nearest`;
    case "zero-shot":
    case "trained":
      return (mode === "trained") === adapters.length > 0 ? model : `${model}, ${mode}`;
  }
}
