/** The names and contents of a run's files: its configuration, predictions and result. Reads and writes no files. */

import { createHash } from "node:crypto";
import * as z from "zod";
import { nameOf } from "../../adapters/chosenAdapters.ts";
import { devices } from "../../runtime/device.ts";
import { candidateFields, ngramField, trainingsSchema } from "../candidates/candidate.ts";
import { protocolNames } from "../protocols/protocols.ts";
import { verdictSchema } from "../sandbox/programProcess.ts";
import { benchmarks } from "../suites/benchmarkNames.ts";
import { holeKinds } from "../suites/drawHoles.ts";
import { holePlaces } from "../suites/holes.ts";
import { idSchema } from "../suites/taskId.ts";
import { modes } from "./evaluationRequest.ts";

/** In the run's folder. */
export const runFiles = {
  record: "run.json",
  predictions: "predictions.jsonl",
  chunks: "chunks.jsonl",
  result: "result.json",
} as const;

const count = z.int().nonnegative();
const problem = z.object({ where: z.string(), message: z.string() });

/** The method that finds the nearest examples. */
const retrieverSchema = z.object({ name: z.string(), hash: z.string().optional() });

const decodingSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("greedy") }),
  z.object({ kind: z.literal("beams"), width: count, returned: count }),
  z.object({ kind: z.literal("sampling"), temperature: z.number(), topP: z.number(), count }),
]);

/** Everything that decides the predictions: runs with the same configuration have the same predictions. */
const configurationSchema = z.object({
  suite: z.object({
    name: z.string(),
    /** How predictions are judged: by references, by running tests, as held-out code, or as a published benchmark does. */
    kind: z.enum(["pairs", "execution", "infilling", "completion"]),
    hash: z.string(),
    /** Tasks of the run; for held-out code, files and holes together. */
    tasks: count,
    /** For held-out code: the first tasks are files, measured in bits per byte; the others are holes. */
    files: count.optional(),
  }),
  ...candidateFields,
  /**
   * "editor" for held-out code: the completer's own prompts, stop rules and post-processing. A published benchmark's name
   * for its rows: the same completer, compared as the benchmark does.
   */
  protocol: z.enum([...protocolNames, "editor", ...benchmarks]),
  mode: z.enum(modes),
  shots: count,
  /** The source of the examples, if there are any. */
  examples: z.object({ name: z.string(), hash: z.string(), retriever: retrieverSchema.optional() }).optional(),
  /** For held-out code and benchmarks, unless the model reads only each file's path. "given": by the rows. */
  context: z
    .discriminatedUnion("kind", [
      z.object({ kind: z.enum(["none", "given"]) }),
      /** `tokens` of other files at most, unless the base decides. */
      z.object({ kind: z.literal("repository"), name: z.string(), hash: z.string(), tokens: count.optional() }),
    ])
    .optional(),
  /** For held-out code: the version of the weights of copied text; absent if the prior is off. */
  prior: z.string().optional(),
  /** For held-out code, if no tokens are guessed. */
  draft: z.literal(false).optional(),
  decoding: decodingSchema,
  seed: z.int(),
  /** Graft's version. */
  version: z.string(),
  ngram: ngramField,
});

const currentRecordSchema = z.object({
  format: z.literal(2),
  configuration: configurationSchema,
  startedAt: z.iso.datetime(),
  machine: z.object({
    platform: z.string(),
    processor: z.string(),
    cores: count,
    memoryBytes: count,
    node: z.string(),
    /** The device that computed, if that was not the CPU. */
    device: z.enum(devices).exactOptional(),
  }),
  trainings: trainingsSchema,
  /** Rows and files of the suite that were left out. */
  problems: z.array(problem),
});

/** Format 1 called the configuration "making". */
const firstRecordSchema = z
  .looseObject({ format: z.literal(1), making: z.unknown() })
  .transform(({ making, ...rest }) => ({ ...rest, format: 2, configuration: making }));

/** run.json, written before the first prediction. */
export const recordSchema = z.union([firstRecordSchema, z.unknown()]).pipe(currentRecordSchema);

/** A line of predictions.jsonl, in the order of the suite. `graft score` also reads it. */
export const predictionSchema = z.object({
  id: idSchema,
  /** For tasks. */
  intent: z.string().optional(),
  /** Best first, or samples in the order in which they were drawn. */
  predictions: z.array(z.string()),
  /** For tasks. */
  logProbabilities: z.array(z.number()).optional(),
  /** For suites of pairs; for holes, the author's text. */
  reference: z.string().optional(),
  /** For suites with tests, one per prediction. */
  verdicts: z.array(verdictSchema).optional(),
  /** For holes: the position, from 1, and whether the file parses with the prediction. */
  hole: z
    .object({
      kind: z.enum(holeKinds),
      place: z.enum(holePlaces),
      path: z.string(),
      line: count,
      column: count,
      parses: z.boolean(),
    })
    .optional(),
});

