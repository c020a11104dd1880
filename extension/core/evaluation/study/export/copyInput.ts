/** Copies what a study's path names into its export, but nothing that lies beside it: no other files, and no secrets. */

import { copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Flaw } from "../../../dataset/example.ts";
import { adapterFiles } from "../../../adapters/formats/peftFolder.ts";
import { keptFiles } from "../../../baseModels/import/baseSource.ts";
import { recordFile, weightsFile } from "../../../baseModels/installedBase.ts";
import { jsonObjects } from "../../../dataset/jsonObjects.ts";
import { makeFolder, writeFileAtomic } from "../../../foundation/atomicFile.ts";
import { exists, isFile, isFolder } from "../../../foundation/exists.ts";
import { english } from "../../../foundation/words/said.ts";
import { readRepository } from "../../../repository/readRepository.ts";
import { readCurrentSource } from "../../../sources/readSources.ts";
import { lineOfSecret } from "../../../sources/secrets/secrets.ts";
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
  if (path.endsWith(".jsonl")) return await copyRows(path, copy);
  if (!path.endsWith(".parquet")) return "it is no file of data";
  await copyTo(copy, path);
  return undefined;
}

/** A folder of any of these is a base, a model, an adapter or an encoder. */
const marks: ReadonlySet<string> = new Set([recordFile, ...adapterFiles, ...encoderFiles]);

/** Copies the files that readers of bases, adapters and encoders open. */
async function copyModel(folder: string, copy: string): Promise<string | undefined> {
  const weights = await weightFiles(folder).catch(() => []);
  // ONNX keeps weights beyond 2 GB in a file of their own.
  const encoders = encoderFiles.flatMap((name) => [name, `${name}_data`]);
  const known = [recordFile, weightsFile, ...keptFiles, ...adapterFiles, ...encoders, ...weights];
  const names: string[] = [];
  for (const name of known) if (await isFile(join(folder, name))) names.push(name);
  if (weights.length === 0 && !names.some((name) => marks.has(name))) return "it is no base, adapter or encoder";
  for (const name of names) await copyTo(join(copy, name), join(folder, name));
  return undefined;
}

async function copySource(path: string, copy: string): Promise<string | undefined> {
  const source = await readCurrentSource(path, "follow");
  if ("unfit" in source) return english(source.unfit);
  await copyTo(copy, path);
  return undefined;
}

/** Copies a file as it is if none of its rows holds a secret, so that its hash stays. */
async function copyRows(path: string, copy: string): Promise<string | undefined> {
  const kept: string[] = [];
  let secrets = 0;
  for await (const { object } of jsonObjects(path)) {
    if (object instanceof Flaw) continue;
    const isSecret = (await lineOfSecret(textsOf(object).join("\n"))) !== undefined;
    if (isSecret) secrets++;
    else kept.push(`${JSON.stringify(object)}\n`);
  }
  if (secrets === 0) {
    await copyTo(copy, path);
    return undefined;
  }
  await writeFileAtomic(copy, kept.join(""));
  return `${secrets === 1 ? "one row holds" : `${secrets} rows hold`} a secret`;
}

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

async function copyTo(copy: string, path: string): Promise<void> {
  await makeFolder(dirname(copy));
  await copyFile(path, copy);
}
