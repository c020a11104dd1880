/** Estimates what the data of a training amounts to from a sample of it, because a form cannot wait until all of it is read. */

import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { seededRandom } from "../../foundation/random.ts";
import type { Dataset, Example } from "../../dataset/example.ts";
import { openDataset } from "../../dataset/openDataset.ts";
import { ownLines } from "../../dataset/pythonFolder.ts";
import { isPaperDataset } from "../../dataset/paperDatasets.ts";
import { targetWeight, type Sequence } from "../../dataset/sequence.ts";
import { ownSpans } from "../../sources/git/ownSpans.ts";
import { pythonFiles } from "../../sources/pythonFiles.ts";
import { readCurrentSource } from "../../sources/readSources.ts";
import { sourceRoots } from "../../sources/sourceRoots.ts";
import { entriesOf, pieceMaker } from "../data/dataSurvey.ts";
import { pieceSizeFor } from "../data/pieceSize.ts";
import { drawingsFor, type Encoders } from "../data/trainingData.ts";
import type { TrainOptions } from "../trainRequest.ts";
import type { ResolvedSettings } from "../settings.ts";
import { estimatedSequences, type EstimatedSequences, type SampledPart } from "./estimatedSequences.ts";

/** How much of the source code and how many rows of a data set are tokenized. */
const [sampledBytes, sampledRows] = [300_000, 300];
/** The most variants of each file: little code is sampled more often, because the longest sequence decides the micro-batches. */
const sampledDrawings = 8;

export interface DataEstimate {
  readonly training: EstimatedSequences;
  readonly validation: EstimatedSequences;
  /** Whether source files are held out, on which a trial completes lines. */
  readonly hasHeldOutFiles: boolean;
}

export type SampleSettings = Pick<ResolvedSettings, "seed" | "fillShare" | "maxLength">;

/**
 * Returns stand-ins for the token files. The stand-ins include files that only a comparison or a parser would leave out, and
 * disregard `include`.
 *
 * @throws the UserErrors of openDataset
 */
export async function sampleData(
  options: TrainOptions,
  settings: SampleSettings,
  encoders: Encoders,
  signal?: AbortSignal,
): Promise<DataEstimate> {
  const { data, validation } = options;
  const fraction = Number(validation);
  const share = validation !== undefined && fraction > 0 && fraction < 1 ? fraction : 0;
  const rows = data.filter((source) => isPaperDataset(source) || source.endsWith(".jsonl"));
  const files = await filesOf(
    data.filter((source) => !rows.includes(source)),
    options.commitsSince,
  );
  const parts = await Promise.all(rows.map(async (row) => sampleRows(await openDataset(row, options))));
  if (files.length > 0) parts.push(await sampleFiles(files, settings, encoders));
  const sets = await validationSets(options, share > 0);
  const held = await Promise.all(sets.map(async (set) => sampleRows(set)));
  const isRequests = encoders.requestsOf !== undefined && files.length > 0;
  const drawings = isRequests ? drawingsFor(files.length) : 1;
  return {
    training: estimatedSequences(scaled(parts, 1 - share), drawings),
    validation: estimatedSequences([...held, ...scaled(parts, share)], 1),
    hasHeldOutFiles: share > 0 && files.length > 0,
  };

  async function sampleRows(dataset: Dataset): Promise<SampledPart> {
    const random = seededRandom(settings.seed, "estimate");
    const kept: Example[] = [];
    let count = 0;
    for await (const entry of entriesOf(dataset, { signal })) {
      if (!("kind" in entry)) continue;
      count++;
      // Each row is kept with the same probability, however many there are.
      const place = kept.length < sampledRows ? kept.length : random.integer(count);
      if (place < sampledRows) kept[place] = entry;
    }
    const learned = kept.flatMap((example) => encoders.sequencesOf(example)).filter(isLearned);
    const sample = learned.map((sequence) => [sequence]);
    return { sample, total: (sample.length * count) / Math.max(1, kept.length) };
  }
}

interface SourceFile {
  readonly path: string;
  /** Relative to its folder. */
  readonly name: string;
  readonly bytes: number;
  /** The lines to learn from, without the blanks around them; absent for all. */
  readonly own?: ReadonlySet<string>;
}

async function filesOf(sources: readonly string[], commitsSince: string | undefined): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  const add = async (path: string, name: string, own?: ReadonlySet<string>): Promise<void> => {
    const info = await stat(path).catch(() => undefined);
    if (info) files.push({ path, name, bytes: info.size, ...(own && { own }) });
  };
  for (const { path, except } of await sourceRoots(sources)) {
    if (path.endsWith(".py")) {
      await add(resolve(path), basename(path));
      continue;
    }
    const lines = commitsSince === undefined ? undefined : await ownLines(path, commitsSince);
    for await (const name of pythonFiles(path, { except })) {
      const own = lines?.get(name);
      if (!lines || own) await add(join(path, name), name, own);
    }
  }
  return files;
}

async function sampleFiles(
  files: readonly SourceFile[],
  settings: SampleSettings,
  { sequencesOf, requestsOf }: Encoders,
): Promise<SampledPart> {
  const random = seededRandom(settings.seed, "estimate");
  const texts: (Example & { kind: "text" })[] = [];
  let read = 0;
  for (const { path, name, bytes, own } of random.shuffled(files)) {
    if (read >= sampledBytes) break;
    read += bytes;
    const source = await readCurrentSource(path);
    if (!("text" in source)) continue;
    const spans = own && ownSpans(source.text, own);
    if (spans?.length !== 0) texts.push({ kind: "text", text: source.text, path: name, ...(spans && { own: spans }) });
  }
  const dataset: Dataset = {
    name: "sample",
    kind: "source",
    async *examples() {
      yield* texts;
    },
  };
  const pieces = pieceMaker(dataset, {
    ...settings,
    pieceSize: await pieceSizeFor([dataset], sequencesOf, settings.maxLength),
  });
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const drawings = requestsOf ? Math.min(sampledDrawings, Math.max(1, Math.floor(sampledBytes / Math.max(1, all)))) : 1;
  const sample = texts.flatMap((text) => {
    if (requestsOf) return requestsOf(text, random, drawings);
    return pieces(text).flatMap((piece) => sequencesOf(piece).map((sequence) => [sequence]));
  });
  const learned = sample.filter((variants) => variants.every(isLearned));
  return { sample: learned, total: (learned.length * all) / Math.max(1, read) };
}

function isLearned(sequence: Sequence): boolean {
  return targetWeight(sequence) > 0;
}

/** Returns the data sets to validate on: the named one or, if there is none, the parts of the paper's data sets. */
async function validationSets(options: TrainOptions, hasShare: boolean): Promise<Dataset[]> {
  const { data, validation } = options;
  if (hasShare) return [];
  const named = validation === undefined ? data.filter(isPaperDataset) : Number(validation) === 0 ? [] : [validation];
  return await Promise.all(named.map((set) => openDataset(set, { ...options, split: "validation" })));
}

function scaled(parts: readonly SampledPart[], share: number): SampledPart[] {
  return share === 0 ? [] : parts.map(({ sample, total }) => ({ sample, total: total * share }));
}
