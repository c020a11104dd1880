/**
 * Defines how the command line, the list of runs, comparisons, exports and the panel name and print each measure, and
 * which direction is better. Imports nothing, because webview pages import it.
 */

export interface MeasureFormat {
  /** The heading in tables, if the measure belongs to a group. */
  readonly group?: string;
  /** Its name in text tables and exports. */
  readonly label: string;
  /** Its name on its own in a user interface. */
  readonly title: string;
  readonly unit: "%" | "";
  readonly digits: number;
  readonly better: "higher" | "lower";
  /**
   * The places that show it: tables that fit a page, the panel's, the command line's, or only files and JSON. Each level includes
   * the ones before.
   */
  readonly detail: "page" | "panel" | "table" | "data";
}

const details = ["page", "panel", "table", "data"] as const;

/** Titles of the measures on a page of results, capitalized as papers write them. */
const titles: Readonly<Record<string, string>> = {
  codebleu: "CodeBLEU",
  chrf: "chrF",
  "chrf++": "chrF++",
  editSimilarity: "Edit similarity",
  exactMatch: "Exact match",
  editRatio: "Edit similarity",
  identifierMatch: "Identifiers, exact",
  identifierF1: "Identifiers, F1",
  bitsPerByte: "Bits per byte",
  "line.exact": "Lines, exact",
  "line.editSimilarity": "Lines, edit similarity",
  "block.exact": "Blocks, exact",
  "block.editSimilarity": "Blocks, edit similarity",
};

const holeGroups: Readonly<Record<string, string>> = { line: "rest of a line", block: "body of a block" };

const holePlaces: Readonly<Record<string, string>> = {
  boundary: "between words",
  word: "inside words",
  header: "behind the header",
  body: "on the line below",
};

const holeScores: Readonly<Record<string, string>> = {
  exact: "exact",
  editSimilarity: "edit similarity",
  offered: "something offered",
  parses: "of these parse in place",
};

/** Looks up a name. Names also come from runs of other machines, so "constructor" must not find a property that every object has. */
function wordsOf(words: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(words, name) ? words[name] : undefined;
}

/** @param name the name in results: "em@1", "codebleu.syntax", "line.exact", "block.header.exact" */
export function measureFormat(name: string): MeasureFormat {
  const title = wordsOf(titles, name) ?? name.replace(/^em@/, "EM@");
  const [whole = "", part = "", score] = name.split(".");
  const group = wordsOf(holeGroups, whole);
  if (group !== undefined) return { ...holeFormat(part, score), group, title };
  const isPage =
    /^(em@1|em@10|codebleu|chrf|pass@\d+|any@\d+|bitsPerByte|exactMatch|editRatio|identifierMatch|identifierF1)$/.test(
      name,
    );
  const plain = { label: name, title, better: "higher", detail: isPage ? "page" : "panel" } as const;
  if (whole === "bitsPerByte") return { ...plain, label: "bits per byte", unit: "", digits: 3, better: "lower" };
  if (whole !== "codebleu") return { ...plain, unit: "%", digits: 2 };
  const codeBleu = { ...plain, unit: "", digits: 4 } as const;
  return part === "" ? codeBleu : { ...codeBleu, label: `  ${part}`, detail: "table" };
}

function holeFormat(part: string, score: string | undefined): Omit<MeasureFormat, "group" | "title"> {
  const format = { unit: "%", digits: 1, better: "higher" } as const;
  if (score !== undefined) {
    const label = `${wordsOf(holeScores, score) ?? score} ${wordsOf(holePlaces, part) ?? part}`;
    return { ...format, label, detail: score === "exact" ? "table" : "data" };
  }
  const detail = part === "exact" ? "page" : part === "editSimilarity" ? "panel" : "table";
  return { ...format, label: wordsOf(holeScores, part) ?? part, detail };
}

/** Returns the label with its group, for tables without headings: "rest of a line: exact". */
export function flatLabel(name: string): string {
  const { group, label } = measureFormat(name);
  return group === undefined ? label : `${group}: ${label.trimStart()}`;
}

/** The label with its unit, for tables whose cells have none: "em@1, %", "codebleu". */
export function unitLabel(name: string): string {
  const { label, unit } = measureFormat(name);
  return unit === "" ? label : `${label}, ${unit}`;
}

/** Whether tables of this detail show the measure. */
export function isShown(name: string, detail: MeasureFormat["detail"]): boolean {
  return details.indexOf(measureFormat(name).detail) <= details.indexOf(detail);
}

/** A score with its 95 % interval, or the mean and standard deviation of several seeds. */
export type ShownScore =
  | { readonly value: number; readonly low: number; readonly high: number }
  | { readonly value: number; readonly deviation: number };

/** "12.34 (10.10 to 14.50)", "12.34 ± 0.80" */
export function scoreText(name: string, score: ShownScore): string {
  if ("deviation" in score) return `${valueText(name, score.value)} ± ${valueText(name, score.deviation)}`;
  return `${valueText(name, score.value)} (${intervalText(name, score)})`;
}

/** Formats a value with a minus sign, which readers can tell from a dash: "−0.0577". */
export function valueText(name: string, value: number): string {
  return value.toFixed(measureFormat(name).digits).replace("-", "−");
}

/** "10.10 to 14.50" */
export function intervalText(name: string, { low, high }: { readonly low: number; readonly high: number }): string {
  return `${valueText(name, low)} to ${valueText(name, high)}`;
}

/** "+1.20", "−0.30" */
export function differenceText(name: string, difference: number): string {
  return `${difference >= 0 ? "+" : ""}${valueText(name, difference)}`;
}

/** "p < 0.001", "p = 0.012" */
export function pText(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
}
