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
import { completerOf } from "../../completion/completer.ts";
import { contextTokensOf } from "../../completion/context/contextBudget.ts";
import { copyingOf } from "../../completion/copies/copying.ts";
import { openBatchGenerator } from "../../inference/decoding/generateBatch.ts";
import { decoderOver } from "../../inference/tree/decoder.ts";
import { openTokenTree } from "../../inference/tree/openTokenTree.ts";
import type { Log } from "../../foundation/log.ts";
import type { Placement } from "../../runtime/device.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import { openTokenizer } from "../../tokenizer/tokenizer.ts";
import { readTrainingReport } from "../../training/output/trainingReport.ts";
import type { Candidate, Infiller } from "./candidate.ts";
import { textBits } from "./textBits.ts";

interface Opening {
  readonly contextTokens?: number | undefined;
  readonly placement?: Placement | undefined;
}

interface NamedAdapter {
  readonly folder: string;
  readonly scale: number;
}

/** @throws UserErrors of reading the adapters; "adapter-mismatch" */
export async function baseCandidate(
  base: InstalledBase,
  named: readonly NamedAdapter[],
  { log, ...opening }: { readonly log: Log } & Opening,
): Promise<Candidate> {
  const adapters: ActiveAdapter[] = [];
  const identities: Candidate["configuration"]["adapters"] = [];
  const trainings: Candidate["trainings"] = [];
  for (const { folder, scale } of named) {
    const adapter = await readAdapter(folder);
    checkAdapterFits(adapter, base);
    const warning = warningOf(adapter, base);
    if (warning !== undefined) log.warn(warning);
    adapters.push({ adapter, scale });
    identities.push(await identityOf(adapter, folder, scale));
    const report = await readTrainingReport(folder);
    if (report) {
      const { seconds, peakMemoryBytes, validationLoss } = report;
      const loss = validationLoss && { validationLoss: validationLoss.best };
      trainings.push({ adapter: adapter.name, seconds, peakMemoryBytes, ...loss });
    }
  }
  return {
    configuration: { base: baseIdentity(base), adapters: identities },
    trainings,
    openGenerator: async () => {
      const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
      return { generator: await openBatchGenerator(base, tokenizer, adapters, opening), tokenizer };
    },
    openInfiller: () => openInfiller(base, named, opening),
  };
}

export function baseIdentity({ name, modelType, parameters, hash }: InstalledBase): Candidate["configuration"]["base"] {
  return { name, modelType, parameters, hash };
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
  { contextTokens, placement }: Opening,
): Promise<Infiller> {
  const tokenizer = await openTokenizer(base.path, base.config.vocabularySize);
  const tree = await openTokenTree(base, { placement });
  const checkFits = (adapter: Adapter): void => checkAdapterFits(adapter, base);
  const parser = await openPythonParser();
  const completer = completerOf({
    tree,
    tokenizer,
    parser,
    checkFits,
    copying: copyingOf(base),
    contextTokens: contextTokens ?? contextTokensOf(base),
  });
  const decoder = decoderOver(tree);
  try {
    await completer.useAdapters(adapters);
  } catch (error) {
    await completer.release();
    throw error;
  }
  return {
    contextTokens: completer.contextTokens,
    bits: (file, options) => textBits({ decoder, tokenizer, contextTokens: completer.contextTokens }, file, options),
    complete: (request, signal) => completer.complete(request, signal),
    release: () => completer.release(),
  };
}
