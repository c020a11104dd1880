/** A training that can take its steps: one that begins, from options and data, or one that resumes, from its work folder alone. */

import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Adapter } from "../adapters/adapter.ts";
import { checkAdapterFits } from "../adapters/adapterFit.ts";
import { methodOf, type MethodSpec } from "../adapters/methods/methodNamed.ts";
import { readAdapter } from "../adapters/peftFolder.ts";
import { valuesOf } from "../adapters/peftTensors.ts";
import { writeFailure } from "../foundation/atomicFile.ts";
import { UserError } from "../foundation/errors.ts";
import type { Log } from "../foundation/log.ts";
import { openBase, type InstalledBase } from "../baseModels/installedBase.ts";
import { resolveBase } from "../baseModels/resolveBase.ts";
import { toEncodedSequences } from "../dataset/encodedSequence.ts";
import type { Example } from "../dataset/example.ts";
import { toSequences, type Sequence } from "../dataset/sequence.ts";
import { moduleShapes } from "../architectures/architectures.ts";
import { isEncoderDecoder } from "../architectures/config.ts";
import { openTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import { askedOf, checkAsked } from "./askedOptions.ts";
import { checkpointMissing, hasCheckpoint, loadCheckpoint, type Checkpoint } from "./output/checkpoint.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { withVirtualIds } from "./data/virtualIds.ts";
import { firstValues } from "./firstValues.ts";
import { settingsOf } from "./initialAdapter.ts";
import type { TrainOptions } from "./request.ts";
import { readSettings, resolveDefaults, specOf, type ResolvedSettings } from "./settings.ts";
import { stepsOf } from "./steps.ts";
import { savedParameters } from "./loop/trainer.ts";
import { openTrainingData, type ReadingControl, type TrainingData } from "./data/trainingData.ts";
import { dataPrefix, openRunData, readRun, type TrainingRun } from "./trainingRun.ts";

export interface PreparedRun {
  /** To be written before the first step of a training that begins. */
  readonly run: Omit<TrainingRun, "version">;
  readonly base: InstalledBase;
  readonly spec: MethodSpec;
  readonly data: TrainingData;
  /** Of the parameters, by their names. */
  readonly first: ReadonlyMap<string, Float32Array>;
  /** What it goes on from; absent where no step is done yet. */
  readonly checkpoint?: Checkpoint | undefined;
}

/**
 * Reads the data into a folder of its own in `workFolder`. A run that is there already is not touched.
 *
 * @throws UserErrors of all that can be wrong with base, data and options
 */
export async function beginRun(
  options: TrainOptions,
  workFolder: string,
  control: ReadingControl,
): Promise<PreparedRun> {
  const { log, signal } = control;
  const asked = readSettings(options);
  const base = await resolveBase(options.base, { ...options, log, signal });
  const initial = await startOf(options.init, base);
  const decided = initial ? settingsOf(initial, asked, options) : asked;
  const settings = resolveDefaults(decided, base.parameters, moduleShapes(base.config).keys());
  const spec = specOf(settings, base);
  const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
  const first = await firstOf(spec, settings, base, { initial, tokenizer, log });
  const dataFolder = `${dataPrefix}${randomUUID().slice(0, 8)}`;
  await mkdir(join(workFolder, dataFolder)).catch((error: unknown) => {
    throw writeFailure(error, join(workFolder, dataFolder));
  });
  const inFront = methodOf(spec.method).virtualTokens?.(spec).count ?? 0;
  const maxLength = Math.min(settings.maxLength, base.config.contextLength - inFront);
  const encode = encoderFor(base, spec, tokenizer, maxLength);
  const data = await openTrainingData(
    options,
    { ...settings, maxLength },
    encode,
    join(workFolder, dataFolder),
    control,
  );
  const { training, validation, parts, problems } = data;
  const facts = ({ length, tokens, longest }: TrainingRun["training"]) => ({ length, tokens, longest });
  for (const file of [training, validation]) file.flush();
  const run = {
    dataFolder,
    asked: askedOf(options),
    fingerprint: fingerprintOf(base.hash, settings, data),
    base: { name: base.name, path: base.path, hash: base.hash, embedded: base.embedded },
    settings,
    steps: stepsOf(settings, options, training.length),
    problems,
    parts: [...parts],
    training: facts(training),
    validation: facts(validation),
  };
  return { run, base, spec, data, first };
}

/**
 * Goes on with the run in `workFolder`, whatever became of the data, the adapter and the settings that it was begun with.
 *
 * @throws UserError "checkpoint-missing" where there is none; "checkpoint-mismatch" where `options` ask for something else;
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
  const spec = specOf(run.settings, base);
  const checkpoint = await checkpointOf(run, workFolder, log);
  const first = checkpoint ? savedParameters(checkpoint) : await firstAgain(run, spec, base, log);
  return { run, base, spec, data: openRunData(workFolder, run), first, checkpoint };
}

/** A checkpoint of another run is what that one left when this one took its place. */
async function checkpointOf(run: TrainingRun, workFolder: string, log: Log): Promise<Checkpoint | undefined> {
  if (!(await hasCheckpoint(workFolder))) return undefined;
  try {
    return await loadCheckpoint(workFolder, run.fingerprint);
  } catch (error) {
    if (!(error instanceof UserError && error.code === "checkpoint-mismatch")) throw error;
    log.warn("The checkpoint is of an earlier training; this one starts at its first step.");
    return undefined;
  }
}

/** The base that the run was begun on, whatever its name means by now. */
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
  const message = `Cannot resume: the base ${name}, which this training was begun on, is no longer installed as it was.`;
  throw new UserError("base-missing", message, "Install it again, or discard this training and start a new one.");
}

async function startOf(init: string | undefined, base: InstalledBase): Promise<Adapter | undefined> {
  if (init === undefined) return undefined;
  const initial = await readAdapter(init);
  checkAdapterFits(initial, base);
  return initial;
}

/** For a run that was interrupted before its first checkpoint. */
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

async function firstOf(
  spec: MethodSpec,
  settings: ResolvedSettings,
  base: InstalledBase,
  { initial, ...means }: { initial: Adapter | undefined; tokenizer: Tokenizer; log: Log },
): Promise<ReadonlyMap<string, Float32Array>> {
  return initial ? valuesOf(initial) : await firstValues(spec, settings, base, means);
}

function encoderFor(
  { config }: InstalledBase,
  spec: MethodSpec,
  tokenizer: Tokenizer,
  maxLength: number,
): (example: Example) => Sequence[] {
  return (example) => {
    if (!isEncoderDecoder(config)) return toSequences(example, tokenizer, maxLength);
    const sequences = toEncodedSequences(example, tokenizer, maxLength, config.startToken);
    const virtual = methodOf(spec.method).virtualTokens?.(spec);
    return virtual?.areRead ? sequences.map((one) => withVirtualIds(one, virtual.count)) : sequences;
  };
}
