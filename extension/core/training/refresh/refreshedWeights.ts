/**
 * The weights of a refreshed adapter. They show which refreshes they contain: the last one wrote these weights, the one before
 * wrote the weights that the last one began with, and so on. So keeping a refresh and undoing it are one rename each, and no killed
 * process, no other program and no new training can make the log and the weights disagree.
 */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { cp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { weightsFile } from "../../adapters/formats/peftFolder.ts";
import { writeFailure } from "../../foundation/atomicFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { isFile } from "../../foundation/exists.ts";
import { renamePatiently } from "../../foundation/renamePatiently.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import { readLearnedFiles } from "../data/learnedFiles.ts";
import { readTrainingReport } from "../output/trainingReport.ts";
import {
  addToLog,
  earlierWeights,
  lockRefreshes,
  readLog,
  refreshesFolder,
  removeFromLog,
  type Refresh,
} from "./refreshLog.ts";

/** `undone`: kept at first, but not in the weights any more. */
export type PastRefresh = Refresh & { readonly undone: boolean };

/** The most copies of weights from before a refresh to keep. */
const mostEarlier = 5;

/** Returns the refreshes of an adapter, the oldest first. */
export async function readRefreshes(adapter: string): Promise<readonly PastRefresh[]> {
  const log = await readLog(adapter);
  const held = new Set(await heldBy(adapter, log));
  return log.map((refresh) => ({ ...refresh, undone: refresh.kept && !held.has(refresh) }));
}

/** Returns the refreshes that are in the adapter's weights, the oldest first. */
async function heldBy(adapter: string, log: readonly Refresh[]): Promise<readonly Refresh[]> {
  if (!log.some(({ weights }) => weights)) return [];
  let found = await hashOfWeights(adapter);
  const held: Refresh[] = [];
  for (const refresh of log.toReversed()) {
    if (!refresh.weights || refresh.weights.after !== found) continue;
    held.unshift(refresh);
    found = refresh.weights.before;
  }
  return held;
}

/** Returns the hash of an adapter's weights; undefined if it has none. */
export async function hashOfWeights(adapter: string): Promise<string | undefined> {
  return await hashOf(join(adapter, weightsFile));
}

async function hashOf(path: string): Promise<string | undefined> {
  if (!(await isFile(path))) return undefined;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest("hex");
}

interface Counted {
  /** Also counts refreshes that were undone, because the user does not want them again. */
  readonly leavesUndone?: boolean | undefined;
}

/** Returns the refreshes whose files an adapter knows, the oldest first. */
async function countedRefreshes(adapter: string, { leavesUndone }: Counted): Promise<readonly PastRefresh[]> {
  const past = (await readRefreshes(adapter)).filter(({ kept, undone }) => kept && (!undone || leavesUndone));
  // Undoing a refresh moves the weights from before it. If they are still there, the refresh was killed before its own weights were
  // in place.
  const isCut = await Promise.all(
    past.map(async ({ undone, number }) => undone && (await isFile(earlierWeights(adapter, number)))),
  );
  return past.filter((_, i) => !isCut[i]);
}

/** Returns the hashes of the texts that an adapter has learned, as far as they were recorded. */
export async function learnedTexts(adapter: string, counted: Counted): Promise<ReadonlySet<string>> {
  const refreshed = (await countedRefreshes(adapter, counted)).flatMap(({ learned = [] }) => learned);
  return new Set([...(await readLearnedFiles(adapter)), ...refreshed].map(({ hash }) => hash));
}

/** More seconds than a training takes: a report that came with someone else's adapter may contain any number. */
const mostSeconds = 100 * 24 * 3600;

/**
 * Returns the time up to which an adapter knows the files of `data`: the start of the last refresh in the weights that read all of
 * it, or of the adapter's training.
 */
export async function learnedUntil(adapter: string, data: readonly string[], counted: Counted = {}): Promise<Date> {
  const readAll = ({ data: read = data }: PastRefresh): boolean => data.every((path) => read.includes(path));
  const last = (await countedRefreshes(adapter, counted)).findLast(readAll);
  if (last) return new Date(last.at);
  const { readAt, seconds = 0 } = (await readTrainingReport(adapter)) ?? {};
  if (readAt !== undefined) return new Date(readAt);
  const { mtimeMs: written } = await stat(join(adapter, weightsFile));
  return new Date(Math.max(0, written - 1000 * Math.min(Math.max(seconds, 0), mostSeconds)));
}

/**
 * Makes sure that an adapter is still the one that a refresh began with.
 *
 * @param before the hash of its weights at that time
 * @throws UserError "adapter-missing"
 */
export async function checkUnchanged(adapter: string, before: string | undefined): Promise<void> {
  const now = await hashOfWeights(adapter);
  if (now !== undefined && now === before) return;
  const why = now === undefined ? say`it was renamed or deleted meanwhile` : say`its weights were replaced meanwhile`;
  const message = say`Cannot refresh ${adapter}: ${why}.`;
  throw new UserError("adapter-missing", message, say`Refresh the adapter as it is now.`);
}

/**
 * Puts the weights of a refresh in place and keeps the previous ones.
 *
 * @param refreshed the folder of the refreshed adapter, which loses its weights
 * @throws UserError "disk-full", "not-writable"
 */
export async function keepRefresh(adapter: string, refreshed: string, refresh: Refresh): Promise<void> {
  const [weights, earlier] = [join(adapter, weightsFile), earlierWeights(adapter, refresh.number)];
  const [before, after] = [await hashOf(weights), await hashOfWeights(refreshed)];
  try {
    await rm(earlier, { recursive: true, force: true });
    // Once they are restored, their time shows up to when they know the files.
    await cp(weights, earlier, { preserveTimestamps: true, dereference: true });
    await addToLog(adapter, { ...refresh, weights: { before: before!, after: after! } });
    await renamePatiently(join(refreshed, weightsFile), weights);
  } catch (error) {
    await rm(earlier, { recursive: true, force: true }).catch(() => undefined);
    // Its files are still to be learned.
    await removeFromLog(adapter, refresh).catch(() => undefined);
    throw writeFailure(error, weights);
  }
  await prune(adapter);
}

/** Removes the weights from before refreshes that cannot be undone any more, and from before old ones. */
async function prune(adapter: string): Promise<void> {
  const held = await heldBy(adapter, await readLog(adapter));
  const kept = new Set(held.slice(-mostEarlier).map(({ number }) => `${number}.safetensors`));
  for (const name of await readdir(refreshesFolder(adapter))) {
    if (!name.endsWith(".safetensors") || kept.has(name)) continue;
    await rm(join(refreshesFolder(adapter), name), { recursive: true, force: true });
  }
}

/**
 * Restores the weights from before the last refresh that the adapter's weights contain. Returns that refresh.
 *
 * @throws UserError "refresh-missing", "training-busy", "disk-full", "not-writable"
 */
export async function undoRefresh(adapter: string): Promise<Refresh> {
  // Checked first, because a lock would create a folder where there is no adapter.
  if ((await readLog(adapter)).length === 0) throw nothingToUndo(adapter, say`it keeps no refresh`);
  const release = await lockRefreshes(adapter);
  try {
    const last = (await heldBy(adapter, await readLog(adapter))).at(-1);
    if (!last) throw nothingToUndo(adapter, say`it keeps no refresh`);
    const earlier = earlierWeights(adapter, last.number);
    if ((await hashOf(earlier)) !== last.weights!.before) {
      throw nothingToUndo(adapter, say`the weights from before are gone`);
    }
    const weights = join(adapter, weightsFile);
    await renamePatiently(earlier, weights).catch((error: unknown) => {
      throw writeFailure(error, weights);
    });
    return last;
  } finally {
    await release();
  }
}

function nothingToUndo(adapter: string, why: Said): UserError {
  const message = say`Cannot take back a refresh of ${adapter}: ${why}.`;
  return new UserError("refresh-missing", message, say`Train a new adapter to start over.`);
}
