/** graft runs */

import { join } from "node:path";
import { writeFileAtomic } from "../../core/foundation/atomicFile.ts";
import { UserError } from "../../core/foundation/errors.ts";
import { counted } from "../../core/foundation/words/quantities.ts";
import { english, verbatim } from "../../core/foundation/words/said.ts";
import {
  differenceText,
  flatLabel,
  intervalText,
  isShown,
  pText,
} from "../../core/evaluation/measures/measureFormat.ts";
import { fewestItems, type Verdict } from "../../core/evaluation/measures/verdict.ts";
import { compareRuns } from "../../core/evaluation/scoring/compareRuns.ts";
import { promptingNote, promptingOf } from "../../core/evaluation/scoring/prompting.ts";
import { listRuns, readRun, runsFolder, type RunSummary } from "../../core/evaluation/runs/runFolder.ts";
import { exported, type ExportFormat } from "../../core/evaluation/scoring/runTable.ts";
import type { Context } from "../context.ts";
import { aligned } from "../output.ts";
import { firstScore } from "../results/evaluationTable.ts";

export async function listRunsCommand({ output, places }: Context): Promise<void> {
  const runs = await listRuns(places.home, output.log);
  const rows = runs.map(({ id, record, done, result }) => {
    const state = `${done} of ${record.configuration.suite.tasks} done`;
    return [id, record.startedAt.slice(0, 16).replace("T", " "), firstScore(result?.scores ?? {}) ?? state];
  });
  output.result({ runs }, rows.length === 0 ? `No runs in ${runsFolder(places.home)}.` : aligned(rows).join("\n"));
}

export async function compareRunsCommand(
  first: string,
  second: string,
  { output, places, signal }: Context,
): Promise<void> {
  const [one, other] = [await namedRun(first, places.home), await namedRun(second, places.home)];
  const { differences, ...compared } = await compareRuns(one, other, signal);
  const shown = Object.entries(differences).filter(([name]) => isShown(name, "table"));
  const rows = shown.map(([name, { difference, interval, p, verdict }]) => [
    flatLabel(name),
    differenceText(name, difference),
    intervalText(name, interval),
    pText(p),
    verdictTexts[verdict],
  ]);
  const title = `${one.candidate} minus ${other.candidate}, ${counted(compared.items, "item")}`;
  const note = promptingNote(
    [one, other].map(({ candidate, record }) => ({ candidate, ...promptingOf(record.configuration) })),
  );
  const lines = [title, ...aligned(rows), ...(note === undefined ? [] : [english(note)])];
  output.result({ runs: [one.id, other.id], ...compared, differences }, lines.join("\n"));
}

const verdictTexts: Readonly<Record<Verdict, string>> = {
  first: "the first is better",
  second: "the second is better",
  none: "no difference found",
  tooFew: `no verdict below ${fewestItems} items`,
};

export interface ExportFlags {
  readonly format: ExportFormat;
  readonly out?: string;
}

/** Exports the named runs, or all runs if none is named. */
export async function exportRunsCommand(
  names: readonly string[],
  { format, out }: ExportFlags,
  { output, places }: Context,
): Promise<void> {
  const runs = names.length === 0 ? await listRuns(places.home, output.log) : [];
  for (const name of names) runs.push(await namedRun(name, places.home));
  const text = exported(runs, format);
  if (out !== undefined) await writeFileAtomic(out, text);
  output.result(
    { format, ...(out === undefined ? { text } : { out }) },
    out === undefined ? text.trimEnd() : `Wrote ${out}`,
  );
}

/** Finds a run by its id or its folder. */
export async function namedRun(name: string, home: string): Promise<RunSummary> {
  try {
    return await readRun(/[/\\]/.test(name) ? name : join(runsFolder(home), name));
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "run-missing") throw error;
    throw new UserError(error.code, error.said.message, verbatim("Run graft runs list to see all runs."), {
      cause: error,
    });
  }
}
