/**
 * Summarizes the adapters of a library for a list. Reads headers and configurations only; a broken adapter does not
 * hide the others.
 */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fitFromFolder, type FolderFit } from "../../core/adapters/fit/fitFromFolder.ts";
import { kindOf, methodOf } from "../../core/adapters/methods/methodNamed.ts";
import { formatsOf } from "../../core/adapters/formats/convertAdapter.ts";
import { readOutline } from "../../core/adapters/formats/peftFolder.ts";
import { systemCode, UserError } from "../../core/foundation/errors.ts";
import type { Log } from "../../core/foundation/log.ts";
import { say, type SaidProblem } from "../../core/foundation/words/said.ts";
import type { InstalledBase } from "../../core/baseModels/installedBase.ts";
import { recoverAdapters } from "../../core/training/output/outputFolder.ts";
import type { AdapterSummary, Foreign } from "../protocol/library.ts";

/**
 * Summarizes the adapters in a folder.
 *
 * @param base the base that they should fit; undefined if none could be opened
 * @throws the system's error if the library itself cannot be read
 */
export async function adapterSummaries(
  library: string,
  base: InstalledBase | undefined,
  log: Log,
): Promise<AdapterSummary[]> {
  await recoverAdapters(library).catch((error: unknown) =>
    log.warn(`An adapter that was being replaced may be missing: ${String(error)}`),
  );
  const entries = await readdir(library, { withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return []; // No adapter was trained yet.
    throw error;
  });
  // A folder with a dot is an unfinished training or its leftovers.
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map(({ name }) => name);
  return Promise.all(names.sort().map((name) => summary(name, join(library, name), base, log)));
}

/** Returns the base of the first of `adapters` that belongs to another base; undefined if all belong to `base`. */
export async function foreignOrigin(
  adapters: readonly { folder: string }[],
  base: InstalledBase,
): Promise<Foreign | undefined> {
  for (const { folder } of adapters) {
    const { foreign } = obstacle(await fitFromFolder(folder, base));
    if (foreign) return foreign;
  }
  return undefined;
}

async function summary(
  name: string,
  folder: string,
  base: InstalledBase | undefined,
  log: Log,
): Promise<AdapterSummary> {
  try {
    const found: FolderFit = base
      ? await fitFromFolder(folder, base)
      : { fit: "fits", adapter: await readOutline(folder) };
    const { adapter } = found;
    const trainedOn = adapter && adapter.baseModel.split(/[/\\]/).findLast((part) => part !== "");
    return {
      name,
      folder,
      ...(adapter && { description: kindOf(adapter).label(adapter) }),
      ...(adapter && methodOf(adapter.method).virtualTokens && { isVirtual: true as const }),
      ...(trainedOn !== undefined && { base: trainedOn }),
      ...(adapter && formatsOf(adapter).length > 0 && { formats: formatsOf(adapter) }),
      ...obstacle(found),
    };
  } catch (error) {
    if (!(error instanceof UserError)) log.error(`Adapter ${name}: ${String((error as Error).stack ?? error)}`);
    return { name, folder, problem: error instanceof UserError ? error.said : unreadable(name, error) };
  }
}

function obstacle(found: FolderFit): Partial<AdapterSummary> {
  switch (found.fit) {
    case "fits":
      return {};
    case "other-base":
    case "other-version":
      return { foreign: { kind: found.fit, trainedOn: found.trainedOn } };
    case "no":
      return { problem: found.problem.said };
  }
}

function unreadable(name: string, error: unknown): SaidProblem {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    message: say`Cannot read the adapter "${name}": ${reason}.`,
    nextStep: say`Check that its files can be read, or remove its folder. Graft's log holds the details.`,
  };
}
