/** Reads the data of a training as the training would, and shows what it is about to learn. Trains nothing and keeps nothing. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { seededRandom } from "../foundation/random.ts";
import { perEpoch, type Sequence, type Sequences } from "../dataset/sequence.ts";
import { namedText } from "../tokenizer/namedText.ts";
import { openTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import { estimateCost, type Cost } from "./cost/costEstimate.ts";
import { paddingOf } from "./data/batchShape.ts";
import type { DataPart, ReadingControl } from "./data/trainingData.ts";
import type { TrainOptions } from "./trainRequest.ts";
import { workFolderOf } from "./output/workFolder.ts";
import { beginRun } from "./run/beginRun.ts";
import { resumeRun } from "./run/resumeRun.ts";
import { outlineOf, planOf, sampledSteps, shapeFor, workOf, type TrainOutline } from "./trainingPlan.ts";

/** A part of an example's text. */
export interface PreviewText {
  readonly text: string;
  /** Whether the model learns to write it; it only reads the rest. */
  readonly learned: boolean;
}

export interface TrainingPreview extends TrainOutline {
  /** Examples, tokens and left-out files of each data set. */
  readonly parts: readonly DataPart[];
  /** Sequences of an epoch, and those that are held out. */
  readonly sequences: number;
  readonly heldOut: number;
  readonly cost: Cost;
  /** Some sequences, drawn at random, as the model sees them. */
  readonly examples: readonly (readonly PreviewText[])[];
}

/** Examples to show. */
const shown = 20;

/** @throws the UserErrors of a training for problems with base, data and options */
export async function previewTraining(options: TrainOptions, control: ReadingControl): Promise<TrainingPreview> {
  const folder = await mkdtemp(join(tmpdir(), "graft-preview-"));
  try {
    const { run, base, spec, data } = options.resume
      ? await resumeRun(options, workFolderOf(resolve(options.out)), control)
      : await beginRun(options, folder, control);
    try {
      const samples = sampledSteps(data.training, run.settings);
      const shape = shapeFor(samples, data, base, spec, options);
      const work = workOf(data, planOf(run, data, shape), paddingOf(samples, shape));
      const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
      return {
        ...outlineOf(run, data),
        parts: data.parts,
        sequences: perEpoch(data.training),
        heldOut: data.validation.length,
        cost: await estimateCost(base, spec, shape, work),
        examples: drawn(data.training, run.settings.seed).map((sequence) => textsOf(sequence, tokenizer)),
      };
    } finally {
      data.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function drawn(sequences: Sequences, seed: number): Sequence[] {
  const groups = Array.from({ length: perEpoch(sequences) }, (_, i) => i * (sequences.drawings ?? 1));
  const chosen = seededRandom(seed, "preview").shuffled(groups).slice(0, shown);
  return chosen.map((at) => sequences.at(at)!);
}

/** Returns the text with the names of special tokens, split into runs of learned tokens and of others. */
export function textsOf(
  { ids, encoderIds = [], firstTarget, weights }: Sequence,
  tokenizer: Pick<Tokenizer, "decode" | "specialIds" | "nameOf">,
): PreviewText[] {
  const texts: PreviewText[] = [];
  const isLearned = (i: number): boolean => i >= firstTarget && (weights?.[i - firstTarget] ?? 1) > 0;
  const add = (run: readonly number[], learned: boolean): void => {
    // Virtual tokens have ids below 0 and no text.
    const place = texts.length === 0 ? "start" : "inside";
    const text = namedText(
      tokenizer,
      run.filter((id) => id >= 0),
      place,
    );
    if (text !== "") texts.push({ text, learned });
  };
  add(encoderIds, false);
  for (let start = 0; start < ids.length;) {
    let end = start + 1;
    while (end < ids.length && isLearned(end) === isLearned(start)) end++;
    add(ids.slice(start, end), isLearned(start));
    start = end;
  }
  return texts;
}
