/** Messages between the extension and the studies panel. The extension validates all messages of this web page. */

import * as z from "zod/mini";
import type { NumberField } from "./numberField.ts";
import type { PaperDataState } from "./paperData.ts";
import type { LiveEvaluation } from "./liveEvaluation.ts";
import type { StudyResults } from "./studyResults.ts";

const text = z.string().check(z.minLength(1));

const studyForm = z.object({
  title: text,
  /** Data sets of the paper by name, files and folders by path. */
  suites: z.array(text).check(z.minLength(1)),
  /** File of the examples for the user's own suites; empty for none. */
  examples: z.string(),
  /** Whether the base in use, without anything added, is a candidate. */
  hasBase: z.boolean(),
  /** Numbers of drawn examples, each a candidate. The same for the nearest examples. */
  drawn: z.array(z.int()),
  nearest: z.array(z.int()),
  /** Folder of a sentence encoder that finds the nearest, too; empty for none. */
  encoder: z.string(),
  adapters: z.array(text),
  bases: z.array(text),
  /** Whether code is also completed with the other files of its repository. */
  hasRepository: z.boolean(),
  protocol: z.enum(["graft", "paper-v2", "paper-v3"]),
  decoding: z.enum(["beams", "greedy", "samples"]),
  /** Number of tasks of each suite, from the first on; all if absent. */
  limit: z.exactOptional(z.int()),
  seeds: z.array(z.int()).check(z.minLength(1)),
});

/** The request of the form for a new study. */
export type StudyForm = z.infer<typeof studyForm>;

export const studyExports = ["folder", "csv", "json", "markdown", "latex"] as const;
export type StudyExport = (typeof studyExports)[number];

const pair = z.object({
  /** Positions of a suite in the results, and of two of its rows. */
  suite: z.int(),
  first: z.int(),
  second: z.int(),
  measure: text,
});

/** Two candidates whose differences a chart shows task by task. */
export type AskedPair = z.infer<typeof pair>;

/** Messages from the panel to the extension. */
export const fromStudies = z.discriminatedUnion("type", [
  /** The panel was (re)loaded and has no state. */
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("create"), form: studyForm }),
  /** Creates the paper's questions about this many tasks of each suite, or opens the study that asks them. */
  z.object({ type: z.literal("createPaper"), limit: z.exactOptional(z.int()) }),
  z.object({ type: z.literal("open"), name: text }),
  z.object({ type: z.literal("close") }),
  z.object({ type: z.literal("remove"), name: text }),
  /** Opens a dialog. pathChosen answers, unless the user dismisses it. */
  z.object({ type: z.literal("choosePath"), what: z.enum(["file", "folder", "examples", "encoder"]) }),
  z.object({ type: z.literal("getCodeAlpacaPy") }),
  /** Starts or resumes the open study. */
  z.object({ type: z.literal("start") }),
  /** Ends it after the tasks that are running. */
  z.object({ type: z.literal("pause") }),
  /** Ends it at once. */
  z.object({ type: z.literal("stop") }),
  /** Moves a run of the plan by this many places, down or, if negative, up, among the waiting runs. */
  z.object({ type: z.literal("move"), run: z.int(), by: z.int() }),
  /** Opens the study's file in the editor. */
  z.object({ type: z.literal("edit") }),
  /** Reads the study's file and plans again. */
  z.object({ type: z.literal("replan") }),
  z.object({ type: z.literal("export"), as: z.enum(studyExports) }),
  /** Asks for the tasks of a suite, by its position in the results. */
  z.object({ type: z.literal("tasks"), suite: z.int() }),
  z.object({ type: z.literal("task"), suite: z.int(), id: text }),
  /** Opens the reference and a run's best answer side by side in the editor. */
  z.object({ type: z.literal("diff"), suite: z.int(), id: text, run: z.int() }),
  /** Copies a task with its answers as Markdown. */
  z.object({ type: z.literal("copyIssue"), suite: z.int(), id: text }),
  /** Takes runs of another machine from a folder that the user chooses. */
  z.object({ type: z.literal("importRuns") }),
  z.object({ type: z.literal("removeRun"), run: text }),
  z.object({ type: z.literal("differences"), pair }),
  /** Saves the chart of these differences as a file. */
  z.object({ type: z.literal("saveDifferences"), pair }),
  z.object({ type: z.literal("showLog") }),
]);

