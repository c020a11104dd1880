/** The files of adapters, for the editor's view of them: facts, copies and other formats. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { checkAdapterFits } from "../../core/adapters/fit/adapterFit.ts";
import { convertAdapter } from "../../core/adapters/formats/convertAdapter.ts";
import { readAdapter, weightsFile } from "../../core/adapters/formats/peftFolder.ts";
import { resolveBase, type ResolveControl } from "../../core/baseModels/resolveBase.ts";
import { writeFileAtomic } from "../../core/foundation/atomicFile.ts";
import { readTrainingReport } from "../../core/training/output/trainingReport.ts";
import { readRefreshes } from "../../core/training/refresh/refreshedWeights.ts";
import type { AdapterDetails, ExportQuestion } from "../protocol/adapters.ts";

export async function adapterDetails(folder: string): Promise<AdapterDetails> {
  const info = await stat(join(folder, weightsFile)).catch(() => undefined);
  const refreshed = (await readRefreshes(folder)).findLast(({ kept, undone }) => kept && !undone);
  const files = {
    bytes: info?.size ?? 0,
    writtenAt: info?.mtimeMs ?? 0,
    ...(refreshed && { refreshedAt: Date.parse(refreshed.at) }),
  };
  const report = await readTrainingReport(folder);
  if (!report) return files;
  const { steps, seconds, sources, validationLoss, trial } = report;
  return {
    ...files,
    training: {
      steps,
      seconds,
      ...(sources && { sources }),
      ...(validationLoss && { validation: { before: validationLoss.before, best: validationLoss.best } }),
      ...(trial && {
        trial: {
          verdict: trial.verdict,
          lines: trial.served.lines,
          base: trial.served.base.exact.value,
          adapter: trial.served.adapter.exact.value,
          ...(trial.bodies && {
            bodies: {
              base: trial.bodies.base.editSimilarity.value,
              adapter: trial.bodies.adapter.editSimilarity.value,
            },
          }),
        },
      }),
    },
  };
}

/** @throws UserError "adapter-unsupported", "adapter-mismatch", "disk-full", "not-writable"; those of reading adapter and base */
export async function exportAdapter(
  { folder, to, out, base: name, ...places }: ExportQuestion,
  control: ResolveControl,
): Promise<number> {
  const adapter = await readAdapter(folder);
  const content = await convertAdapter(adapter, to, async () => {
    const base = await resolveBase(name, { ...places, ...control, mayImport: false });
    checkAdapterFits(adapter, base);
    return base.config;
  });
  await writeFileAtomic(out, content);
  return content.length;
}
