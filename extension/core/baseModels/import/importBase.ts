/** From a Hugging Face folder to an installed base: checked whole first, then converted tensor by tensor. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeFileAtomic, writeFileAtomicWith } from "../../foundation/atomicFile.ts";
import { systemCode, UserError } from "../../foundation/errors.ts";
import { weightRequests } from "../../architectures/architectures.ts";
import { readModelConfig } from "../../architectures/readConfig.ts";
import { tryEncoding } from "../../tokenizer/timedEncoding.ts";
import { openTokenizer } from "../../tokenizer/tokenizer.ts";
import { openModelFolder, type ModelFolder } from "../../weights/modelFolder.ts";
import { parseHubAddress } from "../../hub/hubAddress.ts";
import { checkName, isSameSource, namesFor } from "../baseNames.ts";
import { filesToKeep, stampSource } from "./baseSource.ts";
import { checkCheckpoint } from "./weightCheck.ts";
import { installFolder, type Relation } from "./installFolder.ts";
import {
  layoutOf,
  openBase,
  readRecord,
  recordFile,
  weightsFile,
  type BaseRecord,
  type InstalledBase,
} from "../installedBase.ts";
import { writeWeights, type WriteControl } from "./weightFile.ts";
import { layOut, type Bits, type WeightLayout } from "./weightLayout.ts";

export interface ImportOptions extends WriteControl {
  /** A Hugging Face folder. */
  readonly source: string;
  /** Where `source` is a copy of, if it is one that goes away: the record names that instead. */
  readonly origin?: string | undefined;
  /** Bases go to `<home>/bases/<name>`. */
  readonly home: string;
  /** {@link namesFor} the source unless given; the start of its content's hash takes the place of "#". */
  readonly name?: string | undefined;
  /** Whether a base from elsewhere may lose its place to one that is given the same name. */
  readonly replace?: boolean | undefined;
  readonly bits: Bits;
}

export interface ImportResult {
  readonly base: InstalledBase;
  readonly seconds: number;
  readonly peakMemoryBytes: number;
  /** What the user should know, though the import went well. */
  readonly warnings: readonly string[];
}

/**
 * Installs a base. An installed one of the same name and content is kept as it is; one from the same source is replaced. One from
 * elsewhere keeps its name: the new one takes another, or is refused where its name is given.
 *
 * @throws UserErrors for all that can be wrong with the name, the folder, its configuration, weights and tokenizer, and
 * with the disk; the signal's reason once it is aborted. Nothing is left behind then.
 */
export async function importBase(options: ImportOptions): Promise<ImportResult> {
  const source = resolve(options.source);
  if (options.name !== undefined) checkName(options.name.replace("#", "0"));
  const folder = await openModelFolder(source);
  try {
    const stamp = await stampSource(folder);
    if (options.origin !== undefined) stamp.path = options.origin;
    const names = options.name === undefined ? namesFor(stamp.path) : [options.name];
    return await installModel(folder, { ...options, names, source: stamp });
  } finally {
    await folder.close();
  }
}

export interface InstallOptions extends WriteControl, Pick<ImportOptions, "home" | "bits" | "replace"> {
  /** The first that no base from elsewhere has is taken. */
  readonly names: readonly string[];
  readonly source: BaseRecord["source"];
  readonly merged?: BaseRecord["merged"];
}

/** As {@link importBase}, for an open model, which may be another than its files hold. */
export async function installModel(folder: ModelFolder, options: InstallOptions): Promise<ImportResult> {
  const { home, bits, names, source, merged, replace = false } = options;
  const start = performance.now();
  const config = readModelConfig(folder.config);
  const requests = weightRequests(config);
  checkCheckpoint(folder, requests);
  const warnings = await checkTokenizer(folder.path, config.vocabularySize);
  const path = await installFolder(join(home, "bases"), {
    fill: async (temporary) => {
      const record = { layout: layoutOf(config), bits, source, merged };
      const hash = await fillFolder(folder, temporary, layOut(requests, bits), record, options);
      return names.map((name) => name.replace("#", hash.slice(0, 8)));
    },
    relate: (installed, temporary) => relationOf(installed, temporary, replace),
  });
  if (path === undefined) throw nameTaken(names[0]!, (await readRecord(join(home, "bases", names[0]!))).source.path);
  await restamp(path, source);
  return {
    base: await openBase(path),
    seconds: (performance.now() - start) / 1000,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    warnings,
  };
}

/** Writes all that a base consists of, and returns its hash. */
async function fillFolder(
  folder: ModelFolder,
  target: string,
  layout: WeightLayout,
  record: Omit<BaseRecord, "hash" | "identity">,
  control: WriteControl,
): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([record.layout, record.bits]));
  for (const name of await filesToKeep(folder.path)) {
    const content = await readFile(join(folder.path, name));
    await writeFileAtomic(join(target, name), content);
    hash.update(JSON.stringify([name, content.length])).update(content);
  }
  const { read, written } = await writeFileAtomicWith(
    join(target, weightsFile),
    async (file) => await writeWeights(file, folder, layout, control),
  );
  const digest = hash.update(written).digest("hex");
  await writeRecord(target, { ...record, hash: digest, identity: read });
  return digest;
}

/** A base without a tokenizer computes, but reads no text; one whose tokenizer does not fit would read nonsense. */
async function checkTokenizer(source: string, vocabularySize: number): Promise<string[]> {
  const text = await readFile(join(source, "tokenizer.json")).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (!text) return ["The model has no tokenizer.json, so it can neither complete text nor be trained on it."];
  const tokenizer = await openTokenizer(source, vocabularySize);
  tryEncoding((piece) => tokenizer.encode(piece));
  return [];
}

/** The same content from another folder, or newly copied: from now on it is recognised there. One of the hub stays that. */
async function restamp(path: string, source: BaseRecord["source"]): Promise<void> {
  const record = await readRecord(path);
  if (parseHubAddress(record.source.path) && !isSameSource(record.source.path, source.path)) return;
  if (JSON.stringify(record.source) !== JSON.stringify(source)) await writeRecord(path, { ...record, source });
}

async function writeRecord(path: string, record: BaseRecord): Promise<void> {
  await writeFileAtomic(join(path, recordFile), `${JSON.stringify(record)}\n`);
}

/** A base that cannot be read is replaced: it is of no use to anybody. */
async function relationOf(installed: string, other: string, isOurs: boolean): Promise<Relation> {
  const { hash, source } = await readRecord(other);
  const record = await readRecord(installed).catch(() => undefined);
  if (!record) return "outdated";
  if (record.hash === hash) return await openBase(installed).then(always("same"), always("outdated"));
  return isOurs || isSameSource(record.source.path, source.path) ? "outdated" : "other";
}

function always(relation: Relation): () => Relation {
  return () => relation;
}

/**
 * Refuses a name that a base from elsewhere has.
 *
 * @throws UserError "name-taken"
 */
export async function checkNameFree(name: string, source: string, home: string): Promise<void> {
  const record = await readRecord(join(home, "bases", name)).catch(() => undefined);
  if (record && !isSameSource(record.source.path, source)) throw nameTaken(name, record.source.path);
}

function nameTaken(name: string, from: string): UserError {
  const message = `Cannot name the base "${name}": another one from ${from} has that name.`;
  return new UserError("name-taken", message, "Choose another name, or give --replace to replace it.");
}
