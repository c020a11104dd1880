/** graft study differences */

import { join, resolve } from "node:path";
import { writeFileAtomic } from "../../core/foundation/atomicFile.ts";
import { UserError } from "../../core/foundation/errors.ts";
import { verbatim } from "../../core/foundation/words/said.ts";
import { runsFolder } from "../../core/evaluation/runs/runFolder.ts";
import { differenceChart } from "../../core/evaluation/study/charts/differenceChart.ts";
import { readStudy } from "../../core/evaluation/study/studyFile.ts";
import { planStudy } from "../../core/evaluation/study/studyPlan.ts";
import { reportStudy } from "../../core/evaluation/study/studyReport.ts";
import { askDifferences, taskDifferences } from "../../core/evaluation/study/comparison/taskDifferences.ts";
import type { Context } from "../context.ts";
import { differencesText } from "../results/studyOutput.ts";
import { studyPath } from "./study.ts";

export interface DifferencesFlags {
  readonly suite?: string;
  readonly measure?: string;
  readonly out?: string;
}

/** Compares two candidates, named as in the tables. */
export async function differencesCommand(
  name: string,
  candidates: readonly [string, string],
  { suite, measure: asked, out }: DifferencesFlags,
  context: Context,
): Promise<void> {
  const { output, places, signal } = context;
  const plan = await planStudy(await readStudy(studyPath(name, context)), places, { signal, log: output.log });
  const { suites } = await reportStudy(plan, places.home, signal);
  const report = suites.find((each) => suite === undefined || each.suite === suite);
  if (!report)
    throw unknownName(
      "suite",
      suite ?? "",
      suites.map((each) => each.suite),
    );
  const names = report.rows.map(({ candidate }) => candidate);
  const [first, second] = candidates.map((candidate) => {
    if (!names.includes(candidate)) throw unknownName("candidate", candidate, names);
    return names.indexOf(candidate);
  }) as [number, number];
  const measure = asked ?? report.measures[0]!;
  if (!report.measures.includes(measure)) throw unknownName("measure", measure, report.measures);
  const pair = askDifferences(report, { first, second, measure }, (run) => join(runsFolder(places.home), run));
  const found = await taskDifferences(pair.first.folders, pair.second.folders, measure, signal);
  if (out !== undefined) await writeFileAtomic(resolve(out), differenceChart(pair, found));
  const fields = { suite: report.suite, protocol: report.protocol, candidates, ...found, whole: pair.whole };
  output.result(
    out === undefined ? fields : { ...fields, out: resolve(out) },
    [differencesText(pair, found), ...(out === undefined ? [] : [`Wrote ${resolve(out)}`])].join("\n"),
  );
}

function unknownName(what: string, name: string, names: readonly string[]): UserError {
  const known =
    names.length === 0 ? "No run of the study is finished: graft study run." : `There are: ${names.join("; ")}.`;
  return new UserError(
    "option-invalid",
    verbatim(`Cannot show differences: the study has no results of the ${what} "${name}".`),
    verbatim(known),
  );
}
