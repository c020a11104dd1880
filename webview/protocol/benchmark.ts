/** Messages between the extension and the benchmark panel. The extension validates all messages of this web page. */

import * as z from "zod/mini";
import type { NumberField } from "./numberField.ts";
import type { PaperDataState } from "./paperData.ts";
import type { LiveEvaluation } from "./liveEvaluation.ts";

const text = z.string().check(z.minLength(1));

const evaluationForm = z.object({
  suite: z.discriminatedUnion("kind", [
    z.object({ kind: z.enum(["conala", "codealpacapy"]) }),
    /** A folder of held-out Python code, completed as in the editor. Mode, examples and protocol do not apply to it. */
    z.object({ kind: z.enum(["file", "folder"]), path: text }),
  ]),
  /** One of the state's adapters; empty for the base alone. */
  adapter: z.string(),
  mode: z.enum(["zero-shot", "icl", "rag", "trained"]),
  /** Only for ICL and RAG. */
  shots: z.exactOptional(z.int()),
  /** File of the examples; empty for the training part of a paper's data set. */
  examples: z.string(),
  protocol: z.enum(["graft", "paper-v2", "paper-v3"]),
  /** Number of tasks, from the first on; all if absent. */
  limit: z.exactOptional(z.int()),
  seed: z.int(),
});

/** The request of the benchmark form. The evaluation's schema has the limits of its numbers. */
export type EvaluationForm = z.infer<typeof evaluationForm>;

/** Messages from the panel to the extension. */
export const fromBenchmark = z.discriminatedUnion("type", [
  /** The panel was (re)loaded and has no state. */
  z.object({ type: z.literal("ready") }),
  /** Opens a dialog. fileChosen answers, unless the user dismisses it. */
  z.object({ type: z.literal("chooseFile"), what: z.enum(["suite", "folder", "examples"]) }),
  /** Asks for consent and gets CodeAlpacaPy. */
  z.object({ type: z.literal("getCodeAlpacaPy") }),
  z.object({ type: z.literal("start"), form: evaluationForm }),
  z.object({ type: z.literal("cancel") }),
  /** Dismisses the result of the last evaluation. */
  z.object({ type: z.literal("dismiss") }),
  /** Compares two runs by their ids. */
  z.object({ type: z.literal("compare"), first: text, second: text }),
  z.object({ type: z.literal("closeComparison") }),
  /** Asks for a file and writes a table of these runs to it. */
  z.object({ type: z.literal("export"), runs: z.array(text) }),
  z.object({ type: z.literal("showLog") }),
]);

export type FromBenchmark = z.infer<typeof fromBenchmark>;

/** Messages from the extension to the panel. */
export type ToBenchmark =
  /** The first message: limits and defaults of the form's numbers. */
  | { type: "numbers"; numbers: EvaluationNumbers }
  | { type: "state"; state: BenchmarkState }
  | { type: "fileChosen"; what: "suite" | "folder" | "examples"; path: string }
  | { type: "paperData"; state: PaperDataState };

export interface EvaluationNumbers {
  shots: NumberField;
  limit: NumberField;
  seed: NumberField;
}

/** The evaluation of this window; there is at most one. */
export type EvaluationState =
  | { phase: "idle" }
  | {
      phase: "running";
      cancelling: boolean;
      /** Absent until the first task is done, while suite and base are loaded. */
      progress?: LiveEvaluation & { candidate: string };
    }
  | { phase: "cancelled" }
  | { phase: "failed"; message: string; nextStep: string };

/** A run, finished or not. */
export interface RunCard {
  id: string;
  candidate: string;
  suite: string;
  protocol: string;
  /** ISO 8601. */
  startedAt: string;
  done: number;
  tasks: number;
  /** Present once the run is finished. */
  result?: {
    /** Scores by measure, in display order, with 95 % intervals. */
    scores: Readonly<Record<string, { value: number; low: number; high: number }>>;
    /** Rows and tasks that were skipped. */
    problems: number;
    seconds: number;
    tokensPerSecond: number;
  };
}

/** The differences between the scores of two runs, on the tasks that both have. */
export interface RunComparison {
  first: string;
  second: string;
  /** Absent until it is computed. */
  found?: {
    items: number;
    /** Fewest tasks for a verdict. */
    fewestItems: number;
    differences: Readonly<
      Record<
        string,
        {
          difference: number;
          interval: { low: number; high: number };
          p: number;
          /** The better run; "none" if no difference was found, "tooFew" if there are too few tasks for a verdict. */
          verdict: "first" | "second" | "none" | "tooFew";
        }
      >
    >;
  };
}

export interface BenchmarkState {
  /** The runs, newest first; undefined until they are known. */
  runs: readonly RunCard[] | undefined;
  /** The error if the list, the comparison or the export failed. */
  problem: { message: string; nextStep: string } | undefined;
  /** The candidates: the base in use, the adapters in use (such as "team@0.75 + own"), and each of the library. */
  base: string | undefined;
  adapters: readonly string[];
  evaluation: EvaluationState;
  comparison: RunComparison | undefined;
}
