/**
 * Runs many programs against their checks, in a sandbox or, with the user's consent, without. Knows no suites and no
 * scores.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { internalError, UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import type { Checks } from "../suites/executionTasks.ts";
import type { Sandbox } from "./sandbox.ts";
import { runShutIn, runUnprotected, type Job, type Limits, type Verdict } from "./programProcess.ts";

/** A busy machine stretches clock time, but not processor time. */
export const usualLimits: Limits = {
  seconds: 20,
  cpuSeconds: 4,
  memoryBytes: 2 ** 30,
  outputBytes: 2 ** 20,
  threads: 64,
};

export interface CheckRunnerOptions {
  /** Runs programs without any protection of the machine: the user has consented. */
  readonly unprotected?: boolean;
  readonly limits?: Partial<Limits>;
  /** The number of programs that run at once, by default as many as there are processors. The others wait. */
  readonly parallel?: number;
}

/** @throws UserError "sandbox-failed" if Python does not start; the signal's reason */
export type RunChecks = (program: string, checks: Checks, signal?: AbortSignal) => Promise<Verdict>;

/** @throws UserError "sandbox-missing" if there is none, and the user has not consented to run without */
export function openCheckRunner(sandbox: Sandbox, options: CheckRunnerOptions = {}): RunChecks {
  const { unprotected = false, parallel = availableParallelism() } = options;
  const limits = { ...usualLimits, ...options.limits };
  if (sandbox.kind === "none" && !unprotected) {
    const message = say`Cannot run a model's programs without a sandbox: ${sandbox.why}.`;
    throw new UserError("sandbox-missing", message, sandbox.nextStep);
  }
  const run = async (job: Job, signal?: AbortSignal): Promise<Verdict> => {
    signal?.throwIfAborted();
    if (sandbox.kind === "bubblewrap") return await runShutIn(sandbox, job, signal);
    if (!sandbox.python) throw internalError("programs are to run, and nobody has looked for Python");
    const folder = await mkdtemp(join(tmpdir(), "graft-checks-"));
    try {
      return await runUnprotected(sandbox.python, folder, job, signal);
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  };
  const inTurn = pLimit(parallel);
  return (program, checks, signal) => inTurn(() => run({ program, checks, limits }, signal));
}
