/** What an evaluation is asked to do, with what is not said filled in. It opens nothing. */

import { UserError } from "../../foundation/errors.ts";
import { protocolNames, type ProtocolName } from "../protocols/protocols.ts";

/**
 * How tasks are put to a model: without examples, with drawn ones, with the nearest ones, or as to a model that has been trained
 * on such tasks.
 */
export const modes = ["zero-shot", "icl", "rag", "trained"] as const;
export type Mode = (typeof modes)[number];

/** As plain JSON, since it crosses process borders. What is absent takes its default. */
export interface EvaluationOptions {
  /** Name of an installed base or a folder; empty for the embedded base. */
  readonly base: string;
  /** Where bases and runs are kept. */
  readonly home: string;
  /** The base that ships with Graft. */
  readonly embedded: string;
  /** Where the user's copies of the paper's data sets lie. */
  readonly dataFolder: string;
  /** Where those lie that ship with Graft. */
  readonly shippedData?: string;
  readonly adapters?: readonly { readonly folder: string; readonly scale: number }[];
  /** "conala", "codealpacapy", or a .jsonl file of pairs, or of tasks with tests. */
  readonly suite: string;
  /** "graft" unless told. */
  readonly protocol?: ProtocolName;
  /** "trained" with adapters, "zero-shot" without, unless told. */
  readonly mode?: Mode;
  /** How many examples, 1 unless told. */
  readonly shots?: number;
  /** Where examples come from: a .jsonl file of pairs; of a paper's data set its training part, unless told. */
  readonly examples?: string;
  /** With "rag": folder of a sentence encoder, such as gte-small, that says what is near. BM25 does unless told. */
  readonly encoder?: string;
  /** Ten beams unless told; of suites with tests, 5 samples. */
  readonly decoding?: RunDecoding;
  /** Only so many tasks, the first ones. */
  readonly limit?: number;
  /** Of what is drawn: examples, samples, intervals. 42 unless told. */
  readonly seed?: number;
  /** Runs what the model writes against a suite's tests, in a sandbox. */
  readonly allowCodeExecution?: boolean;
  /** Does so even where this machine has no sandbox. */
  readonly withoutSandbox?: boolean;
  /** Predicts anew even where a run with the same options is there. */
  readonly fresh?: boolean;
}

export type RunDecoding =
  | { readonly kind: "greedy" }
  | { readonly kind: "beams"; readonly width: number; readonly returned: number }
  | { readonly kind: "sampling"; readonly temperature: number; readonly topP: number; readonly count: number };

export interface EvaluationSettings {
  readonly protocol: ProtocolName;
  readonly mode: Mode;
  /** 0 where no examples are shown. */
  readonly shots: number;
  readonly decoding: RunDecoding | undefined;
  readonly limit: number | undefined;
  readonly seed: number;
}

/** The paper's, for suites of pairs and for those with tests. */
export const paperDecoding = {
  pairs: { kind: "beams", width: 10, returned: 10 },
  execution: { kind: "sampling", temperature: 0.6, topP: 0.95, count: 5 },
} as const satisfies Record<string, RunDecoding>;

/** @throws UserError "option-invalid" */
export function readEvaluationOptions(options: EvaluationOptions): EvaluationSettings {
  const { adapters = [], protocol = "graft", decoding, limit, seed = 42 } = options;
  const mode = options.mode ?? (adapters.length > 0 ? "trained" : "zero-shot");
  const hasExamples = mode === "icl" || mode === "rag";
  if (!protocolNames.includes(protocol)) throw refused("protocol", protocol, protocolNames.join(", "));
  if (!modes.includes(mode)) throw refused("mode", mode, modes.join(", "));
  if (options.shots !== undefined && !hasExamples) throw refused("shots", options.shots, "left out without icl or rag");
  if (options.encoder !== undefined && mode !== "rag")
    throw refused("encoder", options.encoder, "left out without rag");
  const shots = hasExamples ? (options.shots ?? 1) : 0;
  const whole = (name: string, value: number, from: number, to = Number.MAX_SAFE_INTEGER): void => {
    if (Number.isSafeInteger(value) && value >= from && value <= to) return;
    throw refused(name, value, `a whole number from ${from}${to === Number.MAX_SAFE_INTEGER ? " on" : ` to ${to}`}`);
  };
  if (hasExamples) whole("shots", shots, 1);
  if (limit !== undefined) whole("limit", limit, 1);
  whole("seed", seed, -Number.MAX_SAFE_INTEGER);
  if (decoding?.kind === "beams") {
    whole("beams", decoding.width, 1, 1000);
    whole("returned", decoding.returned, 1, decoding.width);
  }
  if (decoding?.kind === "sampling") {
    whole("samples", decoding.count, 1);
    const { temperature, topP } = decoding;
    if (!(temperature > 0 && temperature < Infinity)) throw refused("temperature", temperature, "above 0");
    if (!(topP > 0 && topP <= 1)) throw refused("top-p", topP, "above 0, and at most 1");
  }
  return { protocol, mode, shots, decoding, limit, seed };
}

function refused(name: string, value: unknown, expected: string): UserError {
  const message = `Cannot evaluate with ${name} ${String(value)}: it must be ${expected}.`;
  return new UserError("option-invalid", message, `Give another ${name}, or leave it out for the default.`);
}
