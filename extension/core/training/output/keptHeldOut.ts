/**
 * Keeps the source files that trainings have held out as suites, so that a study can compare adapters on code that they have not
 * learned from, even after the folder has changed.
 *
 * The files are in Graft's home, not in the adapter's folder, because an adapter may be shared and they are the user's code. Their
 * folder is named after the hash of the adapter's report, so it still belongs to the adapter when that is renamed or copied.
 */

import { copyFile, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { trainingReportFile } from "../../baseModels/import/baseSource.ts";
import { makeFolder } from "../../foundation/atomicFile.ts";
import { systemCode } from "../../foundation/errors.ts";
import { exists, isFile, isFolder } from "../../foundation/exists.ts";
import type { Log } from "../../foundation/log.ts";
import { readPlainText } from "../../foundation/plainFile.ts";
import { heldOutName, readHeldOutFiles } from "../data/heldOutFiles.ts";
import { textHash } from "../data/learnedFiles.ts";
import type { OutputFiles } from "./outputFolder.ts";
import { refreshesName } from "./trainedFiles.ts";

/** The most suites to keep. Older ones are removed, because their adapters may be gone. */
const mostKept = 50;

/**
 * Keeps the held-out files of a training once its adapter is written. A failure does not affect the training: the log has the
 * reason.
 *
 * @param files with the training's report
 * @param data the folder of the training's data
 */
export function withHeldOut(
  { names, write }: OutputFiles,
  data: string,
  { home, log }: { readonly home: string; readonly log: Log },
): OutputFiles {
  return {
    names,
    write: async (folder) => {
      await write(folder);
      const source = join(data, heldOutName);
      try {
        if (!(await isFile(source))) return;
        const target = await placeOf(folder, home);
        await makeFolder(dirname(target));
        await copyFile(source, target);
        await prune(keptFolder(home));
      } catch (error) {
        log.warn(`Could not keep the held-out files: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

/**
 * Returns the suite of the files that an adapter's training held out. Undefined if none are known, and for an adapter that was
 * refreshed, which may have learned from them since.
 */
export async function heldOutSuite(adapter: string, home: string): Promise<string | undefined> {
  if (await exists(join(adapter, refreshesName))) return undefined;
  const path = await placeOf(adapter, home).catch(() => undefined);
  return path !== undefined && (await isFile(path)) ? path : undefined;
}

/** Returns the folder that such a suite comes from; undefined if it is gone, for a suite of several folders, and for any other suite. */
export async function folderOfHeldOut(suite: string, home: string): Promise<string | undefined> {
  if (dirname(dirname(suite)) !== keptFolder(home)) return undefined;
  const [folder, ...others] = new Set((await readHeldOutFiles(dirname(suite))).map((file) => file.folder));
  return folder && others.length === 0 && (await isFolder(folder)) ? folder : undefined;
}

/**
 * Removes the held-out files of adapters that are gone for good, unless an adapter in the library is a copy of one and shares its
 * files.
 *
 * @throws the system's errors if the library or one of its adapters cannot be read; then nothing is removed
 */
export async function forgetHeldOut(gone: readonly string[], library: string, home: string): Promise<void> {
  // Every entry, because one may be a link to an adapter elsewhere.
  const staying = (await readdir(library)).map((name) => placeIfAny(join(library, name), home));
  const kept = new Set(await Promise.all(staying));
  for (const adapter of gone) {
    const path = await placeOf(adapter, home).catch(() => undefined);
    if (path !== undefined && !kept.has(path)) await rm(dirname(path), { recursive: true, force: true });
  }
}

/** Returns the place of an adapter's held-out files; undefined if it has no report. */
async function placeIfAny(adapter: string, home: string): Promise<string | undefined> {
  return await placeOf(adapter, home).catch((error: unknown) => {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return undefined;
    throw error;
  });
}

function keptFolder(home: string): string {
  return join(home, "held-out");
}

async function placeOf(adapter: string, home: string): Promise<string> {
  const report = await readPlainText(join(adapter, trainingReportFile));
  return join(keptFolder(home), textHash(report).slice(0, 16), heldOutName);
}

async function prune(folder: string): Promise<void> {
  const kept = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const path = join(folder, name);
      return { path, time: (await stat(path)).mtimeMs };
    }),
  );
  const old = kept.toSorted((one, other) => other.time - one.time).slice(mostKept);
  for (const { path } of old) await rm(path, { recursive: true, force: true });
}
