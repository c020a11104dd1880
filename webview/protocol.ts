/**
 * Every message between the extension and its webviews, by view and direction. Types only: the extension checks what
 * arrives (extension/vscode/trainingMessages.ts), a webview trusts the extension.
 */

/** What the training form asks for. */
export interface TrainingForm {
  data: { kind: "workspace" } | { kind: "path"; path: string };
  method: "lora" | "ia3";
  name: string;
  epochs: number;
  /** LoRA only. */
  rank: number;
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
