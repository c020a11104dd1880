/** Many programs run against their checks, in a sandbox or, where the user insists, without. It knows no suites and no figures. */

import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { internalError, UserError } from "../../foundation/errors.ts";
import type { Checks } from "../suites/executionTasks.ts";
import type { Sandbox } from "./sandbox.ts";
import { runShutIn, runUnprotected, type Job, type Limits, type Verdict } from "./programProcess.ts";

/** A busy machine stretches the clock's time, not the processor's. */
export const usualLimits: Limits = {
  seconds: 20,
  cpuSeconds: 4,
  memoryBytes: 2 ** 30,
  outputBytes: 2 ** 20,
  threads: 64,
};

export interface CheckRunnerOptions {
  /** Runs programs although nothing protects the machine from them: the user has said so. */
  readonly unprotected?: boolean;
  readonly limits?: Partial<Limits>;
  /** How many programs may run at once: as many as there are processors, unless told. The others wait. */
  readonly parallel?: number;
}

/** @throws UserError "sandbox-failed" where Python does not start; the signal's reason */
export type RunChecks = (program: string, checks: Checks, signal?: AbortSignal) => Promise<Verdict>;

/** @throws UserError "sandbox-missing" where there is none and nobody insists */
export function openCheckRunner(sandbox: Sandbox, options: CheckRunnerOptions = {}): RunChecks {
  const { unprotected = false, parallel = availableParallelism() } = options;
  const limits = { ...usualLimits, ...options.limits };
  if (sandbox.kind === "none" && !unprotected) {
    const message = `Cannot run what a model has written without a sandbox: ${sandbox.why}.`;
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
