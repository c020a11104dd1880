/** graft study */

import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { exists } from "../../core/foundation/exists.ts";
import { writeFileAtomic } from "../../core/foundation/atomicFile.ts";
import { isCancelled, UserError } from "../../core/foundation/errors.ts";
import { counted } from "../../core/foundation/words/quantities.ts";
import { english, verbatim } from "../../core/foundation/words/said.ts";
import { paperDatasets, paperFile } from "../../core/dataset/paperDatasets.ts";
import { correctionNote, effectText } from "../../core/evaluation/study/comparison/adapterEffects.ts";
import { exportStudy } from "../../core/evaluation/study/export/exportStudy.ts";
import { adapterStudy, paperStudy, type ReadyStudy } from "../../core/evaluation/study/readyStudies.ts";
import { runStudy, type StudyOutcome } from "../../core/evaluation/study/runStudy.ts";
import { suiteKind } from "../../core/evaluation/suites/suiteKind.ts";
import { hasRepository } from "../../core/evaluation/study/studyRuns.ts";
import { readStudy, studiesFolder, writeStudy, type Study } from "../../core/evaluation/study/studyFile.ts";
import { studyPathOf } from "../../core/evaluation/study/studyNames.ts";
import { planStudy } from "../../core/evaluation/study/studyPlan.ts";
import { reportStudy, type StudyReport } from "../../core/evaluation/study/studyReport.ts";
import { cells, legend, studyTables, type StudyFormat } from "../../core/evaluation/study/export/studyTables.ts";
import type { Context } from "../context.ts";
import { aligned } from "../output.ts";
import { failureTexts, planText, reproduced, studyProgress } from "../results/studyOutput.ts";

export async function listStudiesCommand({ output, places }: Context): Promise<void> {
  const folder = studiesFolder(places.home);
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json"));
  const studies: { name: string; path: string; title: string; runs: string }[] = [];
  for (const file of files.toSorted()) {
    const path = join(folder, file);
    try {
      const { title, suites, candidates } = await readStudy(path);
      const runs = `${counted(candidates.length, "candidate")} on ${counted(suites.length, "suite")}`;
      studies.push({ name: basename(file, ".json"), path, title, runs });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      output.log.warn(`${error.message} ${error.nextStep}`);
    }
  }
  const rows = studies.map(({ name, title, runs }) => [name, title, runs]);
  output.result({ studies }, rows.length === 0 ? `No studies in ${folder}.` : aligned(rows).join("\n"));
}

export interface NewStudyFlags {
  readonly out: string;
  readonly adapter?: string;
  readonly base: string;
  readonly suite?: string;
  readonly limit?: number;
}

export async function newStudyCommand(which: ReadyStudy, flags: NewStudyFlags, context: Context): Promise<void> {
  const path = resolve(flags.out);
  if (await exists(path)) {
    const message = `Cannot write the study ${path}: there is such a file.`;
    throw new UserError("study-exists", verbatim(message), verbatim("Give another --out."));
  }
  await writeStudy(
    path,
    which === "paper" ? await newPaperStudy(flags, context) : await newAdapterStudy(flags, context),
  );
  context.output.result({ path }, `Wrote ${path}. Next: graft study plan ${flags.out}`);
}

async function newPaperStudy(
  { limit, base, adapter, suite }: NewStudyFlags,
  { places, output }: Context,
): Promise<Study> {
  const idle = Object.entries({ adapter, suite }).find(([, value]) => value !== undefined)?.[0];
  if (idle !== undefined) {
    const message = `The option --${idle} has no effect: the paper's questions have suites and adapters of their own.`;
    throw new UserError(
      "option-invalid",
      verbatim(message),
      verbatim("Leave it out, or write the study of an adapter."),
    );
  }
  const found = await Promise.all(paperDatasets.map((name) => paperFile(name, { ...places, split: "test" })));
  const suites = paperDatasets.filter((_, i) => found[i] !== undefined);
  for (const name of paperDatasets) {
    if (!suites.includes(name)) output.log.warn(`Without ${name}, which is not on this machine: graft data ${name}`);
  }
  return paperStudy({ suites, ...(base !== "" && { base }), ...(limit !== undefined && { limit }) });
}

