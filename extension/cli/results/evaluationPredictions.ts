/** Writes the predictions of candidates as a file that graft score reads. */

import { copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder, writeFailure, writeFileAtomicWith } from "../../core/foundation/atomicFile.ts";
import { compareFilling } from "../../core/evaluation/measures/infilling.ts";
import { readPredictions } from "../../core/evaluation/runs/runFolder.ts";
import { runFiles, type Prediction } from "../../core/evaluation/runs/runRecord.ts";
import type { SuiteKind } from "../../core/evaluation/suites/suiteKind.ts";
import type { Evaluated } from "./evaluationResult.ts";

/** Writes the first candidate's predictions for tasks, and every candidate's for held-out code; of several seeds, the first. */
export async function writePredictions(evaluated: readonly Evaluated[], kind: SuiteKind, path: string): Promise<void> {
  if (kind === "infilling") return await writeFilledHoles(evaluated, path);
  try {
    await makeFolder(dirname(path));
    await copyFile(join(evaluated[0]!.runs[0]!.folder, runFiles.predictions), path);
  } catch (error) {
    throw writeFailure(error, path);
  }
}

async function writeFilledHoles(evaluated: readonly Evaluated[], path: string): Promise<void> {
  await writeFileAtomicWith(path, async (file) => {
    for (const { runs, row } of evaluated) {
      for await (const prediction of readPredictions(runs[0]!.folder)) {
        await file.appendFile(`${JSON.stringify(filledHole(row.candidate, prediction))}\n`);
      }
    }
  });
}

/** "contender" is the candidate's name in files of earlier versions. */
function filledHole(candidate: string, { id, predictions, reference = "", hole }: Prediction): object {
  const { parses, ...where } = hole!;
  const compared = compareFilling(predictions[0] ?? "", reference);
  return { id, candidate, contender: candidate, ...where, predictions, reference, ...compared, parses };
}
