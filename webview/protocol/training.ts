/** Messages between the extension and the training view. What the view sends is checked: it is a web page. */

import * as z from "zod/mini";
import type { NumberField } from "./numberField.ts";
import type { PaperDataState } from "./paperData.ts";

const trainingForm = z.object({
  data: z.discriminatedUnion("kind", [
    z.object({ kind: z.enum(["workspace", "conala", "codealpacapy"]) }),
    z.object({ kind: z.literal("path"), path: z.string().check(z.minLength(1)) }),
  ]),
  method: z.discriminatedUnion("name", [
    z.object({ name: z.literal("lora"), rank: z.int() }),
    z.object({ name: z.literal("ia3") }),
    z.object({ name: z.enum(["prefix", "prompt"]), virtualTokens: z.int() }),
  ]),
  name: z.string(),
  /** Absent: as many as the data needs. */
  epochs: z.optional(z.int()),
});

/** What the training form asks for. Limits of its numbers are the training's own, and checked there. */
export type TrainingForm = z.infer<typeof trainingForm>;

/** A folder's name and no path: what comes after it is read, moved and removed. */
const name = z.string().check(
  z.regex(/^[^/\\]+$/),
  z.refine((text) => text !== "." && text !== ".."),
);

/** Training view → extension. */
export const fromTraining = z.discriminatedUnion("type", [
  /** The view was (re)loaded and knows nothing: everything is sent. */
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("checkName"), name: z.string() }),
  /** Opens a dialog, answered by dataChosen unless it is dismissed. */
  z.object({ type: z.literal("chooseData"), kind: z.enum(["file", "folder"]) }),
  /** Asks for consent, and gets CodeAlpacaPy. */
  z.object({ type: z.literal("getCodeAlpacaPy") }),
  z.object({ type: z.literal("start"), form: trainingForm }),
  /** Keeps all that a resume needs; a training that has not begun its steps ends. */
  z.object({ type: z.literal("pause") }),
  /** Ends the training with an adapter of the best it has learnt. */
  z.object({ type: z.literal("finish") }),
  /** Resumes an unfinished training, makes an adapter of what it has learnt, discards it, or brings it back. */
  z.object({ type: z.enum(["resume", "keep", "discard", "undo"]), name }),
  /** Back to the form. */
  z.object({ type: z.literal("dismiss") }),
  z.object({ type: z.literal("selectAdapter") }),
  /** To the text editor, where the new adapter completes. */
  z.object({ type: z.literal("tryAdapter") }),
  /** Opens the benchmark. */
  z.object({ type: z.literal("evaluate") }),
  /** Opens the list of files that are not trained on. */
  z.object({ type: z.literal("showLeftOut") }),
  z.object({ type: z.literal("showLog") }),
]);

export type FromTraining = z.infer<typeof fromTraining>;

/** Extension → training view. */
export type ToTraining =
  /** Comes first: limits and defaults of the form's numbers. */
  | { type: "numbers"; numbers: TrainingNumbers }
  | { type: "state"; state: TrainingState }
  /** All but the one that this window runs; and the names of discarded ones that can be brought back. */
  | { type: "unfinished"; trainings: readonly UnfinishedCard[]; discarded: readonly string[] }
  /** The open folder, its Python files, and names that no new adapter can have; `files` is undefined while they are counted. */
  | { type: "workspace"; folder: string | undefined; files: number | undefined; taken: readonly string[] }
  /** `problem` is absent for a name that can be used. */
  | { type: "nameChecked"; name: string; problem?: string }
  | { type: "dataChosen"; path: string }
  | { type: "paperData"; state: PaperDataState };

export interface TrainingNumbers {
  epochs: NumberField;
  rank: NumberField;
  virtualTokens: NumberField;
}

/** Where the one training of this window stands. */
export type TrainingState =
  | { phase: "idle" }
  | TrainingRunning
  | TrainingDone
  | { phase: "failed"; name: string; message: string; nextStep: string; reached?: Reached; leftOut?: LeftOut }
  | { phase: "cancelled"; name: string; reached?: Reached };

/** How far a training came that can be resumed. */
export interface Reached {
  step: number;
  steps: number;
  /** The last one that was told; absent where it stopped before it told any. */
  loss?: number;
}

export interface TrainingDone {
  phase: "done";
  name: string;
  active: boolean;
  seconds: number;
  validation: Validation | undefined;
  /** Steps done, and those that there would have been. */
  steps: number;
  plannedSteps: number;
  problems: RowProblems;
  leftOut?: LeftOut;
}

/** Rows that could not be used; `first` says which one, and why. */
export interface RowProblems {
  count: number;
  first: string;
}

/** A training that was interrupted, as it lies on disk. */
export interface UnfinishedCard {
  name: string;
  base: string;
  /** 0 of 0 where another version of Graft began it, which this one cannot resume. */
  step: number;
  steps: number;
  /** It runs in another window. */
  busy: boolean;
}

export interface TrainingRunning {
  phase: "running";
  name: string;
  /** What it has been asked for and does as soon as it can. */
  stopping?: "pause" | "finish";
  /** Known once the data is read: `raised` where epochs were added for so little data. */
  outline?: { steps: number; epochs: number; raised: boolean; problems: RowProblems };
  leftOut?: LeftOut;
  /** Of the data, in examples, where it is so much that reading it takes a while. */
  reading?: { examples: number; of: number; etaSeconds: number };
  /** Absent until the first step is done: data is read and the base loaded first. */
  progress?: {
    step: number;
    steps: number;
    loss: number;
    tokensPerSecond: number;
    etaSeconds: number;
    /** The loss so far, oldest first, thinned to what a sparkline can show. */
    losses: readonly number[];
    validation: Validation | undefined;
  };
}

/** How many files of the data are not trained on, by the reason; absent where there are none. */
export type LeftOut = Partial<
  Record<
    | "ignored"
    | "environment"
    | "installed"
    | "hidden"
    | "secret"
    | "duplicate"
    | "generated"
    | "minified"
    | "unparsable"
    | "large"
    | "binary"
    | "encoding"
    | "empty"
    | "unreadable",
    number
  >
>;

/** Loss on held-out data, in nats per token. */
export interface Validation {
  before: number;
  best: number;
}