/** The bits that a file's text costs, and its size in UTF-8. */
const textCostSchema = z.object({ path: z.string(), bits: z.number(), bytes: count });

/** A line of chunks.jsonl, written after the chunk's predictions. */
export const chunkSchema = z.object({
  /** Tasks of this chunk, including those with problems. */
  tasks: count,
  /** Size of predictions.jsonl after the chunk. */
  bytes: count,
  /** Tokens generated, over all texts of each prompt. */
  tokens: count,
  seconds: z.number(),
  /** Prompts that were shortened. */
  shortened: count,
  problems: z.array(problem),
  peakMemoryBytes: count,
  /** For held-out code, if the chunk's tasks are files: the bits of each. */
  texts: z.array(textCostSchema).optional(),
});

const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });

/** result.json, written when everything is predicted and scored. */
export const resultSchema = z.object({
  /** Tasks or holes that have predictions. */
  items: count,
  /** Tasks whose best answer holds no code, if there are any; earlier versions did not count them. */
  codeless: count.optional(),
  /** By name; measures/measureFormat.ts lists the names with their units. */
  scores: z.record(z.string(), estimate),
  /** For held-out code: the items in bits per byte, and holes by kind ("line") and place ("line.word"). */
  heldOut: z.object({ files: count, bytes: count, holes: z.record(z.string(), count) }).optional(),
  shortened: count,
  problems: z.array(problem),
  tokens: count,
  seconds: z.number(),
  tokensPerSecond: z.number(),
  peakMemoryBytes: count,
  finishedAt: z.iso.datetime(),
});

export type RunConfiguration = z.infer<typeof configurationSchema>;
export type RunRecord = z.infer<typeof recordSchema>;
export type TextCost = z.infer<typeof textCostSchema>;
export type Prediction = z.infer<typeof predictionSchema>;
export type Chunk = z.infer<typeof chunkSchema>;
export type RunResult = z.infer<typeof resultSchema>;

/** Returns the name of a run's folder: readable, and different for different configurations. */
export function runId(configuration: RunConfiguration): string {
  const hash = createHash("sha256").update(JSON.stringify(configuration)).digest("hex").slice(0, 8);
  const words = [
    configuration.suite.name.replace(/\.jsonl$/, ""),
    candidateName(configuration),
    configuration.protocol,
  ];
  return `${words
    .join(" ")
    .replaceAll(/[^A-Za-z0-9.@]+/g, "-")
    .slice(0, 100)}-${hash}`;
}

/** Returns the number of answers that a run has for each task. EM@k for a larger k would only repeat the value for this number. */
export function answersOf(decoding: RunConfiguration["decoding"]): number {
  switch (decoding.kind) {
    case "greedy":
      return 1;
    case "beams":
      return decoding.returned;
    case "sampling":
      return decoding.count;
  }
}

/** Returns a stored result without EM@k for more answers than the run has, which earlier versions of Graft also scored. */
export function ofAnswers(result: RunResult, { decoding }: RunConfiguration): RunResult {
  const isMeant = (name: string): boolean => Number(/^em@(\d+)$/.exec(name)?.[1] ?? 0) <= answersOf(decoding);
  return { ...result, scores: Object.fromEntries(Object.entries(result.scores).filter(([name]) => isMeant(name))) };
}

/**
 * Describes the candidate: "graft-base + sql-style", "graft-base + repository", "graft-base, 2 nearest", "graft-base, 3
 * drawn (seed 42)", "5-gram".
 */
export function candidateName(
  { suite, base, adapters, mode, shots, seed, ngram, context, prior }: RunConfiguration,
  seeds: readonly number[] = [seed],
): string {
  if (ngram) return `${ngram.order}-gram`;
  const names = adapters.length > 0 ? [nameOf(adapters)] : [];
  const repository = context && context.kind !== "none" ? [repositoryName(context)] : [];
  const without = [
    ...(context?.kind === "none" ? ["path"] : []),
    ...((suite.kind === "infilling" || suite.kind === "completion") && prior === undefined ? ["prior"] : []),
  ];
  const model = [[base.name, ...names, ...repository].join(" + "), ...without.map((part) => `without ${part}`)].join(
    ", ",
  );
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

/** "repository", "repository (480 tokens)" */
function repositoryName(context: NonNullable<RunConfiguration["context"]>): string {
  const tokens = context.kind === "repository" ? context.tokens : undefined;
  return tokens === undefined ? "repository" : `repository (${tokens} tokens)`;
}
