/** Writes a study of 30 finished runs, each with ten answers to 1,000 tasks, into the home of the specs' editor. */

import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root, scratch } from "../../../scripts/bed/paths.ts";
import { silentLog } from "../../../extension/core/foundation/log.ts";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import { runsFolder } from "../../../extension/core/evaluation/runs/runFolder.ts";
import type { Prediction, RunResult } from "../../../extension/core/evaluation/runs/runRecord.ts";
import { studiesFolder, studySchema } from "../../../extension/core/evaluation/study/studyFile.ts";
import { planStudy } from "../../../extension/core/evaluation/study/studyPlan.ts";
import { writeRun } from "../../core/evaluation/runs/writtenRun.ts";

/** Where the extension of the specs keeps studies and runs. */
export const editorHome = join(scratch, "ui", "user", "User", "globalStorage", "graft.graft");

const tasks = 1000;
const answers = 10;
const names = ["sorted", "reversed", "max", "min", "len", "sum", "set", "list"];

/** The suite is written into `folder`. Returns how to remove what is in the home, which all specs share. */
export async function writeLargeStudy(title: string, folder: string, home = editorHome): Promise<() => Promise<void>> {
  const suite = join(folder, "thousand.jsonl");
  const rows = Array.from({ length: tasks }, (_, i) => {
    const name = names[i % names.length]!;
    return { id: `task ${i}`, intent: `apply ${name} to the list number ${i}`, code: `result = ${name}(values_${i})` };
  });
  await writeFile(suite, rows.map((row) => JSON.stringify(row)).join("\n"));
  const study = studySchema.parse({
    format: 1,
    title,
    suites: [{ source: suite, examples: suite }],
    candidates: [1, 2, 3, 4, 5, 6].map((shots) => ({
      name: `${shots} drawn`,
      mode: "icl",
      shots,
      seeds: [1, 2, 3, 4, 5],
    })),
  });
  const places = { home, embedded: join(root, "base"), dataFolder: folder };
  const { runs } = await planStudy(study, places, { log: silentLog });
  let scores: RunResult["scores"] | undefined;
  for (const [number, { configuration }] of runs.entries()) {
    const random = seededRandom(number, "answers");
    const answer = (code: string): string =>
      random.next() < 0.3 ? code : code.replace(/\w+\(/, `${names[random.integer(names.length)]!}(`);
    const predictions = rows.map(({ id, intent, code }): Prediction => {
      return { id, intent, predictions: Array.from({ length: answers }, () => answer(code)), reference: code };
    });
    // All get the scores of the first, because scores take long to compute and no spec looks at them.
    const { result } = await writeRun(home, configuration!, predictions, scores && { scores });
    scores = result!.scores;
  }
  await mkdir(studiesFolder(home), { recursive: true });
  const file = join(studiesFolder(home), "large.json");
  await writeFile(file, JSON.stringify(study));
  const written = [file, ...runs.map(({ id }) => join(runsFolder(home), id!))];
  return async () => {
    for (const path of written) await rm(path, { recursive: true, force: true });
  };
}
