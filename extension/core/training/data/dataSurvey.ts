/**
 * The first reading of the data: how many examples there are, what is wrong with the others, which to hold out for validation,
 * and which are in both. It knows no tokens.
 */

import { setImmediate as nextTurn } from "node:timers/promises";
import { UserError } from "../../foundation/errors.ts";
import type { Log } from "../../foundation/log.ts";
import { seededRandom } from "../../foundation/random.ts";
import { countProblems, type Dataset, type Example, type Problem } from "../../dataset/example.ts";
import { withFillExamples, type FillOptions } from "../../dataset/fillExamples.ts";
import { contentHash, countHashes } from "../../dataset/holdOut.ts";
import type { TrainSettings } from "../settings.ts";

/** Rows and files that cannot be used. */
export interface RowProblems {
  count: number;
  /** Which one, and why; empty without any. */
  first: string;
}

export interface DataSurvey {
  /** Of all data sets. */
  readonly examples: number;
  readonly problems: RowProblems;
  /** Whether this piece of the training data is for validation. */
  readonly isHeldOut: (piece: Example) => boolean;
}

/** What decides how source code is cut into pieces. */
export type PieceSettings = Pick<TrainSettings, "seed" | "fillShare"> & Pick<FillOptions, "pieceSize">;

/**
 * Reads all data once. Problems are warned of.
 *
 * @param sources to train on, with `fraction` of their pieces held out
 * @param sets to validate on
 * @throws UserError "data-empty", "data-too-small"
 */
export async function surveyData(
  sources: readonly Dataset[],
  sets: readonly Dataset[],
  fraction: number,
  settings: PieceSettings,
  { log, signal }: { readonly log: Log; readonly signal?: AbortSignal | undefined },
): Promise<DataSurvey> {
  const { seed } = settings;
  const counts = countHashes();
  const validated = new Set<number>();
  const shared = new Set<number>();
  let examples = 0;
  const problems = { count: 0, first: "" };
  for (const source of sets) {
    examples += await countExamples(source, log, signal, problems, (example) =>
      validated.add(contentHash(example, seed)),
    );
  }
  for (const source of sources) {
    const pieces = pieceMaker(source, settings);
    examples += await countExamples(source, log, signal, problems, (example) => {
      if (validated.size > 0) {
        const hash = contentHash(example, seed);
        if (validated.has(hash)) shared.add(hash);
      }
      if (fraction > 0) for (const piece of pieces(example)) counts.add(contentHash(piece, seed));
    });
  }
  if (shared.size > 0) {
    const count = `${shared.size} of ${validated.size} validation examples`;
    log.warn(`${namesOf(sets)}: ${count} are trained on, too; the validation loss flatters.`);
  }
  const bound = fraction > 0 ? counts.boundOf(fraction) : 0;
  if (bound === Infinity) {
    const message = `Cannot set ${fraction} of the data set ${namesOf(sources)} aside for validation`;
    throw new UserError(
      "data-too-small",
      `${message}: of ${examples} examples none would be left to train on.`,
      "Give more examples that differ, or on the command line another --validation.",
    );
  }
  return { examples, problems, isHeldOut: (piece) => bound > 0 && contentHash(piece, seed) < bound };
}

/** Shows each example to `look`; warns of each problem and counts it in `found`. */
async function countExamples(
  dataset: Dataset,
  log: Log,
  signal: AbortSignal | undefined,
  found: RowProblems,
  look: (example: Example) => void,
): Promise<number> {
  const problems = countProblems(dataset.name, log);
  let count = 0;
  for await (const entry of entriesOf(dataset, signal)) {
    if ("kind" in entry) {
      look(entry);
      count++;
    } else {
      problems.add(entry);
      found.count++;
      found.first ||= `${entry.where}: ${entry.message}`;
    }
  }
  problems.end();
  if (count > 0) return count;
  const message = `Cannot use the data set ${dataset.name}: it holds no example. ${problems.inWords()}`.trim();
  throw new UserError("data-empty", message, "Give a .jsonl file with such rows, or Python sources.");
}

/** So many entries are read between two turns of others, such as whoever wants to cancel. */
const entriesOfTurn = 32;

/** @throws the signal's reason once it is aborted */
export async function* entriesOf(
  { examples }: Dataset,
  signal: AbortSignal | undefined,
): AsyncGenerator<Example | Problem> {
  let count = 0;
  for await (const entry of examples()) {
    if (count++ % entriesOfTurn === 0) {
      await nextTurn();
      signal?.throwIfAborted();
    }
    yield entry;
  }
}

/** Rows say themselves what they are; only source code is turned into gaps to fill, the same ones at every reading. */
export function pieceMaker(
  { kind, name }: Dataset,
  { seed, fillShare: share, pieceSize }: PieceSettings,
): (example: Example) => Example[] {
  const random = seededRandom(seed, `gaps of ${name}`);
  return (example) => (kind === "source" ? withFillExamples(example, { share, pieceSize, random }) : [example]);
}

export function namesOf(datasets: readonly Dataset[]): string {
  return datasets.map(({ name }) => name).join(" + ");
}
