/**
 * Reports the cost and result of a training in graft.json, in the output folder. Tables and charts use it; PEFT ignores it. A base that is
 * imported from such a folder keeps it.
 */

import { join } from "node:path";
import * as z from "zod";
import { trainingReportFile as reportFile } from "../../baseModels/import/baseSource.ts";
import { readPlainText } from "../../foundation/plainFile.ts";
import { writeFileAtomic } from "../../foundation/atomicFile.ts";
import { thinnedLosses } from "../loop/thinnedLosses.ts";
import type { StepLoss, TrainerState } from "../loop/trainerState.ts";
import { trialReport } from "../trialReport.ts";
import type { OutputFiles } from "./outputFolder.ts";

const curveSchema = z.array(z.object({ step: z.number(), loss: z.number() })).max(1000);

/** The losses over the steps, thinned out for a chart. */
export const curvesSchema = z.object({ training: curveSchema, validation: curveSchema });

const reportSchema = z.object({
  format: z.literal(1),
  /** The training's fingerprint: its settings in the user's terms. */
  settings: z.record(z.string(), z.unknown()),
  /** Names of the data sets. */
  sources: z.array(z.string()).optional(),
  /** When the training began to read its data: it may have waited since, or have been resumed. Earlier versions kept no time. */
  readAt: z.iso.datetime().optional(),
  steps: z.int(),
  tokens: z.int(),
  seconds: z.number(),
  trainLoss: z.number(),
  validationLoss: z.object({ before: z.number(), best: z.number(), last: z.number() }).optional(),
  /** Earlier versions kept none. */
  losses: curvesSchema.optional(),
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

/** The most points of a curve. */
const mostPoints = 200;

/** Returns the losses of a training as its report keeps them. */
export function recordedLosses({ training, validation }: TrainerState["losses"]): z.infer<typeof curvesSchema> {
  const thinned = (losses: readonly StepLoss[], planned: number): StepLoss[] => {
    const curve = thinnedLosses(mostPoints, planned);
    for (const point of losses) curve.add(point);
    return curve.points();
  };
  return { training: thinned(training, training.length), validation: thinned(validation, validation.length) };
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
