/** The columns of a table of results, and the order of its rows. */

import type { RowView } from "../protocol/studyResults.ts";
import { bytes, duration } from "../shared/figures.ts";
import { t } from "../shared/l10n.ts";

export interface Column {
  readonly key: string;
  readonly title: string;
  /** The number to sort by. */
  readonly value: (row: RowView) => number | undefined;
  /** The measure, or how the number is printed. */
  readonly measure?: string;
  readonly text?: (row: RowView) => string;
}

export interface Sorting {
  readonly key: string;
  readonly isUp: boolean;
}

const none = "–";

export const costColumns: readonly Column[] = [
  {
    key: "parameters",
    title: t("Trained parameters"),
    value: ({ trainableParameters }) => trainableParameters,
    text: ({ trainableParameters }) => (trainableParameters === 0 ? none : trainableParameters.toLocaleString()),
  },
  {
    key: "size",
    title: t("Trained weights"),
    value: ({ adapterBytes }) => adapterBytes,
    text: ({ adapterBytes }) => (adapterBytes === 0 ? none : smallBytes(adapterBytes)),
  },
  {
    key: "training",
    title: t("Training time"),
    value: ({ trainingSeconds }) => trainingSeconds,
    text: ({ trainingSeconds }) => (trainingSeconds === undefined ? none : duration(trainingSeconds)),
  },
  {
    key: "memory",
    title: t("Training memory"),
    value: ({ trainingMemoryBytes }) => trainingMemoryBytes,
    text: ({ trainingMemoryBytes }) => (trainingMemoryBytes === undefined ? none : bytes(trainingMemoryBytes)),
  },
  {
    key: "peak",
    title: t("Peak memory"),
    value: ({ peakMemoryBytes }) => peakMemoryBytes,
    text: ({ peakMemoryBytes }) => bytes(peakMemoryBytes),
  },
  {
    key: "speed",
    title: t("Tokens/s"),
    value: ({ tokensPerSecond }) => tokensPerSecond,
    text: ({ tokensPerSecond }) => Math.round(tokensPerSecond).toLocaleString(),
  },
];

const lesserMeasures: ReadonlySet<string> = new Set(["em@2", "em@5", "chrf++"]);

/** Returns whether a column is shown until the user chooses: a cost that no candidate has would only push others out of sight. */
export function isShownAtFirst(key: string, rows: readonly RowView[]): boolean {
  if (lesserMeasures.has(key)) return false;
  const cost = costColumns.find((column) => column.key === key);
  return !cost || rows.some((row) => cost.text?.(row) !== none);
}

/** Adapters may have a few thousand bytes. */
function smallBytes(number: number): string {
  return number < 1e6 ? t("{0} kB", (number / 1000).toFixed(number < 10_000 ? 1 : 0)) : bytes(number);
}

/** Returns the rows in the order of a column, those without a value last; in the study's order without one. */
export function sorted(
  rows: readonly RowView[],
  columns: readonly Column[],
  sorting: Sorting | undefined,
): readonly RowView[] {
  if (!sorting) return rows;
  const sign = sorting.isUp ? 1 : -1;
  if (sorting.key === "candidate")
    return rows.toSorted((one, other) => sign * one.candidate.localeCompare(other.candidate));
  const value = columns.find(({ key }) => key === sorting.key)?.value;
  if (!value) return rows;
  return rows.toSorted((one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    return sign * (a - b);
  });
}
