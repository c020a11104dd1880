/** Which tasks a list shows, and in which order. */

import type { SuiteTasks, TaskRowView } from "../protocol/study.ts";

export interface TaskFilter {
  /** Part of the task's words or id. */
  readonly search: string;
  /** A run that is right, and one that is wrong, by their positions; undefined for any. */
  readonly right?: number | undefined;
  readonly wrong?: number | undefined;
  readonly order: "suite" | "longest" | "similar" | "different";
}

export const noFilter: TaskFilter = { search: "", order: "suite" };

export function filtered({ rows }: SuiteTasks, { search, right, wrong, order }: TaskFilter): readonly TaskRowView[] {
  const words = search.trim().toLowerCase();
  const shown = rows.filter(({ id, intent, cells }) => {
    if (words !== "" && !`${id} ${intent}`.toLowerCase().includes(words)) return false;
    if (right !== undefined && !cells[right]?.isRight) return false;
    return wrong === undefined || (cells[wrong] !== null && cells[wrong]?.isRight === false);
  });
  switch (order) {
    case "suite":
      return shown;
    case "longest":
      return shown.toSorted((one, other) => other.length - one.length);
    case "similar":
      return shown.toSorted((one, other) => similarity(other) - similarity(one));
    case "different":
      return shown.toSorted((one, other) => spread(other) - spread(one));
  }
}

/** The mean similarity of the runs' answers. */
function similarity({ cells }: TaskRowView): number {
  const known = cells.flatMap((cell) => cell?.similarity ?? []);
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** How far apart the runs' answers are. */
function spread({ cells }: TaskRowView): number {
  const known = cells.flatMap((cell) => cell?.similarity ?? Number(cell?.isRight ?? false));
  return Math.max(...known) - Math.min(...known);
}
