/**
 * From what the user calls their data to the token files that a training reads from. The data is read twice: first to look
 * it through (dataSurvey.ts), then to tokenize it.
 */

import { join } from "node:path";
import { UserError } from "../../foundation/errors.ts";
import type { Dataset, Example } from "../../dataset/example.ts";
import { openDataset, openDatasets } from "../../dataset/openDataset.ts";
import { isPaperDataset } from "../../dataset/paperDatasets.ts";
import { targetCount, type Sequence } from "../../dataset/sequence.ts";
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
import { readingMeter, type ReadingProgress } from "../loop/progressMeter.ts";
import { pieceSizeFor } from "./pieceSize.ts";
import type { TrainOptions } from "../request.ts";
import type { TrainSettings } from "../settings.ts";

/** What one of several data sets adds to the training. */
export interface DataPart {
  name: string;
  /** Rows or files. */
  examples: number;
  /** Tokens trained on in an epoch. */
  tokens: number;
  /** Files that are not trained on, and why. */
  skipped: readonly Skipped[];
}

export interface TrainingData {
  readonly training: TokenFile;
  /** Empty where nothing is held out. */
  readonly validation: TokenFile;
  readonly parts: readonly DataPart[];
  readonly problems: RowProblems;
  /** The files stay. */
  close(): void;
}

/** Data that was read just now. */
export interface NewTrainingData extends TrainingData {
  readonly training: NewTokenFile;
  readonly validation: NewTokenFile;
  /** Closes and removes the files. */
  release(): void;
}

/** The token files in their folder. */
export const [trainingFile, validationFile] = ["training", "validation"];

export interface ReadingControl extends SurveyControl {
  readonly onReading?: ((progress: ReadingProgress) => void) | undefined;
}

/**
 * Finds, reads, splits and tokenizes the data. Problems of it are warned of, and the good part is used. Several data sets
 * are one after another, as in the paper's joint training, and so are their validation sets.
 *
 * @param sequencesOf tokenizes an example, as the model wants it
 * @param folder for the token files
 * @throws UserError of openDataset; "validation-invalid", "data-empty", "data-too-small", "disk-full", "not-writable"
 */
export async function openTrainingData(
  options: TrainOptions,
  { maxLength, ...chance }: Pick<TrainSettings, "seed" | "fillShare" | "maxLength">,
  sequencesOf: (example: Example) => readonly Sequence[],
  folder: string,
  control: ReadingControl,
): Promise<NewTrainingData> {
  const sources = await openDatasets(options.data, options);
  const { sets, fraction } = await validationOf(options);
  const settings: PieceSettings = { ...chance, pieceSize: await pieceSizeFor(sources, sequencesOf, maxLength) };
  const survey = await surveyData(sources, sets, fraction, chance.seed, control);
  const meter = readingMeter(survey.examples, control.onReading);
  const training = createTokenFile(join(folder, trainingFile));
  const validation = createTokenFile(join(folder, validationFile));
  const close = (): void => [training, validation].forEach((file) => file.close());
  const release = (): void => [training, validation].forEach((file) => file.release());
  const tokenize = (example: Example, file: NewTokenFile): void => {
    for (const sequence of sequencesOf(example)) if (targetCount(sequence) > 0) file.add(sequence);
  };
  try {
    const parts: DataPart[] = [];
    for (const [index, source] of sources.entries()) {
      const tokensBefore = training.tokens;
      const pieces = pieceMaker(source, settings);
      let examples = 0;
      for await (const entry of entriesOf(source, control.signal)) {
        if (!("kind" in entry)) continue;
        examples++;
        const file = survey.isHeldOut(entry) ? validation : training;
        for (const piece of pieces(entry)) tokenize(piece, file);
        meter.read();
      }
      const tokens = training.tokens - tokensBefore;
      parts.push({ name: source.name, examples, tokens, skipped: survey.skipped[index] ?? [] });
    }
    for (const source of sets) {
      for await (const entry of entriesOf(source, control.signal)) {
        if (!("kind" in entry)) continue;
        tokenize(entry, validation);
        meter.read();
      }
    }
    if (training.length === 0) {
      const message = `Cannot train on ${namesOf(sources)}: no token is left to learn.`;
      throw new UserError("data-empty", message, "Give more data, or on the command line a longer --max-length.");
    }
    return { training, validation, parts, problems: survey.problems, close, release };
  } catch (error) {
    release();
    throw error;
  }
}

/** The data sets to validate on, or the fraction of the training data to hold out. */
async function validationOf(options: TrainOptions): Promise<{ sets: readonly Dataset[]; fraction: number }> {
  const { validation, data } = options;
  const open = async (source: string): Promise<Dataset> =>
    await openDataset(source, { ...options, split: "validation" });
  // A paper's data set brings its own; joined sets are validated on all of theirs.
  if (validation === undefined) return { sets: await Promise.all(data.filter(isPaperDataset).map(open)), fraction: 0 };
  const fraction = Number(validation);
  // The training part of a paper's data set is no validation of anything: its name means its validation part here.
  if (Number.isNaN(fraction) || validation.trim() === "") return { sets: [await open(validation)], fraction: 0 };
  if (fraction >= 0 && fraction < 1) return { sets: [], fraction };
  const message = `Cannot hold out ${validation} of the data for validation: a part is between 0 and 1.`;
  throw new UserError("validation-invalid", message, "Give a part such as 0.1, or a file.");
}
