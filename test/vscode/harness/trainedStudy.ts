/** Writes a study of the base and two adapters, with finished runs, into the home of the specs' editor: the losses of one training are recorded. */

import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../../../scripts/bed/paths.ts";
import { writeAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";
import { silentLog } from "../../../extension/core/foundation/log.ts";
import { runsFolder } from "../../../extension/core/evaluation/runs/runFolder.ts";
import type { RunRecord } from "../../../extension/core/evaluation/runs/runRecord.ts";
import { studiesFolder, studySchema } from "../../../extension/core/evaluation/study/studyFile.ts";
import { planStudy } from "../../../extension/core/evaluation/study/studyPlan.ts";
import { writeRun } from "../../core/evaluation/runs/writtenRun.ts";
import { editorHome } from "./largeStudy.ts";

const tasks = 40;

/** Suite and adapters are written into `folder`. Returns how to remove what is in the home, which all specs share. */
export async function writeTrainedStudy(
  title: string,
  folder: string,
  home = editorHome,
): Promise<() => Promise<void>> {
  const suite = join(folder, "taught.jsonl");
  const rows = Array.from({ length: tasks }, (_, i) => ({ id: `t${i}`, intent: `double ${i}`, code: `double(${i})` }));
  await writeFile(suite, rows.map((row) => JSON.stringify(row)).join("\n"));
  const module = "model.layers.0.mlp.down_proj";
  for (const [i, name] of ["recorded", "foreign"].entries()) {
    const values = new Float32Array(1024).fill(1 + i / 10);
    await writeAdapter(join(folder, name), {
      method: "ia3",
      name,
      baseModel: "",
      modules: new Map([[module, { on: "input", values }]]),
    });
  }
  const trained = (name: string): object => ({ name, adapters: [{ folder: join(folder, name) }] });
  const study = studySchema.parse({
    format: 1,
    title,
    suites: [{ source: suite }],
    candidates: [{ name: "nothing" }, trained("recorded"), trained("foreign")],
    decoding: { greedy: true },
  });
  const places = { home, embedded: join(root, "base"), dataFolder: folder };
  const { runs } = await planStudy(study, places, { log: silentLog });
  const losses = {
    training: Array.from({ length: 100 }, (_, i) => ({ step: i + 1, loss: 1 + 2 / (1 + i / 10) })),
    validation: [3.1, 1.9, 1.6, 1.5, 1.55].map((loss, i) => ({ step: 25 * i, loss })),
  };
  const training = { adapter: "recorded", seconds: 75, peakMemoryBytes: 4e8, validationLoss: 1.5, losses };
  const trainings: RunRecord["trainings"][] = [[], [training], []];
  for (const [number, { configuration }] of runs.entries()) {
    // The base is right once in ten tasks, the adapters in nine.
    const isRight = (i: number): boolean => (i % 10 === 0) === (number === 0);
    const predictions = rows.map(({ id, intent, code }, i) => {
      return { id, intent, predictions: [isRight(i) ? code : "halve(0)"], reference: code };
    });
    await writeRun(home, configuration!, predictions, { trainings: trainings[number]! });
  }
  await mkdir(studiesFolder(home), { recursive: true });
  const file = join(studiesFolder(home), "taught.json");
  await writeFile(file, JSON.stringify(study));
  const written = [file, ...runs.map(({ id }) => join(runsFolder(home), id!))];
  return async () => {
    for (const path of written) await rm(path, { recursive: true, force: true });
  };
}
