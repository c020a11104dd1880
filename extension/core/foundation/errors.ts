/** The two kinds of failure: what a user can mend, and what only we can. */

/**
 * Something the user can put right: a missing folder, an adapter of another shape, a full disk.
 *
 * The message says what is wrong and why, with both values where two disagree; `nextStep` says what to do now.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  /** Stable and kebab-case, such as "adapter-mismatch": tests and callers match on it, never on the message. */
  readonly code: string;
  readonly nextStep: string;

  constructor(code: string, message: string, nextStep: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.nextStep = nextStep;
  }
}

/** A bug of ours. The prefix tells a reader of the log at once that no setting of theirs will mend it. */
export function internalError(message: string, options?: ErrorOptions): Error {
  return new Error(`internal: ${message}`, options);
}

/** Whether `error` says that somebody cancelled the work, which is an outcome and not a failure. */
export function isCancelled(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** The error code of the operating system ("ENOENT", "ENOSPC", …), where there is one. */
export function systemCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
