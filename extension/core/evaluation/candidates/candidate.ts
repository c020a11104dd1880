/** A candidate: what an evaluation puts a suite to. It says who it is, and opens its model only when its turn comes. */

import * as z from "zod";
import type { BatchGenerator } from "../../inference/decoding/generateBatch.ts";
import type { Completion } from "../../completion/completer.ts";
import type { CompletionRequest } from "../../completion/completionRequest.ts";
import type { Log } from "../../foundation/log.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { SourceFile } from "../suites/heldOut.ts";

const count = z.int().nonnegative();

/** The part of a run's configuration that identifies the candidate. */
export const candidateFields = {
  /** Of n-grams, the base whose tokens are counted. */
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
};

/** N-grams instead of the base: the longest of them in tokens, and the corpus on which they are counted. */
export const ngramField = z.object({ order: count, corpus: z.string(), hash: z.string() }).optional();

/** What training the adapters has cost, where they say so. */
export const trainingsSchema = z.array(
  z.object({
    adapter: z.string(),
    seconds: z.number(),
    peakMemoryBytes: count,
    /** The best, per target token. */
    validationLoss: z.number().optional(),
  }),
);

export interface Candidate {
  readonly configuration: z.infer<z.ZodObject<typeof candidateFields>> & { ngram?: z.infer<typeof ngramField> };
  readonly trainings: z.infer<typeof trainingsSchema>;
  /** For suites of tasks. @throws UserError "option-invalid" where it only fills holes */
  openGenerator(): Promise<TaskModel>;
  /** For held-out code. */
  openInfiller(control: OpeningControl): Promise<Infiller>;
}

/** Continues many prompts; the generator is released by who opened it. */
export interface TaskModel {
  readonly generator: BatchGenerator;
  readonly tokenizer: Tokenizer;
}

export interface Infiller {
  /** Bits that the file's text costs. The path is read beforehand, and costs nothing. */
  bits(file: SourceFile, signal?: AbortSignal): Promise<number>;
  /** What the editor would insert. */
  complete(request: CompletionRequest, signal?: AbortSignal): Promise<Pick<Completion, "text" | "tokens">>;
  release(): Promise<void>;
}

export interface OpeningControl {
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  /** Reports work that takes long, such as counting n-grams; `total` is absent while it is unknown. */
  readonly onProgress?: (progress: { readonly phase: "corpus" | "counting"; done: number; total?: number }) => void;
}
