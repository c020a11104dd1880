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
import { countByReason, reasonText, type Skipped } from "../../sources/skipped.ts";
import type { TrainSettings } from "../settings.ts";

/** Rows that cannot be used. Files of source code are told with their reasons, as skipped. */
export interface RowProblems {
  count: number;
  /** Which one, and why; empty without any. */
  first: string;
}

export interface DataSurvey {
  /** Of all data sets. */
  readonly examples: number;
  readonly problems: RowProblems;
  /** Whether this example of the training data is for validation: a row, or a whole file of source code. */
  readonly isHeldOut: (example: Example) => boolean;
  /** The files of each source that are not trained on. */
  readonly skipped: readonly (readonly Skipped[])[];
}

export interface SurveyControl {
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  /** Told the files of each source that are not trained on. */
  readonly onSkipped?: ((files: readonly Skipped[]) => void) | undefined;
}

/** What decides how source code is cut into pieces. */
export type PieceSettings = Pick<TrainSettings, "seed" | "fillShare"> & Pick<FillOptions, "pieceSize">;

/**
 * Reads all data once. Problems are warned of.
 *
 * @param sources to train on, with `fraction` of their examples held out
 * @param sets to validate on
 * @throws UserError "data-empty", "data-too-small"
 */
export async function surveyData(
  sources: readonly Dataset[],
  sets: readonly Dataset[],
  fraction: number,
  seed: number,
  { log, signal, onSkipped }: SurveyControl,
): Promise<DataSurvey> {
  const counts = countHashes();
  const validated = new Set<number>();
  const shared = new Set<number>();
  let examples = 0;
  const problems = { count: 0, first: "" };
  for (const source of sets) {
    examples += await countExamples(source, { log, signal }, problems, (example) =>
      validated.add(contentHash(example, seed)),
    );
  }
  const validationExamples = examples;
  const skipped: Skipped[][] = [];
  for (const source of sources) {
    const files: Skipped[] = [];
    skipped.push(files);
    const noted = { log, signal, onSkipped: (file: Skipped) => void files.push(file) };
    examples += await countExamples(source, noted, problems, (example) => {
      if (fraction === 0 && validated.size === 0) return;
      const hash = contentHash(example, seed);
      if (validated.has(hash)) shared.add(hash);
      counts.add(hash);
    });
    tellSkipped(source.name, files, log);
    onSkipped?.(files);
  }
  if (shared.size > 0) {
    const count = `${shared.size} of ${validated.size} validation examples`;
    log.warn(`${namesOf(sets)}: ${count} are trained on, too; the validation loss flatters.`);
  }
  const bound = fraction > 0 ? counts.boundOf(fraction) : 0;
  if (bound === Infinity) {
    throw tooSmall(sources, fraction, examples - validationExamples);
  }
  if (bound > 0) tellFewFiles(sources, examples - validationExamples, fraction, log);
  return { examples, skipped, problems, isHeldOut: (example) => bound > 0 && contentHash(example, seed) < bound };
}

/** Below so many files, those that are held out say little of the others. */
const fewFiles = 10;

function tellFewFiles(sources: readonly Dataset[], files: number, fraction: number, log: Log): void {
  if (!isSourceCode(sources) || files >= fewFiles) return;
  const held = Math.max(1, Math.round(files * fraction));
  log.warn(`${namesOf(sources)}: only ${held} of ${files} files held out for validation; their loss says little.`);
}

function tooSmall(sources: readonly Dataset[], fraction: number, examples: number): UserError {
  const what = isSourceCode(sources) ? "files" : "examples";
  return new UserError(
    "data-too-small",
    `Cannot set ${fraction} of the data set ${namesOf(sources)} aside for validation: ` +
      `of ${examples} ${what} none would be left to train on.`,
    `Give more ${what} that differ, or on the command line another --validation.`,
  );
}

function isSourceCode(sources: readonly Dataset[]): boolean {
  return sources.every(({ kind }) => kind === "source");
}

/** Each file for whoever asks for more; warnings are for those that could be mended. */
function tellSkipped(name: string, skipped: readonly Skipped[], log: Log): void {
  const counts = Object.entries(countByReason(skipped));
  if (counts.length === 0) return;
  for (const { path, reason } of skipped) log.debug(`${name}: left out ${path} (${reason})`);
  log.info(`${name}: left out ${counts.map(([reason, count]) => `${count} ${reasonText(reason)}`).join(", ")}.`);
}

/** Shows each example to `look`; warns of each problem and counts it in `found`. */
async function countExamples(
  dataset: Dataset,
  { log, signal, onSkipped }: Omit<SurveyControl, "onSkipped"> & { onSkipped?: (file: Skipped) => void },
  found: RowProblems,
  look: (example: Example) => void,
): Promise<number> {
  const problems = countProblems(dataset.name, log);
  let count = 0;
  for await (const entry of entriesOf(dataset, signal, onSkipped)) {
    if ("kind" in entry) {
      look(entry);
      count++;
    } else {
      problems.add(entry);
      if (dataset.kind === "source") continue;
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
  onSkipped?: (skipped: Skipped) => void,
): AsyncGenerator<Example | Problem> {
  let count = 0;
  for await (const entry of examples(onSkipped)) {
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
