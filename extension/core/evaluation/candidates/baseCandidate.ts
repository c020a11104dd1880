/** Who is evaluated: a base with adapters, read and checked, and what is worth knowing of them. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkAdapterFits, warningOf } from "../../adapters/adapterFit.ts";
import { inspectAdapter } from "../../adapters/inspectAdapter.ts";
import { readAdapter, weightsFile } from "../../adapters/peftFolder.ts";
import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import type { Log } from "../../foundation/log.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { resolveBase } from "../../baseModels/resolveBase.ts";
import { readTrainingReport } from "../../training/output/trainingReport.ts";
import type { EvaluationOptions } from "./options.ts";
import type { RunMaking, RunRecord } from "./runRecord.ts";

export interface Contender {
  readonly base: InstalledBase;
  readonly adapters: readonly ActiveAdapter[];
  readonly making: Pick<RunMaking, "base" | "adapters">;
  readonly trainings: RunRecord["trainings"];
}

/** @throws UserErrors of opening the base and of reading the adapters; "adapter-mismatch" */
export async function openContender(
  { adapters: named = [], ...options }: EvaluationOptions,
  control: { readonly log: Log; readonly signal?: AbortSignal | undefined },
): Promise<Contender> {
  const base = await resolveBase(options.base, { ...options, ...control });
  const adapters: ActiveAdapter[] = [];
  const made: RunMaking["adapters"] = [];
  const trainings: RunRecord["trainings"] = [];
  for (const { folder, scale } of named) {
    const adapter = await readAdapter(folder);
    checkAdapterFits(adapter, base);
    const warning = warningOf(adapter, base);
    if (warning !== undefined) control.log.warn(warning);
    adapters.push({ adapter, scale });
    const weights = await readFile(join(folder, weightsFile));
    const hash = createHash("sha256").update(weights);
    made.push({
      name: adapter.name,
      scale,
      method: adapter.method,
      parameters: inspectAdapter(adapter).parameters,
      bytes: weights.length,
      hash: hash.update(await readFile(join(folder, "adapter_config.json"))).digest("hex"),
    });
    const report = await readTrainingReport(folder);
    if (report) {
      const { seconds, peakMemoryBytes, validationLoss } = report;
      trainings.push({
        adapter: adapter.name,
        seconds,
        peakMemoryBytes,
        ...(validationLoss && { validationLoss: validationLoss.best }),
      });
    }
  }
  const { name, modelType, parameters, hash } = base;
  return { base, adapters, making: { base: { name, modelType, parameters, hash }, adapters: made }, trainings };
}
