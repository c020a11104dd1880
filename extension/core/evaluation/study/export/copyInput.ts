/** Copies the files that a study's path names into its export, and nothing next to them: no other files, and no secrets. */

import { copyFile, realpath } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { Flaw } from "../../../dataset/example.ts";
import { adapterFiles, readOutline } from "../../../adapters/formats/peftFolder.ts";
import { keptFiles } from "../../../baseModels/import/baseSource.ts";
import { recordFile, weightsFile } from "../../../baseModels/installedBase.ts";
import { jsonObjects } from "../../../dataset/jsonObjects.ts";
import { parquetRows } from "../../../dataset/parquet/parquetRows.ts";
import { makeFolder, writeFileAtomic } from "../../../foundation/atomicFile.ts";
import { UserError } from "../../../foundation/errors.ts";
import { exists, isFile, isFolder } from "../../../foundation/exists.ts";
import { counted } from "../../../foundation/words/quantities.ts";
import { english } from "../../../foundation/words/said.ts";
import { readRepository } from "../../../repository/readRepository.ts";
import { readCurrentSource } from "../../../sources/readSources.ts";
import { holdsSecret } from "../../../sources/secrets/rowSecrets.ts";
import { weightFiles } from "../../../weights/modelFolder.ts";
import { modelFiles as encoderFiles } from "../../retrieval/sentenceEncoder.ts";

/** Returns what is left out, in words; undefined if nothing is. */
export async function copyInput(path: string, copy: string, isModel: boolean): Promise<string | undefined> {
  if (!(await exists(path))) return undefined;
  if (isModel) return await copyModel(path, copy);
  if (await isFolder(path)) {
    for await (const file of readRepository(path)) await copyTo(join(copy, file.path), join(path, file.path));
    return undefined;
  }
  if (path.endsWith(".py")) return await copySource(path, copy);
  if (path.endsWith(".jsonl")) return await copyLines(path, copy);
  return path.endsWith(".parquet") ? await copyParquet(path, copy) : "it is no file of data";
}

/** A folder of any of these is a base, a model, an adapter or an encoder. */
const marks: ReadonlySet<string> = new Set([recordFile, ...adapterFiles, ...encoderFiles]);

/** Copies the files that readers of bases, adapters and encoders open. */
async function copyModel(folder: string, copy: string): Promise<string | undefined> {
  const weights = await weightFiles(folder).catch(() => []);
  // ONNX keeps weights beyond 2 GB in a separate file.
  const encoders = encoderFiles.flatMap((name) => [name, `${name}_data`]);
  const known = [recordFile, weightsFile, ...keptFiles, ...adapterFiles, ...encoders, ...weights];
  const names: string[] = [];
  const foreign: string[] = [];
  // Weights, and the files of a folder that can be read as an adapter, may be links, as in Hugging Face's cache.
  const isAdapter = await readOutline(folder).then(
    () => true,
    () => false,
  );
  const read: ReadonlySet<string> = new Set([...weights, ...(isAdapter ? adapterFiles : [])]);
  for (const name of new Set(known)) {
    if (!(await isFile(join(folder, name)))) continue;
    (read.has(name) || (await isWithin(folder, name)) ? names : foreign).push(name);
  }
  if (weights.length === 0 && !names.some((name) => marks.has(name))) return "it is no base, adapter or encoder";
  for (const name of names) await copyTo(join(copy, name), join(folder, name));
  return foreign.length === 0 ? undefined : `${foreign.join(", ")} (a link out of the folder)`;
}

/**
 * Whether a file is in its folder, or in the store of Hugging Face's cache to which the folder's snapshot links. Models come from other
 * people, and a link in one could name any file of this machine, such as a private key.
 */
async function isWithin(folder: string, name: string): Promise<boolean> {
  const [root, file] = [await realpath(folder), await realpath(join(folder, name))];
  const isSnapshot = basename(dirname(root)) === "snapshots";
  return [root, ...(isSnapshot ? [join(root, "../../blobs")] : [])].some((place) => file.startsWith(place + sep));
}

async function copySource(path: string, copy: string): Promise<string | undefined> {
  const source = await readCurrentSource(path, "follow");
  if ("unfit" in source) return english(source.unfit);
  await copyTo(copy, path);
  return undefined;
}

/**
 * Copies a file unchanged if no row is left out, so that its hash stays the same. Leaves out rows that cannot be read, because they could
 * contain anything.
 */
async function copyLines(path: string, copy: string): Promise<string | undefined> {
  const kept: string[] = [];
  let [secrets, flaws] = [0, 0];
  for await (const { object, text } of jsonObjects(path)) {
    if (object instanceof Flaw) flaws++;
    else if (await holdsSecret(object, text)) secrets++;
    else kept.push(`${JSON.stringify(object)}\n`);
  }
  if (secrets + flaws === 0) {
    await copyTo(copy, path);
    return undefined;
  }
  await writeFileAtomic(copy, kept.join(""));
  return [...secretRows(secrets), ...(flaws > 0 ? [`${counted(flaws, "row")} cannot be read`] : [])].join(", ");
}

/** Copies a Parquet file as a whole or not at all: Graft does not write the format. */
async function copyParquet(path: string, copy: string): Promise<string | undefined> {
  let secrets = 0;
  try {
    for await (const { object } of parquetRows(path)) if (await holdsSecret(object)) secrets++;
  } catch (error) {
    if (error instanceof UserError) return "it cannot be read";
    throw error;
  }
  if (secrets > 0) return secretRows(secrets).join();
  await copyTo(copy, path);
  return undefined;
}

function secretRows(count: number): string[] {
  return count === 0 ? [] : [count === 1 ? "one row holds a secret" : `${count} rows hold a secret`];
}

async function copyTo(copy: string, path: string): Promise<void> {
  await makeFolder(dirname(copy));
  await copyFile(path, copy);
}
