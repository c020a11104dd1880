/**
 * Turns the user's data sets into the token files that a training reads. The data is read twice: first to survey it
 * (dataSurvey.ts), then to tokenize it.
 */

import { join } from "node:path";
import { UserError } from "../../foundation/errors.ts";
import { seededRandom, type Random } from "../../foundation/random.ts";
import { say } from "../../foundation/words/said.ts";
import type { Dataset, Example } from "../../dataset/example.ts";
import { openDataset, openDatasets, type DatasetPlaces } from "../../dataset/openDataset.ts";
import { isPaperDataset } from "../../dataset/paperDatasets.ts";
import { targetWeight, type Sequence } from "../../dataset/sequence.ts";
import { createTokenFile, type NewTokenFile, type TokenFile } from "../../dataset/tokenFile.ts";
import type { Skipped } from "../../sources/skipped.ts";
import {
  entriesOf,
  namesOf,
  pieceMaker,
  surveyData,
  type PieceSettings,
  type RowProblems,
  type SurveyControl,
} from "./dataSurvey.ts";
import type { RequestEncoder } from "../holes/requestEncoder.ts";
import type { openTrainingRepository, Repository } from "../holes/trainingRepository.ts";
import { writeHeldOutFiles } from "./heldOutFiles.ts";
import { learnedFrom, writeLearnedFiles, type LearnedFile } from "./learnedFiles.ts";
import { isUnchanged } from "./rehearsal.ts";
import { readingMeter, type ReadingProgress } from "../loop/progressMeter.ts";
import { pieceSizeFor } from "./pieceSize.ts";
import type { TrainOptions } from "../trainRequest.ts";
import type { ResolvedSettings } from "../settings.ts";

/** One data set's contribution to the training. */
export interface DataPart {
  name: string;
  /** Rows or files. */
  examples: number;
  /** How many of these have not changed, and are read again together with those that have; absent if all are new. */
  rehearsed?: number | undefined;
  /** Training tokens in an epoch. */
  tokens: number;
  /** Files that are not trained on, with reasons. */
  skipped: readonly Skipped[];
}

export interface TrainingData {
  readonly training: TokenFile;
  /** Empty without validation data. */
  readonly validation: TokenFile;
  readonly parts: readonly DataPart[];
  readonly problems: RowProblems;
  /** Closes the files without removing them. */
  close(): void;
}

/** Training data that this process has just read and tokenized. */
export interface NewTrainingData extends TrainingData {
  readonly training: NewTokenFile;
  readonly validation: NewTokenFile;
  /** Closes and removes the files. */
  release(): void;
}

/** Names of the token files in their folder, without extensions. */
export const [trainingFile, validationFile] = ["training", "validation"];

/** Functions that turn examples into sequences for the model. */
export interface Encoders {
  readonly sequencesOf: (example: Example) => readonly Sequence[];
  /**
   * Turns a file of source code into the requests of an editor, each in several variants, of which every epoch reads a different
   * one; absent if source code is cut into pieces instead.
   */
  readonly requestsOf?: RequestEncoder;
  /** Indexes a folder of source code, so that its files precede each other in requests. Absent if none do. */
  readonly indexOf?: typeof openTrainingRepository;
}

/** Bounds of the variants of each request on disk, and their number in all files together. */
const [fewestDrawings, mostDrawings, drawingsOfAll] = [3, 200, 200];

/**
 * Returns how many epochs read new variants before the first ones repeat. Little data is read more often, and a model that knows
 * all its requests by heart does not know others in the same text: for one file, learned to a loss of 0.003 with three variants, it
 * completed only 29 of 38 lines correctly.
 */
export function drawingsFor(files: number): number {
  return Math.min(mostDrawings, Math.max(fewestDrawings, Math.ceil(drawingsOfAll / files)));
}

export interface ReadingControl extends SurveyControl, Pick<DatasetPlaces, "isLearned"> {
  readonly onReading?: ((progress: ReadingProgress) => void) | undefined;
}

/**
 * Finds, reads, splits and tokenizes the data. Logs a warning for each unusable row or file and uses the rest. Several data sets
 * are concatenated, as in the paper's joint training, and so are their validation sets.
 *
 * @param folder the folder for the token files
 * @throws the UserErrors of openDataset; UserError "validation-invalid", "data-empty", "data-too-small", "disk-full", "not-writable"
 */
