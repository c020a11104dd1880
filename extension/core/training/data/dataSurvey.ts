/**
 * Reads the data a first time, before tokenization: counts examples, reports problems, chooses which examples to hold out for
 * validation, and finds those that are both trained on and validated on.
 */

import { setImmediate as nextTurn } from "node:timers/promises";
import { UserError } from "../../foundation/errors.ts";
import { openGate, type Gate } from "../../foundation/waiting/gate.ts";
import type { Log } from "../../foundation/log.ts";
import { seededRandom } from "../../foundation/random.ts";
import { counted } from "../../foundation/words/quantities.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import { countProblems, type Dataset, type Example, type Problem } from "../../dataset/example.ts";
import { withFillExamples, type FillOptions } from "../../dataset/fillExamples.ts";
import { contentHash } from "../../dataset/holdOut.ts";
import { countsText, type Skipped } from "../../sources/skipped.ts";
import type { TrainOptions } from "../trainRequest.ts";
import type { ResolvedSettings } from "../settings.ts";
import { holdOutChoice } from "./holdOutChoice.ts";
import { isUnchanged, rehearsalChoice, type OnlyTried } from "./rehearsal.ts";

/** Rows that cannot be used. Files of source code are reported as skipped, with their reasons. */
export interface RowProblems {
  count: number;
  /** The first problem and its place. */
  first?: Said | undefined;
}

export interface DataSurvey {
  /** Number of examples in all data sets. */
  readonly examples: number;
  readonly problems: RowProblems;
  /** Whether this example of a data set to train on (a row, or a whole file of source code) is held out for validation. */
  readonly isHeldOut: (source: Dataset, example: Example) => boolean;
  readonly onlyTried: OnlyTried;
  /** The files of each source that are not trained on. */
  readonly skipped: readonly (readonly Skipped[])[];
}

export interface SurveyControl {
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  /** While closed, it makes the work wait. The results stay the same. */
  readonly gate?: Gate | undefined;
  /** Receives, for each source, the files that are not trained on. */
  readonly onSkipped?: ((files: readonly Skipped[]) => void) | undefined;
}

/** The share of the data to hold out, and the files that count as changed. */
export interface HeldOutShare extends Pick<TrainOptions, "holdOut" | "changedSince" | "mustBeTried"> {
  /** 0 holds out nothing. */
  readonly fraction: number;
  readonly seed: number;
}

/** The settings that determine how source code is cut into pieces. */
export type PieceSettings = Pick<ResolvedSettings, "seed" | "fillShare"> & Pick<FillOptions, "pieceSize">;

/**
 * Reads all data once and logs a warning for each problem.
 *
 * @param sources data sets to train on; the share is held out of them
 * @param sets data sets to validate on
 * @throws UserError "data-empty", "data-too-small", "nothing-changed"
 */
export async function surveyData(
  sources: readonly Dataset[],
  sets: readonly Dataset[],
  share: HeldOutShare,
  { log, signal, gate, onSkipped }: SurveyControl,
): Promise<DataSurvey> {
  const { fraction, seed } = share;
  const choice = holdOutChoice({ ...share, log, signal });
  const rehearsal = rehearsalChoice(seed, share.changedSince);
  const validated = new Set<number>();
  const shared = new Set<number>();
  let examples = 0;
  const problems: RowProblems = { count: 0 };
  for (const source of sets) {
    examples += await countExamples(source, { log, signal, gate }, problems, (example) =>
      validated.add(contentHash(example, seed)),
    );
  }
  const validationExamples = examples;
  const skipped: Skipped[][] = [];
  for (const source of sources) {
    const files: Skipped[] = [];
    skipped.push(files);
    const noted = { log, signal, gate, onSkipped: (file: Skipped) => void files.push(file) };
    examples += await countExamples(source, noted, problems, (example) => {
      rehearsal.add(example);
      // Unchanged files are tried anyway. The newest ones of all files would be exactly those that have changed.
      if (fraction > 0 && !isUnchanged(example)) choice.add(source, example);
      if (validated.size === 0) return;
      const hash = contentHash(example, seed);
      if (validated.has(hash)) shared.add(hash);
    });
    tellSkipped(source.name, files, log);
    onSkipped?.(files);
  }
  if (shared.size > 0) {
    const examples = `${shared.size} of ${counted(validated.size, "validation example")}`;
    const count = `${examples} ${shared.size === 1 ? "is" : "are"}`;
    log.warn(`${namesOf(sets)}: ${count} also in the training data; the validation loss looks better than it is.`);
  }
  const onlyTried = rehearsal.choose();
  if (share.mustBeTried && onlyTried.files === 0) throw nothingToTry(sources, share.changedSince);
  const isChosen = await choice.choose();
  const shareable = examples - validationExamples - onlyTried.files;
  if (!isChosen) throw tooSmall(sources, fraction, shareable);
  if (fraction > 0) tellFewFiles(sources, shareable, fraction, log);
  const isHeldOut: DataSurvey["isHeldOut"] = (source, example) => !isUnchanged(example) && isChosen(source, example);
  return { examples, skipped, problems, isHeldOut, onlyTried };
}

