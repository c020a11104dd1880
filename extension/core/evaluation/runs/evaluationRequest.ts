/**
 * The evaluate request: one schema for types, defaults, limits and descriptions, and the settings that follow from it.
 * Opens nothing.
 */

import * as z from "zod";
import { contextFields } from "../../completion/context/contextFields.ts";
import { copyFields } from "../../completion/copies/copyFields.ts";
import { UserError } from "../../foundation/errors.ts";
import { inWords, readRequest } from "../../foundation/requestSchema.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import { protocolNames } from "../protocols/protocols.ts";
import { namedDeviceField } from "../../runtime/deviceField.ts";

/**
 * The text in front of a task: nothing, drawn examples, the nearest examples, or nothing for a model that was trained on such
 * tasks.
 */
export const modes = ["zero-shot", "icl", "rag", "trained"] as const;

/** The paper's decoding and the defaults: beams for suites of pairs, samples for suites with tests. */
const [beams, samples, temperature, topP] = [10, 5, 0.6, 0.95] as const;

/** Fields for every kind of suite. */
export const suiteFields = {
  suite: z
    .string()
    .min(1)
    .describe(
      "conala, codealpacapy, .jsonl of tasks (pairs, MBPP, HumanEval, APPS), Python sources with holes to fill, or .jsonl or .parquet of CrossCodeEval, RepoBench or RepoPeftBench",
    ),
  limit: z
    .int()
    .min(1)
    .optional()
    .describe("Tasks to run, the first ones (all); in Python sources, holes of each kind (500) and files (all)"),
  seed: z.int().default(42).describe("Random seed"),
  device: namedDeviceField,
  fresh: z.boolean().default(false).describe("Evaluate again instead of showing the finished run"),
};

/** Fields for suites of tasks only. */
export const taskFields = {
  protocol: z.enum(protocolNames).default("graft").describe("Prompts, stops and comparison"),
  mode: z.enum(modes).optional().describe("What precedes each task (trained with --adapter, else zero-shot)"),
  shots: z.int().min(1).max(100).default(1).describe("Examples in front of each task, with mode icl or rag"),
  examples: z
    .string()
    .optional()
    .describe("Source of the examples: .jsonl of pairs; a paper's data set has its training part"),
  encoder: z
    .string()
    .optional()
    .describe("Sentence encoder that finds the nearest examples; shared words find them unless given"),
  greedy: z.boolean().default(false).describe("Take the most probable token each time"),
  beams: z.int().min(1).max(1000).default(beams).describe("Width of the beam search"),
  samples: z
    .int()
    .min(1)
    .max(1000)
    .default(samples)
    .describe("Draw this many answers instead; the default where there are tests"),
  temperature: z.number().gt(0).max(100).default(temperature).describe("Temperature of samples"),
  topP: z.number().gt(0).max(1).default(topP).describe("Nucleus of samples"),
  allowCodeExecution: z
    .boolean()
    .default(false)
    .describe("Run what the model writes, in a sandbox, against a suite's tests"),
  withoutSandbox: z.boolean().default(false).describe("Run it even where this machine has no sandbox"),
};

/** Fields for held-out code only. */
export const infillingFields = {
  ngram: z.string().optional().describe("Corpus of Python sources: evaluate n-grams counted on it"),
  bits: z.boolean().default(true).describe("Measure bits per byte"),
  ...contextFields,
  ...copyFields,
};

/** Plain JSON, because it crosses process borders. Absent fields take their defaults. */
export const evaluationRequest = z.object({
  base: z.string().describe("Name of an installed base, or a folder; empty for the embedded base"),
  home: z.string().describe("Folder of bases and runs"),
  embedded: z.string().describe("Folder of the base that ships with Graft"),
  dataFolder: z.string().describe("Folder of the user's copies of the paper's data sets"),
  shippedData: z.string().optional().describe("Folder of the data sets that ship with Graft"),
  adapters: z
    .array(z.object({ folder: z.string(), scale: z.number() }))
    .readonly()
    .default([])
    .describe("Adapters in use"),
  ...suiteFields,
  ...taskFields,
  ...infillingFields,
});

export type EvaluationOptions = z.input<typeof evaluationRequest>;
export type Mode = (typeof modes)[number];

export type RunDecoding =
  | { readonly kind: "greedy" }
  | { readonly kind: "beams"; readonly width: number; readonly returned: number }
  | { readonly kind: "sampling"; readonly temperature: number; readonly topP: number; readonly count: number };

/** The request with its defaults. `mode`, `shots` and `decoding` follow from the other fields. */
export interface EvaluationSettings extends Omit<z.output<typeof evaluationRequest>, "mode"> {
  readonly mode: Mode;
  /** 0 without examples. */
  readonly shots: number;
  /** Undefined if the kind of the suite decides. */
  readonly decoding: RunDecoding | undefined;
}

/** The default for the mode. */
export const defaultDecoding = {
  pairs: { kind: "beams", width: beams, returned: beams },
  execution: { kind: "sampling", temperature, topP, count: samples },
  infilling: { kind: "greedy" },
} as const satisfies Record<string, RunDecoding>;

/** @throws UserError "option-invalid" */
export function readEvaluationOptions(options: EvaluationOptions): EvaluationSettings {
  const request = readRequest(evaluationRequest, options, say`evaluate`);
  for (const name of ["repository", "contextTokens"] as const) {
    if (request[name] === undefined || request.context === "repository") continue;
    throw refused(name, request[name], say`left out without context repository`);
  }
  const mode = request.mode ?? (request.adapters.length > 0 ? "trained" : "zero-shot");
  const hasExamples = mode === "icl" || mode === "rag";
  if (options.shots !== undefined && !hasExamples)
    throw refused("shots", options.shots, say`left out without icl or rag`);
  if (options.encoder !== undefined && mode !== "rag")
    throw refused("encoder", options.encoder, say`left out without rag`);
  return { ...request, mode, shots: hasExamples ? request.shots : 0, decoding: decodingOf(request, options) };
}

function decodingOf(request: z.output<typeof evaluationRequest>, given: EvaluationOptions): RunDecoding | undefined {
  const searches = given.beams !== undefined;
  const draws = [given.samples, given.temperature, given.topP].some((value) => value !== undefined);
  if (request.greedy) {
    if (searches || draws) throw refused("greedy", true, say`left out where beams or samples are asked for`);
    return { kind: "greedy" };
  }
  if (searches) {
    if (draws) throw refused("beams", request.beams, say`left out where samples are asked for`);
    return { kind: "beams", width: request.beams, returned: request.beams };
  }
  if (!draws) return undefined;
  return { kind: "sampling", temperature: request.temperature, topP: request.topP, count: request.samples };
}

function refused(name: string, value: unknown, expected: Said): UserError {
  const message = say`Cannot evaluate with ${inWords(name)} ${String(value)}: it must be ${expected}.`;
  return new UserError("option-invalid", message, say`Give another ${inWords(name)}, or leave it out for the default.`);
}
