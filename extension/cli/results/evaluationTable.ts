/** The table of scores that graft evaluate prints, for every kind of suite. */

import { counted } from "../../core/foundation/words/quantities.ts";
import {
  flatLabel,
  isShown,
  measureFormat,
  scoreText,
  unitLabel,
} from "../../core/evaluation/measures/measureFormat.ts";
import type { RunRow } from "../../core/evaluation/scoring/runTable.ts";
import { count } from "../output.ts";
import type { Evaluated } from "./evaluationResult.ts";

/** The heading of the table of held-out code. */
export function evaluationHeading({ row, runs }: Evaluated): string[] {
  const heldOut = runs[0]!.result?.heldOut;
  if (!heldOut) return [];
  const files = counted(heldOut.files, "file", { shown: count(heldOut.files) });
  const size = `${files}, ${count(heldOut.bytes)}B; ${counted(row.items, "hole")}`;
  return [`${row.suite}: ${size}, seed ${row.seeds.join(", ")}; 95 % intervals`];
}

/**
 * Builds a table with a column for each candidate.
 *
 * @param holes the number of holes of each kind, for the headings of held-out code
 */
export function scoreTable(rows: readonly RunRow[], holes?: Readonly<Record<string, number>>): string[][] {
  const [first] = rows;
  const blank = rows.map(() => "");
  const corner = holes ? "" : `${first!.suite}, ${first!.protocol}`;
  const lines = [[corner, ...rows.map(({ candidate }) => candidate)]];
  if (!holes) lines.push(["items", ...rows.map(({ items }) => `${items}`)]);
  let heading: string | undefined;
  for (const name of scoreNames(rows).filter((each) => isShown(each, "table"))) {
    const { group } = measureFormat(name);
    if (group !== undefined && group !== heading) {
      lines.push([`${group} (${holes?.[name.split(".")[0]!] ?? 0})`, ...blank]);
      heading = group;
    }
    const cells = rows.map(({ scores }) => (scores[name] ? scoreText(name, scores[name]) : ""));
    lines.push([`${group === undefined ? "" : "  "}${unitLabel(name)}`, ...cells]);
  }
  return lines;
}

/** Returns the scores group by group: a later row may have scores of a group that the first one lacks. */
function scoreNames(rows: readonly RunRow[]): string[] {
  const groupOf = (name: string): string => measureFormat(name).group ?? "";
  const names = [...new Set(rows.flatMap(({ scores }) => Object.keys(scores)))];
  return [...new Set(names.map(groupOf))].flatMap((group) => names.filter((name) => groupOf(name) === group));
}

/** The first score of a run in one cell: "em@1 12.30 (10.10 to 14.50)". */
export function firstScore(scores: RunRow["scores"]): string | undefined {
  const [first] = Object.entries(scores);
  return first && `${flatLabel(first[0])} ${scoreText(...first)}`;
}
