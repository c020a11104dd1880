/** From a Hugging Face folder to an installed base: checked whole first, then converted tensor by tensor. */

import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { writeFileAtomic, writeFileAtomicWith } from "../base/atomicFile.ts";
import { internalError, systemCode, UserError } from "../base/errors.ts";
import { weightRequests } from "../models/architectures.ts";
import { readModelConfig } from "../models/readConfig.ts";
import { openTokenizer } from "../tokenizer/tokenizer.ts";
import { openModelFolder, type ModelFolder } from "../weights/modelFolder.ts";
import { filesToKeep, hashSource, stampSource } from "./baseSource.ts";
import { checkCheckpoint } from "./checkpoint.ts";
import { installFolder } from "./installFolder.ts";
import {
  embeddedName,
  layoutOf,
  openBase,
  readRecord,
  recordFile,
  weightsFile,
  type BaseRecord,
  type InstalledBase,
} from "./installedBase.ts";
import { writeWeights, type Bits, type WriteProgress } from "./weightFile.ts";

export interface ImportOptions {
  /** A Hugging Face folder. */
  readonly source: string;
  /** Bases go to `<home>/bases/<name>`. */
  readonly home: string;
  /** The source's name unless given; the start of its content's hash takes the place of "#". */
  readonly name?: string | undefined;
  readonly bits: Bits;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
}

export interface ImportResult {
  readonly base: InstalledBase;
  readonly seconds: number;
  readonly peakMemoryBytes: number;
  /** What the user should know, though the import went well. */
  readonly warnings: readonly string[];
}

/**
 * Installs a base. An installed one of the same name and content is kept as it is; one of other content is replaced.
 *
 * @throws UserErrors for all that can be wrong with the name, the folder, its configuration, weights and tokenizer, and
 * with the disk; the signal's reason once it is aborted. Nothing is left behind then.
 */
export async function importBase(options: ImportOptions): Promise<ImportResult> {
  const { home, bits, signal } = options;
  const start = performance.now();
  const source = resolve(options.source);
  if (options.name !== undefined) checkName(options.name.replace("#", "0"));
  const folder = await openModelFolder(source);
  try {
    const config = readModelConfig(folder.config);
    const requests = weightRequests(config);
    checkCheckpoint(folder, requests);
    const warnings = await checkTokenizer(source, config.vocabularySize);
    const layout = layoutOf(config);
    const hash = await hashSource(folder, { bits, layout }, signal);
    const name = (options.name ?? sourceName(source)).replace("#", hash.slice(0, 8));
    const path = join(home, "bases", name);
    const stamp = await stampSource(folder);
    if (await isInstalled(path, hash)) {
      await restamp(path, stamp);
    } else {
      await installFolder(
        path,
        (other) => isInstalled(other, hash),
        async (temporary) => {
          await copyFiles(folder, temporary);
          const written = await convert(folder, join(temporary, weightsFile), requests, options);
          const record: BaseRecord = { layout, hash, bits, ...written, source: stamp };
          await writeRecord(temporary, record);
        },
      );
    }
    return {
      base: await openBase(path),
      seconds: (performance.now() - start) / 1000,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      warnings,
    };
  } finally {
    await folder.close();
  }
}

async function convert(
  folder: ModelFolder,
  path: string,
  requests: Parameters<typeof writeWeights>[2],
  { bits, signal, onProgress }: ImportOptions,
): Promise<Pick<BaseRecord, "tensors" | "bytes">> {
  let written: Awaited<ReturnType<typeof writeWeights>> | undefined;
  await writeFileAtomicWith(path, async (file) => {
    written = await writeWeights(file, folder, requests, bits, { signal, onProgress });
  });
  if (!written) throw internalError("weights were neither written nor refused");
  const tensors = written.tensors.map(({ name, shape, storage }) => ({ name, shape: [...shape], storage }));
  return { tensors, bytes: written.bytes };
}

async function copyFiles({ path }: ModelFolder, target: string): Promise<void> {
  for (const name of await filesToKeep(path)) {
    await writeFileAtomic(join(target, name), await readFile(join(path, name)));
  }
}

/** A base without a tokenizer computes, but reads no text; one whose tokenizer does not fit would read nonsense. */
async function checkTokenizer(source: string, vocabularySize: number): Promise<string[]> {
  const text = await readFile(join(source, "tokenizer.json")).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (!text) return ["The model has no tokenizer.json, so it can neither complete text nor be trained on it."];
  await openTokenizer(source, vocabularySize);
  return [];
}

/** The same content from another place, or newly copied: from now on it is recognised there. */
async function restamp(path: string, source: BaseRecord["source"]): Promise<void> {
  const record = await readRecord(path);
  if (JSON.stringify(record.source) !== JSON.stringify(source)) await writeRecord(path, { ...record, source });
}

async function writeRecord(path: string, record: BaseRecord): Promise<void> {
  await writeFileAtomic(join(path, recordFile), `${JSON.stringify(record)}\n`);
}

async function isInstalled(path: string, hash: string): Promise<boolean> {
  return openBase(path).then(
    (base) => base.hash === hash,
    () => false,
  );
}

/** @throws UserError "name-invalid" */
function checkName(name: string): void {
  if (name === embeddedName) {
    const message = `Cannot name a base "${name}": that is the one that ships with Graft.`;
    throw new UserError("name-invalid", message, "Choose another name.");
  }
  if (/^[A-Za-z0-9][\w.-]{0,99}$/.test(name)) return;
  throw new UserError(
    "name-invalid",
    `Cannot name a base "${name}".`,
    "Use letters, digits, dots, dashes and underscores; start with a letter or digit.",
  );
}

/** The folder's name; in Hugging Face's cache, where folders are named by commits, the model's. */
export function sourceName(source: string): string {
  const cached = /models--[^/\\]*--([^/\\]+)[/\\]snapshots[/\\][^/\\]+$/.exec(source)?.[1];
  const name = (cached ?? basename(source)).replaceAll(/[^\w.-]/g, "-").replace(/^[^A-Za-z0-9]+/, "");
  return name === "" ? `base-${basename(dirname(source)).replaceAll(/[^\w-]/g, "-")}` : name.slice(0, 80);
}
