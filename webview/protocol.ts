/**
 * Every message between the extension and its webviews, by view and direction. Types only: the extension checks what
 * arrives (extension/vscode/trainingMessages.ts and basesMessages.ts), a webview trusts the extension.
 */

/** What the training form asks for. */
export interface TrainingForm {
  data: { kind: "workspace" } | { kind: "path"; path: string };
  method: { name: "lora"; rank: number } | { name: "ia3" } | { name: "prefix" | "prompt"; virtualTokens: number };
  name: string;
  epochs: number;
}

/** Where the one training of this window stands. */
export type TrainingState =
  | { phase: "idle" }
  | TrainingRunning
  | { phase: "done"; name: string; active: boolean; seconds: number; validation: Validation | undefined }
  | { phase: "failed"; name: string; message: string; nextStep: string; resumable: boolean }
  | { phase: "cancelled"; name: string; resumable: boolean };

export interface TrainingRunning {
  phase: "running";
  name: string;
  cancelling: boolean;
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

/** Loss on held-out data, in nats per token. */
export interface Validation {
  before: number;
  best: number;
}

// ── training view → extension ────────────────────────────────────────────────────────────────────────────────────────

export type FromTraining =
  /** The view was (re)loaded and knows nothing: everything is sent. */
  | { type: "ready" }
  | { type: "checkName"; name: string }
  /** Opens a dialog, answered by dataChosen unless it is dismissed. */
  | { type: "chooseData"; kind: "file" | "folder" }
  | { type: "start"; form: TrainingForm }
  | { type: "cancel" }
  | { type: "resume" }
  /** Back to the form. */
  | { type: "dismiss" }
  | { type: "selectAdapter" }
  | { type: "showLog" };

// ── extension → training view ────────────────────────────────────────────────────────────────────────────────────────

export type ToTraining =
  | { type: "state"; state: TrainingState }
  /** The open folder and its Python files; `files` is undefined while they are counted. */
  | { type: "workspace"; folder: string | undefined; files: number | undefined; suggestedName: string }
  /** `problem` is absent for a name that can be used. */
  | { type: "nameChecked"; name: string; problem?: string }
  | { type: "dataChosen"; path: string };

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
  obstacle?: "architecture" | "pickle";
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
