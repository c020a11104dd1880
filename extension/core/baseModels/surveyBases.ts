/** Lists the installed bases and the models on offer, with the cost of each on this machine. Changes nothing. */

import { totalmem } from "node:os";
import { architectures } from "../architectures/architectures.ts";
import { catalogue, type CatalogueModel } from "./catalogue.ts";
import type { DecodeStep } from "./decodeEstimate.ts";
import { readRecord, type InstalledBase } from "./installedBase.ts";
import { listBases, type BasePlaces, type ResolveControl } from "./resolveBase.ts";

/** How a base fits into the machine's memory: easily, barely with other programs running, or not at all. */
export type Fit = "easily" | "barely" | "not";

interface Cost {
  readonly parameters: number;
  /** The size on disk once installed. */
  readonly bytes: number;
  /** An estimate for completion; training takes more. */
  readonly memoryBytes: number;
  readonly fit: Fit;
}

export interface InstalledSummary extends Cost {
  readonly name: string;
  readonly modelType: string;
  readonly embedded: boolean;
  /** The source: a folder, or OWNER/NAME@COMMIT. */
  readonly origin: string;
}

/** A model of the catalogue that is not installed. */
export interface OfferedModel extends Cost {
  readonly repository: string;
  readonly modelType: string;
  readonly licence: string;
  readonly downloadBytes: number;
  /** Why the model cannot be used here as it is; absent if no obstacle is known. */
  readonly obstacle?: "architecture" | "pickle" | "memory";
  /** The cost of one token; absent for an encoder-decoder, which reads everything again. */
  readonly step?: DecodeStep;
}

export interface BaseSurvey {
  readonly installed: readonly InstalledSummary[];
  readonly offered: readonly OfferedModel[];
  readonly machineBytes: number;
}

/** @throws UserErrors about the embedded base only */
export async function surveyBases(options: BasePlaces & ResolveControl): Promise<BaseSurvey> {
  const machineBytes = totalmem();
  const installed = await Promise.all((await listBases(options)).map((base) => summary(base, machineBytes)));
  const isThere = ({ repository }: CatalogueModel): boolean =>
    installed.some(({ origin }) => origin.startsWith(`${repository}@`));
  const models = catalogue.filter((model) => !isThere(model)).map((model) => offer(model, machineBytes));
  // Models without an obstacle come first.
  const offered = [...models.filter(({ obstacle }) => !obstacle), ...models.filter(({ obstacle }) => obstacle)];
  return { installed, offered, machineBytes };
}

async function summary(
  { name, modelType, embedded, parameters, bytes, path }: InstalledBase,
  machineBytes: number,
): Promise<InstalledSummary> {
  const { source } = await readRecord(path);
  return { name, modelType, embedded, origin: source.path, ...cost(parameters, bytes, machineBytes) };
}

/** @param machineBytes the machine's memory in bytes */
export function offer(model: CatalogueModel, machineBytes: number): OfferedModel {
  const { repository, modelType, licence, parameters, embedding, tied, layers, bits } = model;
  // The import stores int8 and int4 with a float32 scale per block of 32.
  const bytes = (embedding * (8 + 1) + (parameters - embedding) * (4 + 1)) / 8;
  const costs = cost(parameters, bytes, machineBytes);
  const obstacle = obstacleOf(model, costs);
  const head = tied ? embedding : embedding / 2;
  return {
    repository,
    modelType,
    licence,
    downloadBytes: (parameters * bits) / 8,
    ...costs,
    ...(obstacle && { obstacle }),
    ...(modelType !== "t5" && { step: { layers, bytes: stepBytes(parameters - embedding, head, layers) } }),
  };
}

/** Returns the bytes that one token reads: output head and first layer in 8 bits, the other layers in 4. */
function stepBytes(weights: number, head: number, layers: number): DecodeStep["bytes"] {
  const first = weights / layers;
  return { int8: ((head + first) * (8 + 1)) / 8, int4: ((weights - first) * (4 + 1)) / 8 };
}

function obstacleOf({ modelType, pickled }: CatalogueModel, { fit }: Cost): OfferedModel["obstacle"] {
  if (!(modelType in architectures)) return "architecture";
  if (pickled) return "pickle";
  return fit === "not" ? "memory" : undefined;
}

function cost(parameters: number, bytes: number, machineBytes: number): Cost {
  // Measured with bases of 7 and 95 MB: the process, the mapped weights, and half of them again, packed for the
  // processor's kernels.
  const memoryBytes = 180e6 + 1.5 * bytes;
  const share = memoryBytes / machineBytes;
  return { parameters, bytes, memoryBytes, fit: share <= 0.4 ? "easily" : share <= 0.8 ? "barely" : "not" };
}
