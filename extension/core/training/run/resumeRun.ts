/** Prepares a resumed training from its work folder alone. */

import { methodOf, type MethodSpec } from "../../adapters/methods/methodNamed.ts";
import { UserError } from "../../foundation/errors.ts";
import type { Log } from "../../foundation/log.ts";
import { say } from "../../foundation/words/said.ts";
import { openBase, type InstalledBase } from "../../baseModels/installedBase.ts";
import { resolveBase } from "../../baseModels/resolveBase.ts";
import { openTokenizer } from "../../tokenizer/tokenizer.ts";
import { checkAsked } from "./askedOptions.ts";
import { checkpointMissing, hasCheckpoint, loadCheckpoint, type Checkpoint } from "../output/checkpoint.ts";
import type { TrainOptions } from "../trainRequest.ts";
import { specOf } from "../settings.ts";
import { savedParameters } from "../loop/savedTensors.ts";
import type { ReadingControl } from "../data/trainingData.ts";
import { checkCheckpoint, checkRun } from "./checkKept.ts";
import { openRunData, readRun, type TrainingRun } from "./trainingRun.ts";
import { firstOf, startOf, type PreparedRun } from "./preparedRun.ts";

/**
 * Resumes the run in `workFolder`, even if the data and settings it was started with have changed or are gone.
 *
 * @throws UserError "checkpoint-missing" if there is no run; "checkpoint-mismatch" if `options` contradict it;
 *   "base-missing", "run-invalid", "checkpoint-invalid", "tokens-damaged"
 */
export async function resumeRun(
  options: TrainOptions,
  workFolder: string,
  { log, signal }: ReadingControl,
): Promise<PreparedRun> {
  const found = await readRun(workFolder);
  if (!found) throw checkpointMissing(workFolder);
  await checkAsked(options, found, { log, signal });
  const run = { ...found, settings: { ...found.settings, saveEvery: options.saveEvery ?? found.settings.saveEvery } };
  const base = await baseOf(run, options, { log, signal });
  checkRun(run, workFolder);
  const spec = specOf(run.settings, base);
  const checkpoint = await checkpointOf(run, workFolder, log);
  const first = checkpoint ? savedParameters(checkpoint) : await firstAgain(run, spec, base, log);
  const virtual = methodOf(spec.method).virtualTokens?.(spec);
  const data = openRunData(workFolder, run, {
    vocabularySize: base.config.vocabularySize,
    virtualTokens: virtual?.areRead ? virtual.count : 0,
  });
  return { run, base, spec, data, first, checkpoint };
}

/** Loads the run's checkpoint. A checkpoint of another run was left by the run that this one replaced, and is ignored. */
async function checkpointOf(run: TrainingRun, workFolder: string, log: Log): Promise<Checkpoint | undefined> {
  if (!(await hasCheckpoint(workFolder))) return undefined;
  try {
    const checkpoint = await loadCheckpoint(workFolder, run.fingerprint);
    checkCheckpoint(checkpoint, run, workFolder);
    return checkpoint;
  } catch (error) {
    if (!(error instanceof UserError && error.code === "checkpoint-mismatch")) throw error;
    log.warn("The checkpoint belongs to an earlier training; this one starts at its first step.");
    return undefined;
  }
}

/** Opens the base that the run was started on, even if its name now refers to another one. */
async function baseOf(
  { base: { name, path, hash, embedded }, asked }: TrainingRun,
  options: TrainOptions,
  control: { log: Log; signal?: AbortSignal | undefined },
): Promise<InstalledBase> {
  const open = [
    () => openBase(path, { name, embedded }),
    () => resolveBase(String(asked["base"] ?? ""), { ...options, ...control }),
  ];
  for (const attempt of open) {
    const base = await attempt().catch((error: unknown) => {
      if (error instanceof UserError) return undefined;
      throw error;
    });
    if (base?.hash === hash) return base;
  }
  const message = say`Cannot resume: the base ${name} of this training was removed or has changed.`;
  throw new UserError("base-missing", message, say`Install it again, or discard this training and start a new one.`);
}

/** Computes the first values again, for a run that was interrupted before its first checkpoint. */
async function firstAgain(
  { settings, asked }: TrainingRun,
  spec: MethodSpec,
  base: InstalledBase,
  log: Log,
): Promise<ReadonlyMap<string, Float32Array>> {
  const initial = await startOf(asked["init"] as string | undefined, base);
  const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
  return await firstOf(spec, settings, base, { initial, tokenizer, log });
}
