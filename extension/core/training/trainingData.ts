/**
 * From what the user calls their data to the token files that a training reads from. The data is read twice: first to
 * count it, to say what is wrong with it and what to hold out; then to tokenize it.
 */

import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Log } from "../base/log.ts";
import { UserError } from "../base/errors.ts";
import { seededRandom } from "../base/random.ts";
import { countProblems, type Dataset, type Example } from "../dataset/example.ts";
import { withFillExamples } from "../dataset/fillExamples.ts";
import { contentHash, countHashes } from "../dataset/holdOut.ts";
import { openDataset } from "../dataset/openDataset.ts";
import { isPaperDataset } from "../dataset/paperDatasets.ts";
import { targetCount, type Sequence } from "../dataset/sequence.ts";
import { createTokenFile, type TokenFile } from "../dataset/tokenFile.ts";
import { readingMeter, type ReadingProgress } from "./progressMeter.ts";
import type { TrainOptions, TrainSettings } from "./settings.ts";

/** What one of several data sets adds to the training. */
export interface DataPart {
  name: string;
  /** Rows or files. */
  examples: number;
  /** Tokens trained on in an epoch. */
  tokens: number;
}

export interface TrainingData {
  readonly training: TokenFile;
  /** Empty where nothing is held out. */
  readonly validation: TokenFile;
  readonly parts: readonly DataPart[];
  release(): void;
}

export interface ReadingControl {
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  readonly onReading?: ((progress: ReadingProgress) => void) | undefined;
}

type Settings = Pick<TrainSettings, "seed" | "fillShare" | "maxLength">;

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
  settings: Settings,
  sequencesOf: (example: Example) => readonly Sequence[],
  folder: string,
  control: ReadingControl,
): Promise<TrainingData> {
  const sources = await Promise.all(options.data.map((source) => openDataset(source, options)));
  const { sets, fraction } = await validationOf(options);
  const survey = await lookThrough(sources, sets, fraction, settings, control);
  const meter = readingMeter(survey.examples, control.onReading);
  const training = createTokenFile(join(folder, "training"));
  const validation = createTokenFile(join(folder, "validation"));
  const release = (): void => [training, validation].forEach((file) => file.release());
  const tokenize = (example: Example, file: TokenFile): void => {
    for (const sequence of sequencesOf(example)) if (targetCount(sequence) > 0) file.add(sequence);
  };
  try {
    const parts: DataPart[] = [];
    for (const source of sources) {
      const tokensBefore = training.tokens;
      const pieces = pieceMaker(source, settings);
      let examples = 0;
      for await (const example of examplesOf(source, control.signal)) {
        examples++;
        for (const piece of pieces(example)) tokenize(piece, survey.isHeldOut(piece) ? validation : training);
        meter.read();
      }
      parts.push({ name: source.name, examples, tokens: training.tokens - tokensBefore });
    }
    for (const source of sets) {
      for await (const example of examplesOf(source, control.signal)) {
        tokenize(example, validation);
        meter.read();
      }
    }
    if (training.length === 0) {
      const message = `Cannot train on ${namesOf(sources)}: no token is left to learn.`;
      throw new UserError("data-empty", message, "Give more data, or a longer maximum length.");
    }
    return { training, validation, parts, release };
  } catch (error) {
    release();
    throw error;
  }
}

/** The data sets to validate on, or the fraction of the training data to hold out. */
async function validationOf(options: TrainOptions): Promise<{ sets: readonly Dataset[]; fraction: number }> {
  const { validation, data, dataFolder } = options;
  const open = async (source: string): Promise<Dataset> =>
    await openDataset(source, { dataFolder, split: "validation" });
  // A paper's data set brings its own; joined sets are validated on all of theirs.
  if (validation === undefined) return { sets: await Promise.all(data.filter(isPaperDataset).map(open)), fraction: 0 };
  const fraction = Number(validation);
  // The training part of a paper's data set is no validation of anything: its name means its validation part here.
  if (Number.isNaN(fraction) || validation.trim() === "") return { sets: [await open(validation)], fraction: 0 };
  if (fraction >= 0 && fraction < 1) return { sets: [], fraction };
  const message = `Cannot hold out ${validation} of the data for validation: a part is between 0 and 1.`;
  throw new UserError("validation-invalid", message, "Give a part such as 0.1, or a file.");
}

/** The first reading. */
async function lookThrough(
  sources: readonly Dataset[],
  sets: readonly Dataset[],
  fraction: number,
  settings: Settings,
  { log, signal }: ReadingControl,
): Promise<{ examples: number; isHeldOut: (example: Example) => boolean }> {
  const { seed } = settings;
  const counts = countHashes();
  const validated = new Set<number>();
  const twins = new Set<number>();
  let examples = 0;
  for (const source of sets) {
    examples += await countExamples(source, log, signal, (example) => validated.add(contentHash(example, seed)));
  }
  for (const source of sources) {
    const pieces = pieceMaker(source, settings);
    examples += await countExamples(source, log, signal, (example) => {
      if (validated.size > 0) {
        const hash = contentHash(example, seed);
        if (validated.has(hash)) twins.add(hash);
      }
      if (fraction > 0) for (const piece of pieces(example)) counts.add(contentHash(piece, seed));
    });
  }
  if (twins.size > 0) {
    log.warn(
      `${namesOf(sets)}: ${twins.size} of ${validated.size} validation examples are trained on, too; the validation loss flatters.`,
    );
  }
  const bound = fraction > 0 ? counts.boundOf(fraction) : 0;
  if (bound === Infinity) {
    throw new UserError(
      "data-too-small",
      `Cannot set ${fraction} of the data set ${namesOf(sources)} aside for validation: of ${examples} examples none would be left to train on.`,
      "Give more data, a smaller fraction, or a file of its own for validation.",
    );
  }
  return { examples, isHeldOut: (example) => bound > 0 && contentHash(example, seed) < bound };
}

/** Shows each example to `look` and warns of each problem. */
async function countExamples(
  { name, examples }: Dataset,
  log: Log,
  signal: AbortSignal | undefined,
  look: (example: Example) => void,
): Promise<number> {
  const problems = countProblems(name, log);
  let count = 0;
  for await (const entry of inTurns(examples(), signal)) {
    if ("kind" in entry) {
      look(entry);
      count++;
    } else problems.add(entry);
  }
  problems.end();
  if (count > 0) return count;
  const message = `Cannot use the data set ${name}: it holds no example. ${problems.inWords()}`.trim();
  throw new UserError("data-empty", message, "Give a .jsonl file with such rows, or Python sources.");
}

async function* examplesOf({ examples }: Dataset, signal: AbortSignal | undefined): AsyncGenerator<Example> {
  for await (const entry of inTurns(examples(), signal)) if ("kind" in entry) yield entry;
}

/** So many entries are read between two turns of others, such as whoever wants to cancel. */
const entriesOfTurn = 32;

async function* inTurns<T>(entries: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  let count = 0;
  for await (const entry of entries) {
    if (count++ % entriesOfTurn === 0) {
      await nextTurn();
      signal?.throwIfAborted();
    }
    yield entry;
  }
}

/** Rows say themselves what they are; only source code is turned into gaps to fill, the same ones at every reading. */
function pieceMaker({ kind, name }: Dataset, { seed, fillShare, maxLength }: Settings): (e: Example) => Example[] {
  const random = seededRandom(seed, `gaps of ${name}`);
  return (example) =>
    kind === "source" ? withFillExamples(example, { share: fillShare, maxLength, random }) : [example];
}

function namesOf(datasets: readonly Dataset[]): string {
  return datasets.map(({ name }) => name).join(" + ");
}
