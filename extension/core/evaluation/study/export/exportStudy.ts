/**
 * Exports a study as a folder that another machine can run again: the study with its suites, examples and adapters, its
 * runs, and its results. Bases stay where they are; README.md names them with their hashes.
 */

import { cp, readdir } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import packageJson from "../../../../../package.json" with { type: "json" };
import { makeFolder, writeFailure, writeFileAtomic } from "../../../foundation/atomicFile.ts";
import { UserError } from "../../../foundation/errors.ts";
import { exists } from "../../../foundation/exists.ts";
import { say } from "../../../foundation/words/said.ts";
import { readRun, runsFolder, type RunSummary } from "../../runs/runFolder.ts";
import { learningCharts } from "../charts/learningChart.ts";
import { learningTable, readLearningCurves } from "../charts/learningCurves.ts";
import { studyCharts } from "../charts/studyCharts.ts";
import { copyInput } from "./copyInput.ts";
import { studyReadme } from "./studyReadme.ts";
import { withPaths, writeStudy, type Study } from "../studyFile.ts";
import type { StudyPlaces } from "../studyPlaces.ts";
import type { StudyPlan } from "../studyPlan.ts";
import type { StudyReport } from "../studyReport.ts";
import { studyTables, studyTests, type StudyFormat } from "./studyTables.ts";
import { trainedAs } from "../studyTraining.ts";

export interface ExportedStudy {
  readonly study: Study;
  readonly plan: Pick<StudyPlan, "runs">;
  readonly report: StudyReport;
}

const tableFiles: Readonly<Record<StudyFormat, string>> = {
  csv: "tables.csv",
  json: "results.json",
  markdown: "tables.md",
  latex: "tables.tex",
};

/**
 * Writes the folder, which must be empty or new.
 *
 * @throws UserError "study-exists", "disk-full", "not-writable"
 */
export async function exportStudy(
  { study, plan, report }: ExportedStudy,
  out: string,
  places: StudyPlaces,
): Promise<void> {
  if ((await exists(out)) && (await readdir(out).catch(() => ["a file"])).length > 0) {
    const message = say`Cannot export into ${out}: it is not an empty folder.`;
    throw new UserError("study-exists", message, say`Give a folder that does not exist yet.`);
  }
  try {
    await makeFolder(out);
    for (const [format, file] of Object.entries(tableFiles)) {
      await writeFileAtomic(join(out, file), studyTables(report, format as StudyFormat));
    }
    await writeFileAtomic(join(out, "tests.csv"), studyTests(report));
    for (const { name, svg } of studyCharts(report)) await writeFileAtomic(join(out, "charts", `${name}.svg`), svg);
    const { curves } = await readLearningCurves(plan, places.home);
    for (const { name, svg } of learningCharts(curves)) await writeFileAtomic(join(out, "charts", `${name}.svg`), svg);
    if (curves.length > 0) await writeFileAtomic(join(out, "learning.csv"), learningTable(curves));
    const runs = await copyRuns(plan, places.home, out);
    const { moved, leftOut } = await copySources(trainedHere(study, places), out);
    await writeStudy(join(out, "study.json"), { ...moved, expected: runs.map(expectation) });
    await writeFileAtomic(join(out, "README.md"), studyReadme(study, { runs, leftOut, version: packageJson.version }));
  } catch (error) {
    throw error instanceof UserError ? error : writeFailure(error, out);
  }
}

async function copyRuns({ runs }: ExportedStudy["plan"], home: string, out: string): Promise<RunSummary[]> {
  const copied: RunSummary[] = [];
  for (const { id, isFinished } of runs) {
    if (id === undefined || !isFinished) continue;
    const run = await readRun(join(runsFolder(home), id));
    // A lock that another process holds is not part of the run.
    const filter = (source: string): boolean => !relative(run.folder, source).startsWith("lock");
    await cp(run.folder, join(out, "runs", id), { recursive: true, filter });
    copied.push(run);
  }
  return copied;
}

function expectation({ id, result }: RunSummary): { run: string; scores: Record<string, number> } {
  const scores = Object.entries(result!.scores).map(([name, { value }]) => [name, value] as const);
  return { run: id, scores: Object.fromEntries(scores) };
}

/** Replaces each finished training by its result, so that the exported study needs no training data. */
function trainedHere(study: Study, places: StudyPlaces): Study {
  return {
    ...study,
    candidates: study.candidates.map((candidate) => {
      const trained = trainedAs(candidate, places);
      if (trained?.adapter === undefined) return candidate;
      const { training: _training, adapters = [], ...rest } = candidate;
      return { ...rest, adapters: [...adapters, { folder: trained.adapter, scale: 1 }] };
    }),
  };
}

/**
 * Copies what the study's paths name into the folder. Returns the study with the copies' relative paths, and what is left out, in
 * words.
 */
async function copySources(study: Study, out: string): Promise<{ moved: Study; leftOut: string[] }> {
  const copies = new Map<string, string>();
  withPaths(study, (path) => {
    // Runs know their inputs by name, so a copy keeps its name. Each copy gets its own folder, because names may be equal.
    const number = copies.size + 1;
    if (!copies.has(path)) copies.set(path, `inputs/${number}/${basename(path)}`);
    return path;
  });
  const models = modelsOf(study);
  const leftOut: string[] = [];
  for (const [path, copy] of copies) {
    const reason = await copyInput(path, join(out, copy), models.has(path));
    if (reason !== undefined) leftOut.push(`${copy}: ${reason}`);
  }
  return { moved: withPaths(study, (path) => `./${copies.get(path)!}`), leftOut };
}

/** The folders of bases, adapters and encoders. */
function modelsOf({ candidates }: Study): ReadonlySet<string | undefined> {
  return new Set(
    candidates.flatMap(({ base, encoder, adapters = [], training }) => [
      base,
      encoder,
      training?.init,
      ...adapters.map(({ folder }) => folder),
    ]),
  );
}
