/** From what the user calls their data to the sequences that a training sees. */

import { createHash } from "node:crypto";
import type { Log } from "../base/log.ts";
import { UserError } from "../base/errors.ts";
import { seededRandom } from "../base/random.ts";
import { tellProblems, type Dataset, type Example } from "../dataset/example.ts";
import { withFillExamples } from "../dataset/fillExamples.ts";
import { loadDataset } from "../dataset/loadDataset.ts";
import { targetCount, type Sequence } from "../dataset/sequence.ts";
import { joinDatasets, splitDataset } from "../dataset/splitDataset.ts";
import type { TrainOptions, TrainSettings } from "./settings.ts";

export interface TrainingData {
  readonly training: readonly Sequence[];
  /** Empty where nothing is held out. */
  readonly validation: readonly Sequence[];
}

/**
 * Loads, splits and tokenizes. Problems of the data are warned of, and the good part is used.
 *
 * @param sequencesOf tokenizes an example, as the model wants it
 * @throws UserError of loadDataset and splitDataset; "validation-invalid"; "data-empty" where no token is left to learn
 */
export async function openTrainingData(
  options: TrainOptions,
  settings: TrainSettings,
  sequencesOf: (example: Example) => readonly Sequence[],
  { log, signal }: { log: Log; signal?: AbortSignal | undefined },
): Promise<TrainingData> {
  const { seed, fillShare, maxLength } = settings;
  const load = async (source: string, split?: "validation"): Promise<Dataset> => {
    const dataset = await loadDataset(source, { dataFolder: options.dataFolder, signal, ...(split && { split }) });
    tellProblems(dataset, log);
    return dataset;
  };
  const loaded: Dataset[] = [];
  for (const source of options.data) {
    const dataset = await load(source);
    // Rows of a .jsonl file say themselves what they are; only source code is turned into gaps to fill.
    const examples = isSourceCode(source)
      ? withFillExamples(dataset.examples, {
          share: fillShare,
          maxLength,
          random: seededRandom(seed, `gaps of ${source}`),
        })
      : dataset.examples;
    loaded.push({ ...dataset, examples });
  }
  const joined = joinDatasets(loaded);
  const { training, validation } = await holdOut(joined, options, seed, load);
  const sequences = (examples: readonly Example[]): Sequence[] =>
    examples.flatMap(sequencesOf).filter((sequence) => targetCount(sequence) > 0);
  const data = { training: sequences(training), validation: sequences(validation) };
  if (data.training.length === 0) {
    const message = `Cannot train on ${joined.name}: no token is left to learn.`;
    throw new UserError("data-empty", message, "Give more data, or a longer maximum length.");
  }
  return data;
}

async function holdOut(
  dataset: Dataset,
  { validation, data }: TrainOptions,
  seed: number,
  load: (source: string, split?: "validation") => Promise<Dataset>,
): Promise<{ training: readonly Example[]; validation: readonly Example[] }> {
  if (validation === undefined) {
    // A paper's data set brings its own; joined sets are validated on all of theirs.
    const own = await Promise.all(data.filter(isPaperName).map((name) => load(name, "validation")));
    return { training: dataset.examples, validation: own.flatMap(({ examples }) => examples) };
  }
  const fraction = Number(validation);
  if (Number.isNaN(fraction) || validation.trim() === "") {
    // The training part of a paper's data set is no validation of anything: its name means its validation part here.
    const held = await load(validation, isPaperName(validation) ? "validation" : undefined);
    return { training: dataset.examples, validation: held.examples };
  }
  if (fraction === 0) return { training: dataset.examples, validation: [] };
  if (fraction < 0 || fraction >= 1) {
    const message = `Cannot hold out ${validation} of the data for validation: a part is between 0 and 1.`;
    throw new UserError("validation-invalid", message, "Give a part such as 0.1, or a file.");
  }
  const split = splitDataset(dataset, fraction, seededRandom(seed, "validation"));
  return { training: split.training.examples, validation: split.validation.examples };
}

function isSourceCode(source: string): boolean {
  return !source.endsWith(".jsonl") && !isPaperName(source);
}

function isPaperName(source: string): boolean {
  return source === "conala" || source === "codealpacapy";
}

/** Tells data apart: "120 sequences, 4f1c0a9b". */
export function describeSequences(sequences: readonly Sequence[]): string {
  const hash = createHash("sha256");
  for (const { ids, firstTarget, encoderIds } of sequences) {
    hash.update(JSON.stringify([ids, firstTarget, ...(encoderIds ? [encoderIds] : [])]));
  }
  return `${sequences.length} sequences, ${hash.digest("hex").slice(0, 8)}`;
}