async function newAdapterStudy(
  { adapter, base, suite, limit }: NewStudyFlags,
  { places, signal }: Context,
): Promise<Study> {
  if (adapter === undefined || suite === undefined) {
    const message = "Cannot compare an adapter with its base: --adapter or --suite is missing.";
    throw new UserError(
      "option-invalid",
      verbatim(message),
      verbatim("Give the adapter's folder, and code or tasks like those it learned."),
    );
  }
  const folder = resolve(adapter);
  const source = paperDatasets.includes(suite) ? suite : resolve(suite);
  return adapterStudy({
    adapter: folder,
    name: basename(folder),
    base,
    suite: source,
    isCode: hasRepository(await suiteKind(source, { ...places, signal })),
    ...(limit !== undefined && { limit }),
  });
}

export async function planStudyCommand(name: string, context: Context): Promise<void> {
  const { output, places, signal } = context;
  const plan = await planStudy(await readStudy(studyPath(name, context)), places, { signal, log: output.log });
  output.result({ ...plan }, planText(plan));
}

export interface RunStudyFlags {
  readonly allowCodeExecution?: boolean;
  readonly fresh?: boolean;
}

export async function runStudyCommand(name: string, flags: RunStudyFlags, context: Context): Promise<void> {
  const { output, places, signal } = context;
  const file = studyPath(name, context);
  const study = await readStudy(file);
  const { allowCodeExecution = false, fresh = false } = flags;
  const onProgress = studyProgress(output);
  let outcome: StudyOutcome;
  try {
    outcome = await runStudy(
      { study, file, ...places, allowCodeExecution, fresh },
      { signal, log: output.log, onProgress },
    );
  } catch (error) {
    output.close();
    if (isCancelled(error)) output.log.info("Stopped. The same command resumes.");
    throw error;
  }
  const { plan, failures } = outcome;
  const report = await reportStudy(plan, places.home, signal);
  const reproduction = study.expected && (await reproduced(study.expected, plan, places.home));
  const failed = failureTexts(plan, failures);
  const fields = {
    title: plan.title,
    runs: plan.runs,
    failures: failures.map(({ run, problem }) => ({ run, ...problem })),
    ...(reproduction && { reproduced: reproduction.runs }),
  };
  output.result(
    { ...fields, suites: report.suites },
    [...reportText(report), ...(reproduction ? [reproduction.text] : []), ...failed].join("\n"),
  );
  if (failures.length > 0) process.exitCode = 1;
}

function reportText({ suites }: StudyReport): string[] {
  const signs = { best: "best ", tied: "tied " } as const;
  const tables = suites.flatMap((suite) => {
    const note = suite.note && english(suite.note);
    const notes = [note, ...suite.effects.map(effectText), correctionNote(suite.effects)];
    return [
      ...aligned(cells(suite, (text, mark) => `${mark ? signs[mark] : ""}${text}`)),
      ...notes.filter((each) => each !== undefined),
      "",
    ];
  });
  return suites.some(({ rows }) => rows.length > 1) ? [...tables, legend] : tables;
}

export interface ExportStudyFlags {
  readonly format?: StudyFormat;
  readonly out?: string;
}

/** Exports one table if a format is given, otherwise a folder with everything. */
export async function exportStudyCommand(name: string, flags: ExportStudyFlags, context: Context): Promise<void> {
  const { output, places, signal } = context;
  const { format, out } = flags;
  const study = await readStudy(studyPath(name, context));
  const plan = await planStudy(study, places, { signal, log: output.log });
  const report = await reportStudy(plan, places.home, signal);
  if (format === undefined) {
    if (out === undefined) {
      const message = "Cannot export the study: neither --out nor --format is given.";
      throw new UserError(
        "option-invalid",
        verbatim(message),
        verbatim("Give a folder with --out, or the format of one table."),
      );
    }
    await exportStudy({ study, plan, report }, resolve(out), places);
    return output.result(
      { out: resolve(out) },
      `Wrote ${resolve(out)}. Run it again: graft study run ${join(out, "study.json")}`,
    );
  }
  const text = studyTables(report, format);
  if (out !== undefined) await writeFileAtomic(resolve(out), text);
  const result = out === undefined ? { text } : { out: resolve(out) };
  output.result({ format, ...result }, out === undefined ? text.trimEnd() : `Wrote ${resolve(out)}`);
}

/** Returns the path of a study, given by its path or by its name in the home. */
export function studyPath(name: string, { places }: Context): string {
  const isPath = /[/\\]/.test(name) || name.endsWith(".json");
  return isPath ? resolve(name) : studyPathOf(places.home, name);
}
