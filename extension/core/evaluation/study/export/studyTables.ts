/** A study's tables in their export formats, with the marks of the tests. The command line and the panel export the same. */

import { stringify } from "csv-stringify/sync";
import { english } from "../../../foundation/words/said.ts";
import { isShown, scoreText } from "../../measures/measureFormat.ts";
import { markdownText } from "../../scoring/markdown.ts";
import { csv, exportFormats, latex, latexText, markdown, table } from "../../scoring/runTable.ts";
import type { RunRow } from "../../scoring/runTable.ts";
import { correctionNote, effectText } from "../comparison/adapterEffects.ts";
import type { Mark } from "../comparison/marks.ts";
import type { StudyReport, StudyRow, SuiteReport } from "../studyReport.ts";

export const studyFormats = exportFormats;
export type StudyFormat = (typeof studyFormats)[number];

/** The legend of the marks, below tables. */
export const legend =
  "Best: better than all others by the paired tests, corrected for their number (Holm). Tied: the highest score and those that no test tells from it.";

/** Files contain the note as English text, not as its template and values. */
function inEnglish({ note, ...suite }: SuiteReport): object {
  return { ...suite, ...(note && { note: english(note) }) };
}

export function studyTables({ title, suites }: StudyReport, format: StudyFormat): string {
  switch (format) {
    case "json":
      return `${JSON.stringify({ title, suites: suites.map(inEnglish) }, null, 2)}\n`;
    case "csv":
      return csv(suites.flatMap(({ rows }) => rows));
    case "markdown":
      return (
        [`# ${markdownText(title)}\n`, ...suites.map(markdownSuite), suites.some(hasMarks) ? `${marked}\n` : ""]
          .join("\n")
          .trimEnd() + "\n"
      );
    case "latex":
      return suites
        .map((suite) => `% ${commentOf(title, suite)}\n${latex(cells(suite, markedCell), latexCell)}`)
        .join("\n");
  }
}

/** Every difference between two candidates as a row of CSV. */
export function studyTests({ suites }: StudyReport): string {
  const lines = suites.flatMap(({ suite, protocol, rows, tests }) =>
    tests.flatMap(({ first, second, differences }) =>
      Object.entries(differences).map(([measure, { difference, interval, p, verdict }]) => {
        const [one, other] = [first, second].map((row) => withoutFormula(rows[row]!.candidate));
        return {
          suite: withoutFormula(suite),
          protocol,
          first: one,
          second: other,
          measure,
          difference,
          ...interval,
          p,
          verdict,
        };
      }),
    ),
  );
  return stringify(lines, { header: true, columns: Object.keys(lines[0] ?? {}) });
}

/** Spreadsheets compute what begins like a formula. The package's own option would also change negative numbers. */
function withoutFormula(name: string): string {
  return name.replace(/^(?=[=+\-@\t\r])/, "'");
}

/** One line, because a comment ends with its line. */
function commentOf(title: string, { suite, protocol }: SuiteReport): string {
  return `${title}: ${suite}, ${protocol}`.replaceAll(/\s+/g, " ");
}

const marked = `**Bold**: best. *Italic*: tied. ${legend}`;

function hasMarks({ rows }: SuiteReport): boolean {
  return rows.some(({ marks }) => Object.keys(marks).some((name) => isShown(name, "page")));
}

function markdownSuite(suite: SuiteReport): string {
  const correction = correctionNote(suite.effects);
  return [
    `## ${markdownText(`${suite.suite}, ${suite.protocol}`)}\n`,
    markdown(cells(suite, markedCell), markdownCell),
    ...(suite.note === undefined ? [] : [`${markdownText(english(suite.note))}\n`]),
    ...(suite.effects.length === 0
      ? []
      : [suite.effects.map((effect) => `- ${markdownText(effectText(effect))}\n`).join("")]),
    ...(correction === undefined ? [] : [`${markdownText(correction)}\n`]),
  ].join("\n");
}

/** The rows of a suite as cells of text; `cell` shows a score's mark. */
export function cells(suite: SuiteReport, cell: (text: string, mark: Mark | undefined) => string): string[][] {
  const marks = new Map<RunRow, StudyRow["marks"]>(suite.rows.map((row) => [row, row.marks]));
  return table(suite.rows, (row, name) => {
    const score = row.scores[name];
    return score ? cell(scoreText(name, score), marks.get(row)?.[name]) : "";
  });
}

/** Marks become markup only after the text is escaped. */
const [best, tied] = ["\u0001", "\u0002"];

function markedCell(text: string, mark: Mark | undefined): string {
  return mark === undefined ? text : `${mark === "best" ? best : tied}${text}`;
}

function latexCell(text: string): string {
  const command = { [best]: "\\textbf", [tied]: "\\underline" }[text[0] ?? ""];
  return command === undefined ? latexText(text) : `${command}{${latexText(text.slice(1))}}`;
}

function markdownCell(text: string): string {
  const wrap = { [best]: "**", [tied]: "*" }[text[0] ?? ""];
  return wrap === undefined ? markdownText(text) : `${wrap}${markdownText(text.slice(1))}${wrap}`;
}
