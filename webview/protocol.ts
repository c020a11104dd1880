/**
 * Every message between the extension and its webviews, by view and direction. Types only: the extension checks what
 * arrives (extension/vscode/*Messages.ts), a webview trusts the extension.
 */

/** What the training form asks for. */
export interface TrainingForm {
  data: { kind: "workspace" | "conala" | "codealpacapy" } | { kind: "path"; path: string };
  method: { name: "lora"; rank: number } | { name: "ia3" } | { name: "prefix" | "prompt"; virtualTokens: number };
  name: string;
  /** Absent: as many as the data needs. */
  epochs?: number | undefined;
}

/** Where the one training of this window stands. */
export type TrainingState =
  | { phase: "idle" }
  | TrainingRunning
  | TrainingDone
  | { phase: "failed"; name: string; message: string; nextStep: string; resumable: boolean; leftOut?: LeftOut }
  | { phase: "cancelled"; name: string; resumable: boolean };

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

/** The paper's data sets on this machine. CoNaLa ships with Graft. */
export interface PaperDataState {
  codealpacapy: "here" | "missing" | "coming";
}

// ── training view → extension ────────────────────────────────────────────────────────────────────────────────────────

export type FromTraining =
  /** The view was (re)loaded and knows nothing: everything is sent. */
  | { type: "ready" }
  | { type: "checkName"; name: string }
  /** Opens a dialog, answered by dataChosen unless it is dismissed. */
  | { type: "chooseData"; kind: "file" | "folder" }
  /** Asks for consent, and gets CodeAlpacaPy. */
  | { type: "getCodeAlpacaPy" }
  | { type: "start"; form: TrainingForm }
  /** Keeps all that a resume needs; a training that has not begun its steps ends. */
  | { type: "pause" }
  /** Ends the training with an adapter of the best it has learnt. */
  | { type: "finish" }
  | { type: "resume"; name: string }
  /** Makes an adapter of what an unfinished training has learnt. */
  | { type: "keep"; name: string }
  | { type: "discard"; name: string }
  /** Back to the form. */
  | { type: "dismiss" }
  | { type: "selectAdapter" }
  /** Opens the list of files that are not trained on. */
  | { type: "showLeftOut" }
  | { type: "showLog" };

// ── extension → training view ────────────────────────────────────────────────────────────────────────────────────────

export type ToTraining =
  | { type: "state"; state: TrainingState }
  /** All but the one that this window runs. */
  | { type: "unfinished"; trainings: readonly UnfinishedCard[] }
  /** The open folder and its Python files; `files` is undefined while they are counted. */
  | { type: "workspace"; folder: string | undefined; files: number | undefined; suggestedName: string }
  /** `problem` is absent for a name that can be used. */
  | { type: "nameChecked"; name: string; problem?: string }
  | { type: "dataChosen"; path: string }
  | { type: "paperData"; state: PaperDataState };

/** What a base costs this machine. */
export interface BaseCost {
  parameters: number;
  /** On disk, once it is installed. */
  bytes: number;
  memoryBytes: number;
  fit: "easily" | "barely" | "not";
}

export interface InstalledBaseCard extends BaseCost {
  name: string;
  modelType: string;
  embedded: boolean;
  /** A folder, or OWNER/NAME@COMMIT. */
  origin: string;
}

export interface OfferedBaseCard extends BaseCost {
  repository: string;
  modelType: string;
  licence: string;
  downloadBytes: number;
  obstacle?: "architecture" | "pickle" | "memory";
  /** An estimate for this machine; absent until that is measured, and where it cannot be told. */
  tokensPerSecond?: number;
  /** Whether it is the largest that suits this machine. */
  recommended?: true;
}

/** The one import of this window. */
export type ImportState =
  | {
      phase: "running";
      /** What the user named. */
      source: string;
      cancelling: boolean;
      /** Absent until the first bytes are there. */
      progress?:
        | { stage: "download"; done: number; total: number; bytesPerSecond: number; etaSeconds: number }
        | { stage: "convert"; done: number; total: number };
    }
  | { phase: "failed"; source: string; message: string; nextStep: string };

export interface BasesState {
  /** Undefined until it is known. */
  survey:
    | { installed: readonly InstalledBaseCard[]; offered: readonly OfferedBaseCard[]; machineBytes: number }
    | undefined;
  /** Why the survey could not be made. */
  problem: { message: string; nextStep: string } | undefined;
  /** Name of the base that completes. */
  inUse: string | undefined;
  importing: ImportState | undefined;
  /** The folder that the settings name, where it has not been imported: another base stands in for it. */
  notImported: string | undefined;
}

// ── bases panel → extension ──────────────────────────────────────────────────────────────────────────────────────────

export type FromBases =
  /** It was (re)loaded and knows nothing. */
  | { type: "ready" }
  /** Asks for a model or a folder first. */
  | { type: "add" }
  | { type: "import"; source: string }
  | { type: "cancel" }
  /** Forgets how the last import failed. */
  | { type: "dismiss" }
  | { type: "use"; name: string }
  | { type: "remove"; name: string }
  | { type: "showLog" };

// ── extension → bases panel ──────────────────────────────────────────────────────────────────────────────────────────

export type ToBases = { type: "state"; state: BasesState };

/** What the benchmark's form asks for. */
export interface EvaluationForm {
  /** A folder holds held-out Python code, which is completed as in the editor: mode, examples and protocol do not concern it. */
  suite: { kind: "conala" | "codealpacapy" } | { kind: "file" | "folder"; path: string };
  /** Name of an adapter of the library; empty for the base alone. */
  adapter: string;
  mode: "zero-shot" | "icl" | "rag" | "trained";
  /** Of ICL and RAG. */
  shots: number;
  /** Where examples come from; empty for the training part of a paper's data set. */
  examples: string;
  protocol: "graft" | "paper-v2" | "paper-v3";
  /** Tasks, the first ones; all where it is absent. */
  limit?: number;
  seed: number;
}

/** The one evaluation of this window. */
export type EvaluationState =
  | { phase: "idle" }
  | {
      phase: "running";
      cancelling: boolean;
      /** Absent until the first task is done: suite and base are loaded first. */
      progress?: {
        contender: string;
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
  contender: string;
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

/** Of the first run's scores from the second's, on the tasks that both have. */
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

// ── benchmark panel → extension ──────────────────────────────────────────────────────────────────────────────────────

export type FromBenchmark =
  /** It was (re)loaded and knows nothing. */
  | { type: "ready" }
  /** Opens a dialog, answered by fileChosen unless it is dismissed. */
  | { type: "chooseFile"; what: "suite" | "folder" | "examples" }
  /** Asks for consent, and gets CodeAlpacaPy. */
  | { type: "getCodeAlpacaPy" }
  | { type: "start"; form: EvaluationForm }
  | { type: "cancel" }
  /** Forgets how the last one ended. */
  | { type: "dismiss" }
  /** By their ids. */
  | { type: "compare"; first: string; second: string }
  | { type: "closeComparison" }
  /** Asks for a file and writes a table of these runs. */
  | { type: "export"; runs: string[] }
  | { type: "showLog" };

// ── extension → benchmark panel ──────────────────────────────────────────────────────────────────────────────────────

export type ToBenchmark =
  | { type: "state"; state: BenchmarkState }
  | { type: "fileChosen"; what: "suite" | "folder" | "examples"; path: string }
  | { type: "paperData"; state: PaperDataState };