/** With fewer files than this, the held-out files say little about the others. */
const fewFiles = 10;

function tellFewFiles(sources: readonly Dataset[], files: number, fraction: number, log: Log): void {
  if (!isSourceCode(sources) || files >= fewFiles) return;
  const held = Math.max(1, Math.round(files * fraction));
  const count = `${held} of ${counted(files, "file")}`;
  log.warn(`${namesOf(sources)}: only ${count} held out for validation; their loss is not reliable.`);
}

function tooSmall(sources: readonly Dataset[], fraction: number, examples: number): UserError {
  const names = namesOf(sources);
  return isSourceCode(sources)
    ? new UserError(
        "data-too-small",
        say`Cannot hold out ${fraction} of the data set ${names} for validation: none of its files (${examples}) would be left to train on.`,
        say`Add more distinct files, or choose another --validation on the command line.`,
      )
    : new UserError(
        "data-too-small",
        say`Cannot hold out ${fraction} of the data set ${names} for validation: none of its examples (${examples}) would be left to train on.`,
        say`Add more distinct examples, or choose another --validation on the command line.`,
      );
}

function nothingToTry(sources: readonly Dataset[], since: string | undefined): UserError {
  const message = say`Cannot refresh the adapter: all files of ${namesOf(sources)} have changed since ${since ?? say`then`}, so none is left to try it on.`;
  return new UserError("data-too-small", message, say`Train a new adapter on them; it can be refreshed from then on.`);
}

function isSourceCode(sources: readonly Dataset[]): boolean {
  return sources.every(({ kind }) => kind === "source");
}

/** Logs a summary, and each file at debug level. Only problems that a user can fix are logged as warnings, elsewhere. */
function tellSkipped(name: string, skipped: readonly Skipped[], log: Log): void {
  if (skipped.length === 0) return;
  for (const { path, reason } of skipped) log.debug(`${name}: left out ${path} (${reason})`);
  log.info(`${name}: left out ${countsText(skipped)}.`);
}

/** Passes each example to `look`, logs each problem and counts it in `found`. Returns the number of examples. */
async function countExamples(
  dataset: Dataset,
  { log, signal, gate, onSkipped }: Omit<SurveyControl, "onSkipped"> & { onSkipped?: (file: Skipped) => void },
  found: RowProblems,
  look: (example: Example) => void,
): Promise<number> {
  const problems = countProblems(dataset.name, log);
  let count = 0;
  for await (const entry of entriesOf(dataset, { signal, gate }, onSkipped)) {
    if ("kind" in entry) {
      look(entry);
      count++;
    } else {
      problems.add(entry);
      if (dataset.kind === "source") continue;
      found.count++;
      found.first ??= say`${entry.where}: ${entry.message}`;
    }
  }
  problems.end();
  if (count > 0) return count;
  const message = say`Cannot use the data set ${dataset.name}: it contains no examples.`;
  const because = problems.inWords();
  throw new UserError(
    "data-empty",
    because ? say`${message} ${because}` : message,
    say`Choose a .jsonl file with examples, or Python sources.`,
  );
}

/** Entries to read before yielding to the event loop, so that messages get through. */
const entriesOfTurn = 32;

/** @throws the signal's reason once it is aborted */
export async function* entriesOf(
  { examples }: Dataset,
  { signal, gate = openGate }: Pick<SurveyControl, "signal" | "gate">,
  onSkipped?: (skipped: Skipped) => void,
): AsyncGenerator<Example | Problem> {
  let count = 0;
  for await (const entry of examples(onSkipped)) {
    if (count++ % entriesOfTurn === 0) {
      await nextTurn();
      await gate.pass(signal);
    }
    yield entry;
  }
}

/** Returns a function that turns part of source code into infilling examples, the same in every reading. Rows are unchanged. */
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