export type FromStudies = z.infer<typeof fromStudies>;

/** Messages from the extension to the panel. */
export type ToStudies =
  | { type: "fields"; fields: StudyFields }
  | { type: "state"; state: StudiesState }
  /** The results of the open study, whenever they change. */
  | { type: "results"; results: StudyResults }
  | { type: "paperData"; state: PaperDataState }
  | { type: "pathChosen"; what: "file" | "folder" | "examples" | "encoder"; path: string }
  | { type: "tasks"; suite: number; tasks: SuiteTasks }
  | { type: "task"; suite: number; detail: TaskView }
  | { type: "differences"; pair: AskedPair; svg: string };

export interface StudyFields {
  limit: NumberField;
  seed: NumberField;
  shots: NumberField;
  /** The most characters of a title, and the most items of each other kind. */
  most: Readonly<Record<"title" | "suites" | "candidates" | "seeds" | "runs", number>>;
}

interface Problem {
  message: string;
  nextStep: string;
}

export interface StudyCard {
  /** The file's name, without its ending. */
  name: string;
  title: string;
  suites: number;
  candidates: number;
  /** Why the file cannot be used. */
  problem?: Problem;
}

export interface StudiesState {
  /** Undefined until they are known. */
  studies: readonly StudyCard[] | undefined;
  problem: Problem | undefined;
  /** The base in use, the others, and the library's adapters, the one in use first. */
  base: string | undefined;
  bases: readonly string[];
  adapters: readonly string[];
  /** Whether one of the adapters is in use. */
  isInUse: boolean;
  /** By adapter: the suite of the files that its training held out, if they are known. */
  heldOut: Readonly<Record<string, string>>;
  open: OpenStudy | undefined;
}

export interface OpenStudy {
  name: string;
  title: string;
  /** "testing": planned, while the paired tests of what is finished are computed. */
  phase: "planning" | "testing" | "ready" | "running" | "pausing" | "stopping";
  runs: readonly RunView[];
  /** The positions of the runs in the order of their evaluation. */
  order: readonly number[];
  /** Candidates that do not apply to a suite. */
  notes: readonly string[];
  problem?: Problem;
}

export type Scores = Readonly<Record<string, { value: number; low: number; high: number }>>;

/** A run of the open study. */
export interface RunView {
  suite: string;
  candidate: string;
  seed: number;
  tasks?: number;
  done: number;
  isFinished: boolean;
  needsTraining: boolean;
  /** Whether it waits for its turn, so that its place in the order can change. */
  canMove: boolean;
  /** Estimated seconds until it is finished. */
  seconds?: number;
  /** The estimate may be wrong by a factor of three. */
  isRough: boolean;
  problem?: Problem;
  /** While it runs. */
  live?: Omit<LiveEvaluation, "stage"> & { stage: LiveEvaluation["stage"] | "training" };
  /** Early answers while it runs, then the result. */
  scores?: Scores;
}

/** The tasks of a suite, with the answers of its finished runs at a glance. */
export interface SuiteTasks {
  /** Names of the runs. */
  runs: readonly string[];
  rows: readonly TaskRowView[];
}

export interface TaskRowView {
  id: string;
  intent: string;
  length: number;
  /** In the order of the runs. */
  cells: readonly ({ isRight: boolean; similarity?: number } | null)[];
}

export interface TaskView {
  id: string;
  intent: string;
  reference?: string;
  place?: { path: string; line: number; column: number };
  answers: readonly ({
    predictions: readonly {
      text: string;
      logProbability?: number;
      verdict?: { passed: boolean; output: string };
    }[];
    prompt?: string;
  } | null)[];
}
