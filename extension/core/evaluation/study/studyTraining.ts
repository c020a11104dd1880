/** Trains what a study's candidates lack. The same training has one result, whichever study asks for it. */

import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import packageJson from "../../../../package.json" with { type: "json" };
import { importBase } from "../../baseModels/import/importBase.ts";
import { recordFile } from "../../baseModels/installedBase.ts";
import { openDatasets } from "../../dataset/openDataset.ts";
import { isFile } from "../../foundation/exists.ts";
import { isPortableName } from "../../foundation/platform.ts";
import type { Log } from "../../foundation/log.ts";
import { validationOf } from "../../training/data/trainingData.ts";
import { hasCheckpoint } from "../../training/output/checkpoint.ts";
import { readTrainingReport } from "../../training/output/trainingReport.ts";
import { workFolderOf } from "../../training/output/workFolder.ts";
import { refuseWithoutEffect } from "../../training/run/withoutEffect.ts";
import type { TrainProgress } from "../../training/loop/progressMeter.ts";
import type { TrainOptions } from "../../training/trainRequest.ts";
import { train } from "../../training/train.ts";
import type { StudyCandidate } from "./studyFile.ts";
import type { StudyPlaces } from "./studyPlaces.ts";

/** What a candidate's training leaves. */
interface Trained {
  /** The folder of the training's result. */
  readonly folder: string;
  /** The adapter, or the base of a training of all parameters. */
  readonly adapter?: string;
  readonly base?: string;
  readonly options: TrainOptions;
}

/** The embedded base is stored in as many bits. */
const fullBits = 8;

/** Returns what the candidate's training leaves, and how it is asked for; undefined without a training. */
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

/** The result's name is a name of adapters and bases: letters, digits, hyphens. */
function nameOf({ name, training }: StudyCandidate): string {
  const words = name ?? `${training!.method} ${training!.data.map((source) => basename(source)).join(" ")}`;
  const plain = words
    .replaceAll(/[^A-Za-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 60);
  if (plain === "") return "trained";
  return isPortableName(plain) ? plain : `${plain}-trained`;
}

/** Whether the result is there. */
export async function isTrained({ folder, base }: Trained, { home }: StudyPlaces): Promise<boolean> {
  if (!(await readTrainingReport(folder))) return false;
  return base === undefined || (await isFile(join(home, "bases", base, recordFile)));
}

/**
 * Checks what a training would refuse before it reads its data. One that resumes has its own settings and data.
 *
 * @throws UserErrors about data and settings
 */
export async function checkTraining({ folder, options }: Trained): Promise<void> {
  // What is trained, and only lacks its installed base, needs no data any more.
  if ((await canResume(folder)) || (await readTrainingReport(folder))) return;
  await refuseWithoutEffect(options);
  await openDatasets(options.data, options);
  await validationOf(options);
}

async function canResume(folder: string): Promise<boolean> {
  return await hasCheckpoint(workFolderOf(folder));
}

export interface TrainingControl {
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: TrainProgress) => void;
}

/**
 * Trains, or resumes an interrupted training, unless the result is there.
 *
 * @throws the signal's reason, with a checkpoint kept; UserErrors about base, data, settings and disk
 */
export async function trainMissing(trained: Trained, places: StudyPlaces, control: TrainingControl): Promise<void> {
  const { folder, base, options } = trained;
  if (!(await readTrainingReport(folder))) {
    const resume = await canResume(folder);
    await train({ ...options, ...(resume && { resume }) }, control);
  }
  if (base !== undefined && !(await isTrained(trained, places))) {
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
