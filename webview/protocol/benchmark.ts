/** Messages between the extension and the benchmark panel. What the panel sends is checked: it is a web page. */

import * as z from "zod/mini";
import type { NumberField } from "./numberField.ts";
import type { PaperDataState } from "./paperData.ts";

const text = z.string().check(z.minLength(1));

const evaluationForm = z.object({
  suite: z.discriminatedUnion("kind", [
    z.object({ kind: z.enum(["conala", "codealpacapy"]) }),
    /** A folder holds held-out Python code, completed as in the editor: mode, examples and protocol do not concern it. */
    z.object({ kind: z.enum(["file", "folder"]), path: text }),
  ]),
  /** Name of an adapter of the library; empty for the base alone. */
  adapter: z.string(),
  mode: z.enum(["zero-shot", "icl", "rag", "trained"]),
  /** For ICL and RAG only. */
  shots: z.exactOptional(z.int()),
  /** Where examples come from; empty for the training part of a paper's data set. */
  examples: z.string(),
  protocol: z.enum(["graft", "paper-v2", "paper-v3"]),
  /** Tasks, the first ones; all where it is absent. */
  limit: z.exactOptional(z.int()),
  seed: z.int(),
});

/** What the benchmark's form asks for. Limits of its numbers are the evaluation's own. */
export type EvaluationForm = z.infer<typeof evaluationForm>;

/** Benchmark panel → extension. */
export const fromBenchmark = z.discriminatedUnion("type", [
  /** It was (re)loaded and knows nothing. */
  z.object({ type: z.literal("ready") }),
  /** Opens a dialog, answered by fileChosen unless it is dismissed. */
  z.object({ type: z.literal("chooseFile"), what: z.enum(["suite", "folder", "examples"]) }),
  /** Asks for consent, and gets CodeAlpacaPy. */
  z.object({ type: z.literal("getCodeAlpacaPy") }),
  z.object({ type: z.literal("start"), form: evaluationForm }),
  z.object({ type: z.literal("cancel") }),
  /** Forgets how the last one ended. */
  z.object({ type: z.literal("dismiss") }),
  /** By their ids. */
  z.object({ type: z.literal("compare"), first: text, second: text }),
  z.object({ type: z.literal("closeComparison") }),
  /** Asks for a file and writes a table of these runs. */
  z.object({ type: z.literal("export"), runs: z.array(text) }),
  z.object({ type: z.literal("showLog") }),
]);

export type FromBenchmark = z.infer<typeof fromBenchmark>;

/** Extension → benchmark panel. */
export type ToBenchmark =
  /** Comes first: limits and defaults of the form's numbers. */
  | { type: "numbers"; numbers: EvaluationNumbers }
  | { type: "state"; state: BenchmarkState }
  | { type: "fileChosen"; what: "suite" | "folder" | "examples"; path: string }
  | { type: "paperData"; state: PaperDataState };

export interface EvaluationNumbers {
  shots: NumberField;
  limit: NumberField;
  seed: NumberField;
}

/** The one evaluation of this window. */
export type EvaluationState =
  | { phase: "idle" }
  | {
      phase: "running";
      cancelling: boolean;
      /** Absent until the first task is done: suite and base are loaded first. */
      progress?: {
        candidate: string;
        /** "measuring" counts files of held-out code, for bits per byte. */
        stage: "measuring" | "predicting" | "scoring";
        done: number;
        total: number;
        etaSeconds?: number;
        tokensPerSecond?: number;
        /** What was predicted last. */
        last?: { intent: string; prediction: string };
      };
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
  /** Once it is finished. */
  result?: {
    /** By name, in the order in which they are shown, with 95 % intervals. */
    scores: Readonly<Record<string, { value: number; low: number; high: number }>>;
    /** Rows and tasks that were left out. */
    problems: number;
    seconds: number;
    tokensPerSecond: number;
  };
}

/** How the scores of the first run differ from those of the second, on the tasks that both have. */
export interface RunComparison {
  first: string;
  second: string;
  /** Absent until it is there. */
  found?: {
    items: number;
    /** Below it there is no verdict. */
    fewestItems: number;
    differences: Readonly<
      Record<
        string,
        {
          difference: number;
          interval: { low: number; high: number };
          p: number;
          /** Which is better; "none" where no difference was found, "tooFew" where there are too few tasks to tell. */
          verdict: "first" | "second" | "none" | "tooFew";
        }
      >
    >;
  };
}

export interface BenchmarkState {
  /** The newest first; undefined until they are known. */
  runs: readonly RunCard[] | undefined;
  /** Why there is no list, no comparison or no export. */
  problem: { message: string; nextStep: string } | undefined;
  /** What can be evaluated: the base in use, and the library's adapters. */
  base: string | undefined;
  adapters: readonly string[];
  evaluation: EvaluationState;
  comparison: RunComparison | undefined;
}
