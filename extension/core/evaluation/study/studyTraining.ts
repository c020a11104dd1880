/** Trains what a study's candidates lack. The same training has one result, whichever study asks for it. */

import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import packageJson from "../../../../package.json" with { type: "json" };
import { adapterFiles } from "../../adapters/formats/peftFolder.ts";
import { importBase } from "../../baseModels/import/importBase.ts";
import { recordFile } from "../../baseModels/installedBase.ts";
import { resolveBase } from "../../baseModels/resolveBase.ts";
import { openDatasets } from "../../dataset/openDataset.ts";
import { findPaperFile, isPaperDataset } from "../../dataset/paperDatasets.ts";
import { writeFileAtomic } from "../../foundation/atomicFile.ts";
import { systemCode, UserError } from "../../foundation/errors.ts";
import { isFile, isFolder } from "../../foundation/exists.ts";
import { isPortableName } from "../../foundation/platform.ts";
import type { Log } from "../../foundation/log.ts";
import { pythonFiles } from "../../sources/pythonFiles.ts";
import { validationOf } from "../../training/data/trainingData.ts";
import { hasCheckpoint } from "../../training/output/checkpoint.ts";
import { discardTraining } from "../../training/output/outputFolder.ts";
import { readTrainingReport } from "../../training/output/trainingReport.ts";
import { workFolderOf } from "../../training/output/workFolder.ts";
import { refuseWithoutEffect } from "../../training/run/withoutEffect.ts";
import type { TrainProgress } from "../../training/loop/progressMeter.ts";
import type { TrainOptions } from "../../training/trainRequest.ts";
import { train } from "../../training/train.ts";
import type { StudyCandidate } from "./studyFile.ts";
import type { StudyPlaces } from "./studyPlaces.ts";

/** The training of a candidate: its result, and the options that ask for it. */
interface Trained {
  /** The folder of the training's result. */
  readonly folder: string;
  /** The adapter, or the base of a training of all parameters. */
  readonly adapter?: string;
  readonly base?: string;
  readonly options: TrainOptions;
}

/** The bits per weight of a fully trained base, the same as those of the embedded base. */
const fullBits = 8;

/** Returns the candidate's training; undefined if it has none. */
export function trainedAs(candidate: StudyCandidate, places: StudyPlaces): Trained | undefined {
  const { training, base = "" } = candidate;
  if (!training) return undefined;
  const key = createHash("sha256").update(JSON.stringify({ training, base, version: packageJson.version }));
  const hash = key.digest("hex").slice(0, 8);
  const name = nameOf(candidate);
  const folder = join(places.home, "studies", "trained", hash, name);
  const options = { ...places, ...training, base, out: folder };
  return { folder, options, ...(training.method === "full" ? { base: `${name}-${hash}` } : { adapter: folder }) };
}

