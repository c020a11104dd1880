/** Messages between the extension and the training view. The extension validates all messages of this web page. */

import * as z from "zod/mini";
import type { CommitsState } from "./commits.ts";
import type { EstimateState } from "./estimate.ts";
import type { LossCurves } from "./lossCurves.ts";
import type { NumberField } from "./numberField.ts";
import type { PaperDataState } from "./paperData.ts";
import type { SnippetsState } from "./snippets.ts";
import type { Objection, TrialShown } from "./trial.ts";

const trainingForm = z.object({
  data: z.discriminatedUnion("kind", [
    /** "joint": CoNaLa and CodeAlpacaPy together, as in the paper. */
    z.object({ kind: z.enum(["workspace", "snippets", "conala", "codealpacapy", "joint"]) }),
    /** Lines that the user's own commits of the last months added to the workspace. */
    z.object({ kind: z.literal("commits"), months: z.int() }),
    z.object({ kind: z.literal("path"), path: z.string().check(z.minLength(1)) }),
  ]),
  method: z.discriminatedUnion("name", [
    /** Without a size, the training decides it. */
    z.object({ name: z.literal("lora"), rank: z.exactOptional(z.int()) }),
    z.object({ name: z.literal("ia3") }),
    z.object({ name: z.enum(["prefix", "prompt"]), virtualTokens: z.exactOptional(z.int()) }),
  ]),
  name: z.string(),
  /** If absent, the balanced one. */
  preset: z.optional(z.enum(["quick", "balanced", "thorough", "paper"])),
  /** If absent, the preset decides. */
  epochs: z.optional(z.int()),
  /** Files to train on although a rule leaves them out, and rules to ignore. */
  include: z.optional(z.array(z.string().check(z.minLength(1)))),
});

/** The request of the training form. The training's schema has the limits of its numbers and checks them. */
export type TrainingForm = z.infer<typeof trainingForm>;

/** The name of a folder, not a path, because the folder is read, moved and removed. */
const name = z.string().check(
  z.regex(/^[^/\\]+$/),
  z.refine((text) => text !== "." && text !== ".."),
);

/** Messages from the view to the extension. */
export const fromTraining = z.discriminatedUnion("type", [
  /** The view was (re)loaded and has no state; the extension sends everything. */
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("checkName"), name: z.string() }),
  /** Opens a dialog. dataChosen answers, unless the user dismisses it. */
  z.object({ type: z.literal("chooseData"), kind: z.enum(["file", "folder"]) }),
  /** Asks for consent and gets CodeAlpacaPy. */
  z.object({ type: z.literal("getCodeAlpacaPy") }),
  /** Asks what the user's commits added; "commits" answers. */
  z.object({ type: z.literal("surveyCommits"), months: z.int() }),
  /** Opens a snippet in an editor, or removes it. */
  z.object({ type: z.enum(["openSnippet", "removeSnippet"]), path: z.string().check(z.minLength(1)) }),
  /** Brings the snippet back that was removed last. */
  z.object({ type: z.literal("restoreSnippet") }),
  z.object({ type: z.literal("start"), form: trainingForm }),
  /** Reads the form's data to show what would be trained on. */
  z.object({ type: z.literal("preview"), form: trainingForm }),
  /** Asks what the training would take; a newer question replaces an older one. */
  z.object({ type: z.literal("estimate"), form: trainingForm }),
  /** Ends a preview, or forgets its result. */
  z.object({ type: z.literal("clearPreview") }),
  /** Stops and keeps everything that a resume needs. A training without steps so far ends. */
  z.object({ type: z.literal("pause") }),
  /** Finishes the training and makes an adapter of its best parameters so far. */
  z.object({ type: z.literal("finish") }),
  /** Continues the training on battery power. */
  z.object({ type: z.literal("trainOnBattery") }),
  /** Resumes an unfinished training, makes an adapter of it, discards it, or restores it. */
  z.object({ type: z.enum(["resume", "keep", "discard", "undo"]), name }),
  /** Puts an adapter of the library into use. */
  z.object({ type: z.literal("activate"), name }),
  /** Brings back the adapters that the new one replaced. */
  z.object({ type: z.literal("bringBack") }),
  /** Returns to the form. */
  z.object({ type: z.literal("dismiss") }),
  z.object({ type: z.literal("selectAdapter") }),
  /** Goes to the text editor to try the new adapter. */
  z.object({ type: z.literal("tryAdapter") }),
  /** Opens the benchmark. */
  z.object({ type: z.literal("evaluate") }),
  /** Opens the list of files that are not trained on. */
  z.object({ type: z.literal("showLeftOut") }),
  z.object({ type: z.literal("showLog") }),
]);

export type FromTraining = z.infer<typeof fromTraining>;

