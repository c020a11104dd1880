/**
 * Answers that hold no code. Some measures give them points: CodeBLEU is 0.25 without any token in common, and "# ---" resembles
 * every text a little.
 */

import { say, sentences, type Said } from "../../foundation/words/said.ts";
import type { Prediction } from "../runs/runRecord.ts";

/** The best answers of a table's row, over all seeds. */
interface Answers {
  readonly candidate: string;
  /** Tasks per seed. */
  readonly items: number;
  readonly seeds: readonly number[];
  /** Answers without code; absent if there are none. */
  readonly codeless?: number;
}

/** From this share on, tables mention it. */
const notedShare = 0.1;
/** From this share on, scores say nothing about code. */
const garbageShare = 0.9;

/** Whether the best answer to a task has nothing but comments and white space. Does not apply to holes, where such text may be right. */
export function isCodeless({ intent, predictions: [best = ""] }: Prediction): boolean {
  return intent !== undefined && best.split("\n").every((line) => /^\s*(#|$)/.test(line));
}

export function isGarbage(answers: Answers): boolean {
  return shareOf(answers) >= garbageShare;
}

/** Returns "graft-base: 20 of 20 answers hold no code." for each candidate with many such answers; undefined if there is none. */
export function codelessNote(rows: readonly Answers[]): Said | undefined {
  const noted = rows.filter((row) => shareOf(row) >= notedShare);
  return sentences(
    noted.map((row) => say`${row.candidate}: ${row.codeless ?? 0} of ${answersIn(row)} answers hold no code.`),
  );
}

function shareOf(row: Answers): number {
  return (row.codeless ?? 0) / answersIn(row);
}

function answersIn({ items, seeds }: Answers): number {
  return items * seeds.length;
}
