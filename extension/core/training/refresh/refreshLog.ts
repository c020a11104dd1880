/**
 * The folder of an adapter's refreshes, and the log in it: what each learned, and whether it was kept. It is in the adapter's
 * folder, so it follows the adapter when that is renamed or deleted. A copy for other people leaves it out, and a new training into
 * the folder replaces it.
 *
 *     adapter_model.safetensors      the weights in use
 *     refreshes/log.jsonl            one line for each refresh
 *     refreshes/3.safetensors        the weights before the third refresh
 */

import { lstat, readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { writeFileAtomic } from "../../foundation/atomicFile.ts";
import { systemCode, UserError } from "../../foundation/errors.ts";
import { lockFolder } from "../../foundation/locks/folderLock.ts";
import { parsedJson, readPlainText } from "../../foundation/plainFile.ts";
import { say } from "../../foundation/words/said.ts";
import { learnedFileSchema, sha256Schema } from "../data/learnedFiles.ts";
import { refreshesName } from "../output/trainedFiles.ts";

/**
 * - "better": more held-out code is right, by more than chance; "alike": no such difference, and nothing is forgotten;
 * - "worse": less held-out code is right; "forgets": general code is forgotten; "untried": it could not be tried, mostly because
 *   there was nothing to try it on.
 */
export const refreshVerdicts = ["better", "alike", "worse", "forgets", "untried"] as const;
export type RefreshVerdict = (typeof refreshVerdicts)[number];

/** The highest number of a refresh. A log that came with someone else's adapter may contain any number. */
export const mostNumber = 1_000_000;
const time = z.iso.datetime();
const count = z.int().nonnegative();
const percentage = z.number().min(0).max(100);

const refreshSchema = z.object({
  /** From 1 on. */
  number: z.int().min(1).max(mostNumber),
  /** The time at which it began to read the files, and the time since which it learned changes. */
  at: time,
  since: z.string(),
  /** The folders and files it read, absolute. Absent in the first logs. */
  data: z.array(z.string()).readonly().optional(),
  /** Files that had changed. */
  files: count,
  /** These files, unless there were very many. Absent in the first logs. */
  learned: z.array(learnedFileSchema).readonly().optional(),
  steps: count,
  seconds: z.number(),
  kept: z.boolean(),
  verdict: z.enum(refreshVerdicts),
  /** Held-out lines, and the percentages of them that were right before and after. */
  lines: z.object({ count, before: percentage, after: percentage }).optional(),
  /** Held-out bodies of blocks, and how similar they were to the author's before and after, in percent. */
  bodies: z.object({ count, before: percentage, after: percentage }).optional(),
  /** Which of the two decided that it is better or worse. */
  decidedBy: z.enum(["lines", "bodies"]).optional(),
  /** The hashes of the weights before a kept refresh, and of those that it wrote. */
  weights: z.object({ before: sha256Schema, after: sha256Schema }).optional(),
});

export type Refresh = Readonly<z.infer<typeof refreshSchema>>;

const [logName, lockName] = ["log.jsonl", "lock"];
const mostLogBytes = 4_000_000;
/** The most lines of the log. */
const mostLines = 1000;

export function refreshesFolder(adapter: string): string {
  return join(adapter, refreshesName);
}

/** Returns the path of the weights from before a refresh. */
export function earlierWeights(adapter: string, number: number): string {
  return join(refreshesFolder(adapter), `${number}.safetensors`);
}

/**
 * Lets one process at a time change an adapter's refreshes.
 *
 * @throws UserError "training-busy", "not-writable", "disk-full"
 */
export async function lockRefreshes(adapter: string): Promise<() => Promise<void>> {
  const folder = refreshesFolder(adapter);
  // Adapters may come from other people: a link could have files removed elsewhere.
  if ((await lstat(folder).catch(() => undefined))?.isSymbolicLink()) {
    throw new UserError("not-writable", say`Cannot refresh ${adapter}: ${folder} is a link.`, say`Delete the link.`);
  }
  return await lockFolder(join(folder, lockName), (owner, escape) => {
    const message = say`Cannot refresh ${adapter}: another process does (${owner}).`;
    return new UserError("training-busy", message, say`Wait until it ends. ${escape}`);
  });
}

/** Removes what a stopped or killed refresh left behind. Call it with the lock held. */
export async function tidyRefreshes(adapter: string): Promise<void> {
  const folder = refreshesFolder(adapter);
  const isKept = (name: string): boolean =>
    name === logName || name.startsWith(lockName) || /^\d+\.safetensors$/.test(name);
  for (const entry of await readdir(folder).catch(() => [])) {
    if (!isKept(entry)) await rm(join(folder, entry), { recursive: true, force: true });
  }
}

/**
 * Removes an adapter's folder if it contains nothing but an empty folder for refreshes. When an adapter is renamed or deleted, a
 * running refresh still writes to the old place, and an empty folder there would keep the name taken.
 */
export async function removeIfEmpty(adapter: string): Promise<void> {
  const entries = await readdir(adapter).catch(() => []);
  if (entries.length !== 1 || entries[0] !== refreshesName) return;
  await rmdir(refreshesFolder(adapter)).then(
    () => rmdir(adapter),
    () => undefined,
  );
}

/** Returns the log's refreshes, the oldest first; none if it cannot be read. Leaves out damaged lines. */
export async function readLog(adapter: string): Promise<readonly Refresh[]> {
  const text = await readPlainText(join(refreshesFolder(adapter), logName), mostLogBytes).catch(() => "");
  return text.split("\n").flatMap((line) => refreshSchema.safeParse(parsedJson(line)).data ?? []);
}

/** @throws UserError "disk-full", "not-writable" */
export async function addToLog(adapter: string, refresh: Refresh): Promise<void> {
  await changeLog(adapter, (lines) => newest([...lines, JSON.stringify(refresh)]));
}

/**
 * Removes the last line of the log, if it is that of this refresh.
 *
 * @throws UserError "disk-full", "not-writable"
 */
export async function removeFromLog(adapter: string, { number }: Refresh): Promise<void> {
  const isIts = (line = ""): boolean => refreshSchema.safeParse(parsedJson(line)).data?.number === number;
  await changeLog(adapter, (lines) => (isIts(lines.at(-1)) ? lines.slice(0, -1) : lines));
}

async function changeLog(adapter: string, changed: (lines: readonly string[]) => readonly string[]): Promise<void> {
  const path = join(refreshesFolder(adapter), logName);
  const earlier = await readPlainText(path, mostLogBytes).catch((error: unknown) => {
    const code = systemCode(error);
    if (code === undefined || code === "ENOENT") return "";
    throw error;
  });
  const lines = earlier.split("\n").filter((line) => line !== "");
  const kept = changed(lines).map((line) => `${line}\n`);
  await writeFileAtomic(path, kept.join(""));
}

/** Returns as many of the last lines as the log may have. */
function newest(lines: readonly string[]): readonly string[] {
  let bytes = 0;
  const tooMuch = lines.findLastIndex((line) => (bytes += Buffer.byteLength(line) + 1) > mostLogBytes);
  return lines.slice(Math.max(tooMuch + 1, lines.length - mostLines));
}
