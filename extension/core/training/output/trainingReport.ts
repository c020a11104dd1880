/**
 * Reports the cost and result of a training in graft.json, in the output folder. Tables and charts use it; PEFT ignores it. A base that is
 * imported from such a folder keeps it.
 */

import { join } from "node:path";
import * as z from "zod";
import { trainingReportFile as reportFile } from "../../baseModels/import/baseSource.ts";
import { readPlainText } from "../../foundation/plainFile.ts";
import { writeFileAtomic } from "../../foundation/atomicFile.ts";
import { trialReport } from "../trialReport.ts";
import type { OutputFiles } from "./outputFolder.ts";

const reportSchema = z.object({
  format: z.literal(1),
  /** The training's fingerprint: its settings in the user's terms. */
  settings: z.record(z.string(), z.unknown()),
  /** Names of the data sets. */
  sources: z.array(z.string()).optional(),
  steps: z.int(),
  tokens: z.int(),
  seconds: z.number(),
  trainLoss: z.number(),
  validationLoss: z.object({ before: z.number(), best: z.number(), last: z.number() }).optional(),
  trainableParameters: z.int(),
  peakMemoryBytes: z.int(),
  trial: trialReport.optional(),
});

export type TrainingReport = z.infer<typeof reportSchema>;

/** Adds the report to the files of a training. */
export function withReport({ names, write }: OutputFiles, report: Omit<TrainingReport, "format">): OutputFiles {
  return {
    names: new Set([...names, reportFile]),
    write: async (folder) => {
      await write(folder);
      const text = JSON.stringify(reportSchema.parse({ format: 1, ...report }), null, 2);
      await writeFileAtomic(join(folder, reportFile), `${text}\n`);
    },
  };
}

/** Returns the report; undefined if there is none or another program or version made it. */
export async function readTrainingReport(folder: string): Promise<TrainingReport | undefined> {
  const text = await readPlainText(join(folder, reportFile)).catch(() => "");
  try {
    return reportSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