export async function openTrainingData(
  options: TrainOptions,
  { maxLength, ...chance }: Pick<ResolvedSettings, "seed" | "fillShare" | "maxLength">,
  { indexOf, ...encoders }: Encoders,
  folder: string,
  control: ReadingControl,
): Promise<NewTrainingData> {
  const sources = await openDatasets(options.data, { ...options, isLearned: control.isLearned });
  const { sets, fraction } = await validationOf(options);
  const settings: PieceSettings = {
    ...chance,
    pieceSize: await pieceSizeFor(sources, encoders.sequencesOf, maxLength),
  };
  const { holdOut, changedSince, mustBeTried } = options;
  const share = { fraction, seed: chance.seed, holdOut, changedSince, mustBeTried };
  const survey = await surveyData(sources, sets, share, control);
  const meter = readingMeter(survey.examples, control.onReading, control.gate);
  const { onlyTried } = survey;
  const trained = survey.examples - onlyTried.files;
  const isSource = sources.some(({ kind }) => kind === "source");
  const drawings = encoders.requestsOf && isSource ? drawingsFor(trained) : 1;
  const training = createTokenFile(join(folder, trainingFile), drawings);
  const validation = createTokenFile(join(folder, validationFile));
  const heldOut = writeHeldOutFiles(folder, onlyTried.files + trained * (fraction || 1), chance.seed);
  const close = (): void => [training, validation].forEach((file) => file.close());
  const release = (): void => [training, validation].forEach((file) => file.release());
  const tokenize = exampleTokenizer(encoders);
  try {
    const parts: DataPart[] = [];
    const learned: LearnedFile[] = [];
    for (const [index, source] of sources.entries()) {
      const tokensBefore = training.tokens;
      const isHeldOut = (file: { path: string; text: string }): boolean =>
        survey.isHeldOut(source, { kind: "text", ...file });
      const { folder } = source;
      const repository = folder === undefined ? undefined : await indexOf?.(folder, isHeldOut, control.signal);
      const reading = readingOf(source, chance.seed, { pieces: pieceMaker(source, settings), repository });
      let [examples, rehearsed] = [0, 0];
      for await (const entry of entriesOf(source, control)) {
        if (!("kind" in entry)) continue;
        learned.push(...learnedFrom(source, entry));
        const isTried = onlyTried.has(entry);
        const file = survey.isHeldOut(source, entry) ? validation : training;
        if (isTried || file === validation) heldOut.add(source, entry);
        if (!isTried) {
          examples++;
          if (isUnchanged(entry)) rehearsed++;
          tokenize(entry, file, reading);
        }
        meter.read();
      }
      const tokens = Math.round((training.tokens - tokensBefore) / drawings);
      const counts = { examples, ...(rehearsed > 0 && { rehearsed }), tokens };
      parts.push({ name: source.name, ...counts, skipped: survey.skipped[index] ?? [] });
    }
    for (const source of sets) {
      const reading = readingOf(source, chance.seed);
      for await (const entry of entriesOf(source, control)) {
        if (!("kind" in entry)) continue;
        heldOut.add(source, entry);
        tokenize(entry, validation, reading);
        meter.read();
      }
    }
    if (training.length === 0) {
      const message = say`Cannot train on ${namesOf(sources)}: it contains no tokens to learn.`;
      throw new UserError("data-empty", message, say`Add data, or set a larger --max-length on the command line.`);
    }
    await writeLearnedFiles(folder, learned);
    return { training, validation, parts, problems: survey.problems, close, release };
  } catch (error) {
    release();
    throw error;
  } finally {
    heldOut.close();
  }
}

/** One reading of a data set: how its examples become sequences. */
interface Reading {
  readonly source: Dataset;
  /** Draws the holes of its requests. */
  readonly random: Random;
  /** Cuts an example that does not become requests. */
  readonly pieces: (example: Example) => readonly Example[];
  readonly repository?: Repository | undefined;
}

function readingOf(
  source: Dataset,
  seed: number,
  { pieces = (example) => [example], repository }: Partial<Pick<Reading, "pieces" | "repository">> = {},
): Reading {
  return { source, random: seededRandom(seed, `holes of ${source.name}`), pieces, repository };
}

/** Returns a function that adds the sequences of an example to a file: requests of source code, or pieces. */
function exampleTokenizer({
  sequencesOf,
  requestsOf,
}: Omit<Encoders, "indexOf">): (example: Example, file: NewTokenFile, reading: Reading) => void {
  const add = (variants: readonly Sequence[], file: NewTokenFile): void => {
    if (variants.some((sequence) => targetWeight(sequence) === 0)) return;
    for (let i = 0; i < (file.drawings ?? 1); i++) file.add(variants[i % variants.length]!);
  };
  return (example, file, { source, random, pieces, repository }) => {
    if (requestsOf && source.kind === "source" && example.kind === "text") {
      for (const variants of requestsOf(example, random, file.drawings ?? 1, repository)) add(variants, file);
      return;
    }
    for (const piece of pieces(example)) for (const sequence of sequencesOf(piece)) add([sequence], file);
  };
}

/**
 * Finds the data to validate on, or the share to hold out. Reads no content yet.
 *
 * @throws the UserErrors of openDataset; UserError "validation-invalid"
 */
export async function validationOf(options: TrainOptions): Promise<{ sets: readonly Dataset[]; fraction: number }> {
  const { validation, data } = options;
  const open = async (source: string): Promise<Dataset> =>
    await openDataset(source, { ...options, split: "validation" });
  // The paper's data sets have validation parts; joined sets are validated on all of them.
  if (validation === undefined) return { sets: await Promise.all(data.filter(isPaperDataset).map(open)), fraction: 0 };
  const fraction = Number(validation);
  // Here, the name of a paper's data set means its validation part.
  if (Number.isNaN(fraction) || validation.trim() === "") return { sets: [await open(validation)], fraction: 0 };
  if (fraction >= 0 && fraction < 1) return { sets: [], fraction };
  const message = say`Cannot hold out ${validation} of the data for validation: the share must be from 0 to below 1.`;
  throw new UserError("validation-invalid", message, say`Choose a share such as 0.1, or a file.`);
}
