/** The two kinds of errors: those that a user can fix, and bugs. */

import { english, type Said, type SaidProblem } from "./words/said.ts";

/** Every code of a {@link UserError}. Stable: tests, callers and exit codes match on them, never on messages. */
export const userErrorCodes = [
  // Adapters
  "adapter-invalid",
  "adapter-mismatch",
  "adapter-missing",
  "adapter-unsupported",
  "targets-unknown",
  // Bases, their configuration, weights and tokenizers
  "base-in-use",
  "base-invalid",
  "base-missing",
  "base-not-imported",
  "base-outdated",
  "base-too-large",
  "config-invalid",
  "dtype-unsupported",
  "model-folder-invalid",
  "model-type-unknown",
  "name-invalid",
  "name-taken",
  "safetensors-invalid",
  "source-unknown",
  "tensor-missing",
  "tokenizer-invalid",
  "tokenizer-mismatch",
  "tokenizer-stuck",
  "weights-missing",
  "weights-not-finite",
  "weights-pickled",
  // Completion
  "context-full",
  "position-outside",
  "prompt-empty",
  "token-outside",
  "too-wide",
  // Data sets
  "data-empty",
  "data-foreign",
  "data-format",
  "data-missing",
  "data-too-small",
  "data-unreadable",
  "licence-not-accepted",
  "secret-found",
  "tokens-damaged",
  "validation-invalid",
  // Downloads
  "download-busy",
  "download-damaged",
  "hub-busy",
  "hub-failed",
  "hub-gated",
  "hub-not-found",
  "hub-revision-unknown",
  "hub-setting-invalid",
  "hub-unauthorized",
  "hub-unreachable",
  // Evaluation
  "code-execution",
  "encoder-invalid",
  "examples-missing",
  "python-missing",
  "run-busy",
  "run-empty",
  "run-invalid",
  "run-missing",
  "runs-differ",
  "sandbox-failed",
  "sandbox-missing",
  "score-empty",
  "suite-empty",
  "suite-format",
  "suite-missing",
  "study-exists",
  "study-invalid",
  "study-missing",
  // The repository index
  "index-busy",
  // The machine, files, processes and options
  "device-failed",
  "disk-full",
  "engine-stopped",
  "file-irregular",
  "file-missing",
  "file-too-large",
  "not-writable",
  "option-invalid",
  "platform-unsupported",
  // Training
  "checkpoint-invalid",
  "checkpoint-mismatch",
  "checkpoint-missing",
  "nothing-changed",
  "refresh-missing",
  "training-busy",
  "training-diverged",
  "training-exists",
  "training-gone",
  "training-too-large",
] as const;

export type UserErrorCode = (typeof userErrorCodes)[number];

/**
 * An error that the user can fix: a missing folder, an adapter of another shape, a full disk.
 *
 * The message says what happened and why, with both values if two disagree. `nextStep` says what to do.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly code: UserErrorCode;
  /** The next step, in English like the message. */
  readonly nextStep: string;
  /** Message and next step in translatable form. */
  readonly said: SaidProblem;

  constructor(code: UserErrorCode, message: Said, nextStep: Said, options?: ErrorOptions) {
    super(english(message), options);
    this.code = code;
    this.nextStep = english(nextStep);
    this.said = { message, nextStep };
  }
}

/** Returns an error for a bug in Graft. Its prefix tells readers of the log that no setting of theirs is the cause. */
export function internalError(message: string, options?: ErrorOptions): Error {
  return new Error(`internal: ${message}`, options);
}

/** Whether `error` is a cancellation, which is not a failure. */
export function isCancelled(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** Returns the operating system's error code ("ENOENT", "ENOSPC", …), if there is one. The codes of UserErrors are Graft's own. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof UserError) return undefined;
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
