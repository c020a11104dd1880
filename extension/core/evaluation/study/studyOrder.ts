/**
 * The order in which a study's runs are evaluated. The study's file keeps it, so that the command line follows it, too, and it may
 * change while the study waits or runs.
 */

import { writeFileAtomic } from "../../foundation/atomicFile.ts";
import { readPlainText } from "../../foundation/plainFile.ts";
import { readStudy, type Study } from "./studyFile.ts";

/** The positions of a run's suite and candidate in the study, and its seed. */
export type RunKey = NonNullable<Study["order"]>[number];

interface Keyed {
  readonly suite: number;
  readonly candidate: number;
  readonly seed: number;
}

/** Returns an order of positions as the file stores it. */
export function keysOf(runs: readonly Keyed[], order: readonly number[]): RunKey[] {
  return order.map((run) => keyOf(runs[run]!));
}

function keyOf({ suite, candidate, seed }: Keyed): RunKey {
  return [suite, candidate, seed];
}

/** Returns the positions of the runs in the order of a file. Runs that it lacks come last, suite by suite. */
export function orderOf(runs: readonly Keyed[], asked: readonly RunKey[] = []): number[] {
  const places = new Map(asked.map((key, place) => [key.join(), place]));
  const placeOf = (run: number): number => places.get(keyOf(runs[run]!).join()) ?? asked.length;
  return [...runs.keys()].toSorted(
    (one, other) => placeOf(one) - placeOf(other) || runs[one]!.suite - runs[other]!.suite || one - other,
  );
}

/** Returns the entries of a study's order whose suite or candidate the study does not have. */
export function strangersIn({
  suites,
  candidates,
  order = [],
}: Pick<Study, "suites" | "candidates" | "order">): RunKey[] {
  return order.filter(([suite, candidate]) => suite >= suites.length || candidate >= candidates.length);
}

/**
 * Returns the order after `run` has moved `by` places among the runs that can move: down, or up if negative. The others stay where they
 * are. Returns undefined if nothing changes.
 */
export function movedRun(
  order: readonly number[],
  canMove: (run: number) => boolean,
  run: number,
  by: number,
): number[] | undefined {
  const movable = order.filter((each) => canMove(each));
  const from = movable.indexOf(run);
  const to = Math.max(0, Math.min(movable.length - 1, from + by));
  if (from < 0 || to === from) return undefined;
  const moved = movable.toSpliced(from, 1).toSpliced(to, 0, run);
  return order.map((each) => (canMove(each) ? moved.shift()! : each));
}

/**
 * Writes the order of runs into the study's file, and leaves the rest of it as it is.
 *
 * @throws UserError "study-missing", "study-invalid", "disk-full", "not-writable"
 */
export async function writeOrder(path: string, order: readonly RunKey[]): Promise<void> {
  await readStudy(path);
  const study = JSON.parse(await readPlainText(path)) as object;
  const text = JSON.stringify({ ...study, order }, null, 2);
  // Puts each run on one line. Strings in JSON contain no line breaks, so no text changes.
  const short = text.replaceAll(/\[\n\s+(\d+),\n\s+(\d+),\n\s+(-?\d+)\n\s+\]/g, "[$1, $2, $3]");
  await writeFileAtomic(path, `${short}\n`);
}
