/** graft runs show, import, delete and restore; graft study history */

import { resolve } from "node:path";
import { english } from "../../core/foundation/words/said.ts";
import { deletableRun, deleteRun, restorableRun, restoreRun } from "../../core/evaluation/history/deleteRun.ts";
import { importRuns } from "../../core/evaluation/history/importRuns.ts";
import { factNames, inputNames } from "../../core/evaluation/history/names.ts";
import { runFacts } from "../../core/evaluation/history/runFacts.ts";
import { studyHistory, type HistoryEntry } from "../../core/evaluation/history/studyHistory.ts";
import { readStudy } from "../../core/evaluation/study/studyFile.ts";
import { planStudy } from "../../core/evaluation/study/studyPlan.ts";
import type { Context } from "../context.ts";
import { aligned } from "../output.ts";
import { namedRun } from "./runs.ts";
import { studyPath } from "./study.ts";

export async function showRunCommand(name: string, { output, places }: Context): Promise<void> {
  const run = await namedRun(name, places.home);
  const facts = runFacts(run);
  const rows = facts.map(({ name: fact, value }) => [factNames[fact], value]);
  output.result({ run: run.id, facts }, [run.id, ...aligned(rows)].join("\n"));
}

export async function importRunsCommand(folder: string, { output, places }: Context): Promise<void> {
  const found = await importRuns(resolve(folder), places.home);
  for (const { message, nextStep } of found.problems) output.log.warn(`${english(message)} ${english(nextStep)}`);
  const lines = [
    ...found.imported.map((id) => `Imported ${id}`),
    ...found.known.map((id) => `Was here: ${id}`),
    `${found.imported.length} imported, ${found.known.length} known, ${found.problems.length} refused.`,
  ];
  output.result({ ...found }, lines.join("\n"));
  if (found.problems.length > 0) process.exitCode = 1;
}

export async function deleteRunsCommand(given: readonly string[], { output, places }: Context): Promise<void> {
  const ids = [...new Set(given)];
  // All or none, so that a refusal leaves nothing to find out.
  for (const id of ids) await deletableRun(id, places.home);
  for (const id of ids) await deleteRun(id, places.home);
  output.result({ deleted: ids }, `Deleted ${ids.join(", ")}. To undo: graft runs restore ${ids.join(" ")}`);
}

export async function restoreRunsCommand(given: readonly string[], { output, places }: Context): Promise<void> {
  const ids = [...new Set(given)];
  for (const id of ids) await restorableRun(id, places.home);
  for (const id of ids) await restoreRun(id, places.home);
  output.result({ restored: ids }, `Restored ${ids.join(", ")}.`);
}

export async function studyHistoryCommand(name: string, context: Context): Promise<void> {
  const { output, places, signal } = context;
  const plan = await planStudy(await readStudy(studyPath(name, context)), places, { signal, log: output.log });
  const history = await studyHistory(plan, places.home);
  const rows = history.map((entry) => [entry.startedAt.slice(0, 16).replace("T", " "), entry.id, stateText(entry)]);
  output.result(
    { title: plan.title, history },
    rows.length === 0 ? "No run of the study yet." : aligned(rows).join("\n"),
  );
}

function stateText({ changed, scores, isPlanned }: HistoryEntry): string {
  const state = isPlanned ? "in the study" : `other ${changed.map((name) => inputNames[name]).join(", ")}`;
  return scores === "" ? `${state}, not finished` : `${state}; ${scores}`;
}
