/**
 * The refreshes of an adapter: what each learned, whether it was kept, and the weights from before. They lie in the adapter's folder, so
 * they follow it when it is renamed or deleted; a copy for others leaves them out.
 *
 *     adapter_model.safetensors      the weights in use
 *     refreshes/log.jsonl            one line for each refresh, and for each that was taken back
 *     refreshes/3.safetensors        the weights before the third refresh
 */

import { appendFile, cp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { readOutline, weightsFile } from "../../adapters/formats/peftFolder.ts";
import { makeFolder, writeFailure } from "../../foundation/atomicFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { exists } from "../../foundation/exists.ts";
import { lockFolder } from "../../foundation/locks/folderLock.ts";
import { readPlainText } from "../../foundation/plainFile.ts";
import { renamePatiently } from "../../foundation/renamePatiently.ts";
import { readTrainingReport } from "../output/trainingReport.ts";

/**
 * - "better": more held-out code is right, by more than chance; "alike": no such difference, and nothing is forgotten;
 * - "worse": less is; "forgets": general code is; "untried": there was nothing to try it on.
 */
export const refreshVerdicts = ["better", "alike", "worse", "forgets", "untried"] as const;
export type RefreshVerdict = (typeof refreshVerdicts)[number];

const time = z.iso.datetime();
const count = z.int().nonnegative();

const refreshSchema = z.object({
  /** From 1 on. */
  number: z.int().positive(),
  /** When it began to read the files, and the time since which it learned what had changed. */
  at: time,
  since: z.string(),
  /** Files that had changed. */
  files: count,
  steps: count,
  seconds: z.number(),
  kept: z.boolean(),
  verdict: z.enum(refreshVerdicts),
  /** Held-out lines, and the percentages of them that were right before and after. */
  lines: z.object({ count, before: z.number(), after: z.number() }).optional(),
});
const undoSchema = z.object({ undone: z.int().positive(), at: time });

export type Refresh = Readonly<z.infer<typeof refreshSchema>>;
/** `undone`: whether it was kept at first and taken back later. */
export type PastRefresh = Refresh & { readonly undone: boolean };

const folderName = "refreshes";
const logName = "log.jsonl";
/** How many weights from before a refresh stay. */
const mostEarlier = 5;
const mostLogBytes = 4_000_000;

export function refreshesFolder(adapter: string): string {
  return join(adapter, folderName);
}

/**
 * Lets one process at a time change an adapter's refreshes.
 *
 * @throws UserError "training-busy"
 */
export async function lockRefreshes(adapter: string): Promise<() => Promise<void>> {
  return await lockFolder(join(refreshesFolder(adapter), "lock"), (owner, escape) => {
    const message = `Cannot refresh ${adapter}: another process does (${owner}).`;
    return new UserError("training-busy", message, `Wait until it ends. ${escape}`);
  });
}

/** Returns the refreshes of an adapter, the oldest first; none if the log cannot be read. Leaves out damaged lines. */
export async function readRefreshes(adapter: string): Promise<readonly PastRefresh[]> {
  const text = await readPlainText(join(refreshesFolder(adapter), logName), mostLogBytes).catch(() => "");
  const objects = text.split("\n").map(parsed);
  const undone = new Set(objects.flatMap((object) => undoSchema.safeParse(object).data?.undone ?? []));
  return objects.flatMap((object) => {
    const refresh = refreshSchema.safeParse(object).data;
    return refresh ? { ...refresh, undone: undone.has(refresh.number) } : [];
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Milliseconds between the end of a refresh and the time of the weights that it wrote, at most. */
const settling = 60_000;

/**
 * Returns the time up to which an adapter knows its files: the start of the last refresh that it keeps, or of its training.
 *
 * @throws UserError "adapter-missing", "adapter-invalid"
 */
export async function learnedUntil(adapter: string): Promise<Date> {
  await readOutline(adapter);
  const { mtimeMs: written } = await stat(join(adapter, weightsFile));
  const last = lastKept(await readRefreshes(adapter));
  // A training that has replaced the weights since knows more than the log does.
  if (last && written <= Date.parse(last.at) + 1000 * last.seconds + settling) return new Date(last.at);
  const report = await readTrainingReport(adapter);
  return new Date(written - 1000 * (report?.seconds ?? 0));
}

function lastKept(refreshes: readonly PastRefresh[]): PastRefresh | undefined {
  return refreshes.findLast(({ kept, undone }) => kept && !undone);
}

/**
 * Puts the weights of a refresh in place and keeps those from before.
 *
 * @param refreshed the folder of the refreshed adapter, which loses its weights
 * @throws UserError "disk-full", "not-writable"
 */
export async function keepRefresh(adapter: string, refreshed: string, refresh: Refresh): Promise<void> {
  const weights = join(adapter, weightsFile);
  const earlier = earlierWeights(adapter, refresh.number);
  try {
    // Their time tells, once they are back, up to when they know the files.
    await cp(weights, earlier, { preserveTimestamps: true });
    await addToLog(adapter, refresh);
    await renamePatiently(join(refreshed, weightsFile), weights);
  } catch (error) {
    throw writeFailure(error, weights);
  }
  const numbers = (await readdir(refreshesFolder(adapter))).flatMap(
    (name) => /^(\d+)\.safetensors$/.exec(name)?.[1] ?? [],
  );
  const surplus = numbers
    .map(Number)
    .toSorted((a, b) => b - a)
    .slice(mostEarlier);
  for (const number of surplus) await rm(earlierWeights(adapter, number), { force: true });
}

/** Writes down a refresh that is not kept. @throws UserError "disk-full", "not-writable" */
export async function recordRefresh(adapter: string, refresh: Refresh): Promise<void> {
  await addToLog(adapter, refresh);
}

/**
 * Goes back to the weights before the last refresh that the adapter keeps. Returns that refresh.
 *
 * @throws UserError "refresh-missing", "training-busy", "disk-full", "not-writable"
 */
export async function undoRefresh(adapter: string): Promise<Refresh> {
  const release = await lockRefreshes(adapter);
  try {
    const last = lastKept(await readRefreshes(adapter));
    if (!last) throw nothingToUndo(adapter, "it keeps no refresh");
    const earlier = earlierWeights(adapter, last.number);
    if (!(await exists(earlier))) throw nothingToUndo(adapter, "the weights from before are gone");
    await addToLog(adapter, { undone: last.number, at: new Date().toISOString() });
    await renamePatiently(earlier, join(adapter, weightsFile));
    return last;
  } finally {
    await release();
  }
}

function earlierWeights(adapter: string, number: number): string {
  return join(refreshesFolder(adapter), `${number}.safetensors`);
}

async function addToLog(adapter: string, line: Refresh | z.infer<typeof undoSchema>): Promise<void> {
  const path = join(refreshesFolder(adapter), logName);
  try {
    await makeFolder(refreshesFolder(adapter));
    await appendFile(path, `${JSON.stringify(line)}\n`);
  } catch (error) {
    throw writeFailure(error, path);
  }
}

function nothingToUndo(adapter: string, why: string): UserError {
  const message = `Cannot take back a refresh of ${adapter}: ${why}.`;
  return new UserError("refresh-missing", message, "Train a new adapter to start over.");
}
