/**
 * A candidate is the system that an evaluation tests. It identifies itself, and opens its model only when its turn
 * comes.
 */

import * as z from "zod";
import type { BatchGenerator } from "../../inference/decoding/generateBatch.ts";
import type { Completion } from "../../completion/result/completion.ts";
import type { CompletionRequest } from "../../completion/completionRequest.ts";
import type { Log } from "../../foundation/log.ts";
import type { Snippet } from "../../repository/repositoryQuery.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { curvesSchema } from "../../training/output/trainingReport.ts";
import type { SourceFile } from "../suites/heldOut.ts";

const count = z.int().nonnegative();

/** The part of a run's configuration that identifies the candidate. */
export const candidateFields = {
  /** The base. N-grams count its tokens. */
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

/** For n-grams instead of the base: their order in tokens, and the corpus that they are counted on. */
export const ngramField = z.object({ order: count, corpus: z.string(), hash: z.string() }).optional();

/** The trainings that made the adapters and the base, if their folders record them. */
export const trainingsSchema = z.array(
  z.object({
    /** The adapter's name, or the base's. */
    adapter: z.string(),
    /** If all weights of the base were trained: their number, and the size of their file. */
    base: z.object({ parameters: count, bytes: count }).optional(),
    seconds: z.number(),
    peakMemoryBytes: count,
    /** The best validation loss, per target token. */
    validationLoss: z.number().optional(),
    losses: curvesSchema.optional(),
  }),
);

export interface Candidate {
  readonly configuration: z.infer<z.ZodObject<typeof candidateFields>> & { ngram?: z.infer<typeof ngramField> };
  readonly trainings: z.infer<typeof trainingsSchema>;
  /** For suites of tasks. @throws UserError "option-invalid" if the candidate can only fill holes */
  openGenerator(): Promise<TaskModel>;
  /** For held-out code. */
  openInfiller(control: OpeningControl): Promise<Infiller>;
}

/** Continues many prompts. The caller that opened the generator releases it. */
export interface TaskModel {
  readonly generator: BatchGenerator;
  readonly tokenizer: Tokenizer;
}

export interface Infiller {
  /** The most tokens of other files in front of a file. */
  readonly contextTokens: number;
  /** Returns the bits that the file's text costs. What the model reads in front of it costs nothing. */
  bits(file: SourceFile, options?: BitsOptions): Promise<number>;
  /** Returns the text that the editor would insert. */
  complete(request: CompletionRequest, signal?: AbortSignal): Promise<Pick<Completion, "text" | "tokens">>;
  release(): Promise<void>;
}

export interface BitsOptions {
  /** Whether the model reads the file's path first; by default it does. */
  readonly hasPath?: boolean;
  /** Returns the parts of other files to read in front of the text that follows `prefix`. */
  readonly contextAfter?: ((prefix: string) => readonly Snippet[]) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface OpeningControl {
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  /** Reports slow work, such as counting n-grams; `total` is absent while it is unknown. */
  readonly onProgress?: (progress: { readonly phase: "corpus" | "counting"; done: number; total?: number }) => void;
}