/** Messages from the extension to the view. */
export type ToTraining =
  /** The first message: limits and defaults of the form's numbers. */
  | { type: "numbers"; numbers: TrainingNumbers }
  | { type: "state"; state: TrainingState }
  /** Unfinished trainings, except the one that this window runs, and the names of discarded ones that can be restored. */
  | { type: "unfinished"; trainings: readonly UnfinishedCard[]; discarded: readonly string[] }
  /** The open folder, its Python files, and names that no new adapter can have; `files` is undefined while they are counted. */
  | { type: "workspace"; folder: string | undefined; files: number | undefined; taken: readonly string[] }
  /** `problem` is absent if the name can be used. */
  | { type: "nameChecked"; name: string; problem?: string }
  | { type: "dataChosen"; path: string }
  | { type: "commits"; state: CommitsState }
  | { type: "snippets"; state: SnippetsState }
  | { type: "paperData"; state: PaperDataState }
  /** What the form's training would take. */
  | { type: "estimate"; estimate: EstimateState }
  /** What would be trained on; undefined without a question. */
  | { type: "preview"; preview: PreviewState | undefined };

/** A reading of the form's data. */
export type PreviewState =
  | { phase: "running"; reading?: { examples: number; of: number; etaSeconds: number } }
  | { phase: "failed"; message: string; nextStep: string }
  | ({ phase: "done" } & PreviewShown);

export interface PreviewShown {
  /** Files, or rows, and tokens of one pass over them. */
  files: number;
  tokens: number;
  /** Sequences to train on, and those that are held out. */
  sequences: number;
  heldOut: number;
  steps: number;
  problems: RowProblems;
  /** Each example is its text in parts: those that the model learns to write, and those that it only reads. */
  examples: readonly (readonly { text: string; learned: boolean }[])[];
  /** Files and folders. The user can include those with `canInclude` anyway. */
  leftOut: readonly { path: string; reason: keyof LeftOut; canInclude: boolean }[];
  /** Further files that are left out. */
  moreLeftOut: number;
}

export interface TrainingNumbers {
  epochs: NumberField;
  rank: NumberField;
  virtualTokens: NumberField;
  months: NumberField;
}

/** The state of this window's training; there is at most one. */
export type TrainingState =
  | { phase: "idle" }
  | TrainingRunning
  | TrainingDone
  | { phase: "failed"; name: string; message: string; nextStep: string; reached?: Reached; leftOut?: LeftOut }
  | { phase: "cancelled"; name: string; reached?: Reached };

/** How far a resumable training came. */
export interface Reached {
  step: number;
  steps: number;
  /** The last reported loss; absent if the training stopped before it reported one. */
  loss?: number;
}

interface ScaledAdapter {
  readonly name: string;
  readonly scale: number;
}

export interface TrainingDone {
  phase: "done";
  name: string;
  active: boolean;
  /** The other adapters that are in use with it. */
  beside: readonly ScaledAdapter[];
  /** Why it was not put into use. */
  objection?: Objection;
  /** Whether the adapter was deleted after the training ended. */
  deleted?: boolean;
  /** The adapters that it replaced. */
  replaced?: readonly ScaledAdapter[] | undefined;
  /** Time of all work, including the trial and excluding waits and pauses. */
  seconds: number;
  validation: Validation | undefined;
  /** Steps done, and the number that was planned. */
  steps: number;
  plannedSteps: number;
  /** Passes over the data that the steps done made. */
  epochs?: number;
  problems: RowProblems;
  leftOut?: LeftOut;
  /** Absent if no step's loss is known. */
  curves?: LossCurves;
  /** Absent if no source files were held out. */
  trial?: TrialShown;
}

/** Rows that could not be used; `first` names the first one and its problem. */
export interface RowProblems {
  count: number;
  first: string;
}

/** An interrupted training on disk. */
export interface UnfinishedCard {
  name: string;
  base: string;
  /** 0 of 0 if another version of Graft started it; this version cannot resume it. */
  step: number;
  steps: number;
  /** Whether it runs in another window. */
  busy: boolean;
}

export interface TrainingRunning {
  phase: "running";
  name: string;
  /** A pending request, which the training fulfills as soon as it can. */
  stopping?: "pause" | "finish" | undefined;
  /** Why the training waits now. */
  waits?: "typing" | "battery" | undefined;
  /** Present once the data is read. `raised`: epochs were added because there is little data. */
  outline?: { steps: number; epochs: number; raised: boolean; problems: RowProblems };
  leftOut?: LeftOut;
  /** Progress of the trial on held-out lines, which follows the last step. */
  trial?: { done: number; of: number; etaSeconds: number };
  /** Progress of reading the data, in examples; only if reading takes a while. */
  reading?: { examples: number; of: number; etaSeconds: number };
  /** Absent until the first step is done, while the data is read and the base is loaded. */
  progress?: {
    step: number;
    steps: number;
    loss: number;
    tokensPerSecond: number;
    etaSeconds: number;
    curves: LossCurves;
    validation: Validation | undefined;
  };
}

/** Number of files that are not trained on, by reason. A reason without files is absent. */
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

/** Loss on the validation data, in nats per token. */
export interface Validation {
  before: number;
  best: number;
}
