/** A base with adapters as a candidate. It reads and checks the adapters before it opens the model. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readPlainFile } from "../../foundation/plainFile.ts";
import type { Adapter } from "../../adapters/adapter.ts";
import { checkAdapterFits, warningOf } from "../../adapters/fit/adapterFit.ts";
import { inspectAdapter } from "../../adapters/inspectAdapter.ts";
import { readAdapter, weightsFile } from "../../adapters/formats/peftFolder.ts";
import type { ActiveAdapter } from "../../adapters/servingSlots.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import { openBatchGenerator } from "../../inference/decoding/generateBatch.ts";
import type { Log } from "../../foundation/log.ts";
import { openTokenizer } from "../../tokenizer/tokenizer.ts";
import { readTrainingReport } from "../../training/output/trainingReport.ts";
import { openBaseInfiller, type InfillerOptions } from "./baseInfiller.ts";
import type { Candidate, Infiller } from "./candidate.ts";

interface NamedAdapter {
  readonly folder: string;
  readonly scale: number;
}

/** @throws UserErrors of reading the adapters; "adapter-mismatch" */
export async function baseCandidate(
  base: InstalledBase,
  named: readonly NamedAdapter[],
  { log, ...opening }: { readonly log: Log } & InfillerOptions,
): Promise<Candidate> {
  const adapters: ActiveAdapter[] = [];
  const identities: Candidate["configuration"]["adapters"] = [];
  const trainings: Candidate["trainings"] = await trainingOf(base.path, base.name, base);
  for (const { folder, scale } of named) {
    const adapter = await readAdapter(folder);
    checkAdapterFits(adapter, base);
    const warning = warningOf(adapter, base);
    if (warning !== undefined) log.warn(warning);
    adapters.push({ adapter, scale });
    identities.push(await identityOf(adapter, folder, scale));
    trainings.push(...(await trainingOf(folder, adapter.name)));
  }
  return {
    configuration: { base: baseIdentity(base), adapters: identities },
    trainings,
    openGenerator: async () => {
      const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
      return { generator: await openBatchGenerator(base, tokenizer, adapters, opening), tokenizer };
    },
    openInfiller: () => openInfiller(base, named, { ...opening, expected: adapters }),
  };
}

export function baseIdentity({ name, modelType, parameters, hash }: InstalledBase): Candidate["configuration"]["base"] {
  return { name, modelType, parameters, hash };
}

/** @param base the size of the weights of a base, which keeps the report of the training of all of them */
async function trainingOf(folder: string, name: string, base?: { bytes: number }): Promise<Candidate["trainings"]> {
  const report = await readTrainingReport(folder);
  if (!report) return [];
  const { seconds, peakMemoryBytes, validationLoss, losses, trainableParameters: parameters } = report;
  const ofBase = base && { base: { parameters, bytes: base.bytes } };
  const loss = { ...(validationLoss && { validationLoss: validationLoss.best }), ...(losses && { losses }) };
  return [{ adapter: name, ...ofBase, seconds, peakMemoryBytes, ...loss }];
}

async function identityOf(
  adapter: Adapter,
  folder: string,
  scale: number,
): Promise<Candidate["configuration"]["adapters"][number]> {
  const weights = await readFile(join(folder, weightsFile));
  const hash = createHash("sha256").update(weights);
  return {
    name: adapter.name,
    scale,
    method: adapter.method,
    parameters: inspectAdapter(adapter).parameters,
    bytes: weights.length,
    hash: hash.update(await readPlainFile(join(folder, "adapter_config.json"))).digest("hex"),
  };
}

/** Completes through the editor's completer. */
async function openInfiller(
  base: InstalledBase,
  adapters: readonly NamedAdapter[],
  options: InfillerOptions,
): Promise<Infiller> {
  const infiller = await openBaseInfiller(base, options);
  try {
    await infiller.useAdapters(adapters);
  } catch (error) {
    await infiller.release();
    throw error;
  }
  return infiller;
}