/** Returns the name of the result. It must be valid for adapters and bases: letters, digits, hyphens. */
function nameOf({ name, training }: StudyCandidate): string {
  const words = name ?? `${training!.method} ${training!.data.map((source) => basename(source)).join(" ")}`;
  const plain = words
    .replaceAll(/[^A-Za-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 60);
  if (plain === "") return "trained";
  return isPortableName(plain) ? plain : `${plain}-trained`;
}

/** Whether the result exists, and comes from the data and the base as they are now. */
export async function isTrained(trained: Trained, places: StudyPlaces): Promise<boolean> {
  return (await hasResult(trained, places)) && (await isCurrent(trained));
}

async function hasResult({ folder, base }: Trained, { home }: StudyPlaces): Promise<boolean> {
  if (!(await readTrainingReport(folder))) return false;
  return base === undefined || (await isFile(join(home, "bases", base, recordFile)));
}

/**
 * Checks for everything that a training would refuse before it reads its data. A training that resumes has its own settings and data.
 *
 * @throws UserErrors about data and settings
 */
export async function checkTraining(trained: Trained): Promise<void> {
  const { folder, options } = trained;
  // A finished training that only lacks its installed base needs no data any more.
  const isBegun = (await canResume(folder)) || (await readTrainingReport(folder)) !== undefined;
  if (isBegun && (await isCurrent(trained))) return;
  await refuseWithoutEffect(options);
  await openDatasets(options.data, options);
  await validationOf(options);
}

async function canResume(folder: string): Promise<boolean> {
  return await hasCheckpoint(workFolderOf(folder));
}

/** The file next to a training's result with the hash of its inputs. */
function inputsFile(folder: string): string {
  return `${folder}.inputs`;
}

/**
 * Whether a training, finished or not, began with the data and the base as they are now. Also true if that cannot be known, because the
 * hash or some of the inputs are gone.
 */
async function isCurrent({ folder, options }: Trained): Promise<boolean> {
  const began = await readFile(inputsFile(folder), "utf8").catch(() => undefined);
  if (began === undefined) return true;
  const now = await hashOfInputs(options);
  return now === undefined || now === began;
}

/** Returns a hash of the contents that a training begins with; undefined if some of them cannot be read. */
async function hashOfInputs(options: TrainOptions): Promise<string | undefined> {
  const { data, validation, init, base } = options;
  // The same choice as in validationOf.
  const validated = validation === undefined ? data.filter(isPaperDataset) : [validation];
  const hash = createHash("sha256");
  try {
    hash.update((await resolveBase(base, options)).hash);
    for (const source of data) await addContent(hash, await pathOf(source, options));
    for (const source of validated.filter((each) => Number.isNaN(Number(each)))) {
      await addContent(hash, await pathOf(source, { ...options, split: "validation" }));
    }
    if (init !== undefined) for (const name of adapterFiles) await addContent(hash, join(init, name));
  } catch (error) {
    if (error instanceof UserError || systemCode(error) !== undefined) return undefined;
    throw error;
  }
  return hash.digest("hex");
}

async function pathOf(source: string, places: Parameters<typeof findPaperFile>[1]): Promise<string> {
  return isPaperDataset(source) ? await findPaperFile(source, places) : source;
}

async function addContent(hash: Hash, path: string): Promise<void> {
  if (await isFolder(path)) {
    for await (const name of pythonFiles(path)) await addContent(hash.update(`\n${name}\n`), join(path, name));
  } else {
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  }
}

export interface TrainingControl {
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: TrainProgress) => void;
}

/**
 * Trains, or resumes an interrupted training, unless the result is there. Starts anew if data or base have changed, or if the
 * interrupted training cannot be resumed.
 *
 * @param fresh starts an interrupted training anew
 * @throws the signal's reason, with a checkpoint kept; UserErrors about base, data, settings and disk
 */
export async function trainMissing(
  trained: Trained,
  places: StudyPlaces,
  { fresh = false, ...control }: TrainingControl & { readonly fresh?: boolean },
): Promise<void> {
  const { folder, base } = trained;
  const isOutdated = !(await isCurrent(trained));
  if (isOutdated) {
    control.log.warn(`The data or the base of ${basename(folder)} has changed: it is trained again.`);
    // Removes the old results first, so that none passes for a result of the new data.
    if (base !== undefined) await rm(join(places.home, "bases", base), { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
  if (!(await readTrainingReport(folder))) {
    if (isOutdated || fresh) await discardTraining(folder);
    await resumeOrTrain(trained, control);
  }
  if (base !== undefined && !(await hasResult(trained, places))) {
    await importBase({
      signal: control.signal,
      source: folder,
      home: places.home,
      name: base,
      bits: fullBits,
      replace: true,
    });
  }
}

/** Errors after which an interrupted training cannot resume, but a new one can begin. */
const unresumable: ReadonlySet<string> = new Set([
  "checkpoint-missing",
  "checkpoint-invalid",
  "checkpoint-mismatch",
  "safetensors-invalid",
  "run-invalid",
  "tokens-damaged",
  "base-missing",
]);

async function resumeOrTrain({ folder, options }: Trained, control: TrainingControl): Promise<void> {
  if (await canResume(folder)) {
    try {
      await train({ ...options, resume: true }, control);
      return;
    } catch (error) {
      if (!(error instanceof UserError && unresumable.has(error.code))) throw error;
      control.log.warn(`${error.message} It is trained again from its start.`);
    }
  }
  const inputs = await hashOfInputs(options);
  await rm(inputsFile(folder), { force: true });
  if (inputs !== undefined) await writeFileAtomic(inputsFile(folder), inputs);
  await train(options, control);
}
