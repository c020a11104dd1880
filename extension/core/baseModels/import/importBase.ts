/** Imports a Hugging Face folder as an installed base: checks everything first, then converts tensor by tensor. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeFileAtomic, writeFileAtomicWith } from "../../foundation/atomicFile.ts";
import { systemCode, UserError } from "../../foundation/errors.ts";
import { readPlainFile } from "../../foundation/plainFile.ts";
import { say } from "../../foundation/words/said.ts";
import { peakMemoryBytes } from "../../foundation/memory/peakMemory.ts";
import { weightRequests } from "../../architectures/architectures.ts";
import { readModelConfig } from "../../architectures/readConfig.ts";
import { tryEncoding } from "../../tokenizer/timedEncoding.ts";
import { openTokenizer } from "../../tokenizer/tokenizer.ts";
import { openModelFolder, type ModelFolder } from "../../weights/modelFolder.ts";
import { parseHubAddress } from "../../hub/hubAddress.ts";
import { checkName, isSameSource, namesFor } from "../baseNames.ts";
import { filesToKeep, stampSource, trainingReportFile } from "./baseSource.ts";
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
  /** The origin to record instead of `source`, if `source` is a temporary copy. */
  readonly origin?: string | undefined;
  /** Bases are installed in `<home>/bases/<name>`. */
  readonly home: string;
  /** The default comes from {@link namesFor}. The start of the content's hash replaces "#". */
  readonly name?: string | undefined;
  /** Whether a base with the given name may replace one from another source. */
  readonly replace?: boolean | undefined;
  readonly bits: Bits;
}

export interface ImportResult {
  readonly base: InstalledBase;
  readonly seconds: number;
  readonly peakMemoryBytes: number;
  /** Warnings for the user about a successful import. */
  readonly warnings: readonly string[];
}

/**
 * Installs a base. An installed base with the same name and content stays as it is; one from the same source is
 * replaced. A base from another source keeps its name: the new base takes another name, or is refused if its name is
 * given.
 *
 * @throws UserErrors about the name, the folder, its configuration, weights and tokenizer, and the disk; the signal's reason once it is
 * aborted. Nothing is left behind in these cases.
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
  /** Candidate names; the first that no base from another source has is used. */
  readonly names: readonly string[];
  readonly source: BaseRecord["source"];
  readonly merged?: BaseRecord["merged"];
}

/** Does the same as {@link importBase} for an open model, whose values may differ from its files. */
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
  // Copied even if the same base was already installed, perhaps without the report.
  if (!merged) await keepReport(folder.path, path);
  return {
    base: await openBase(path),
    seconds: (performance.now() - start) / 1000,
    peakMemoryBytes: peakMemoryBytes(),
    warnings,
  };
}

/** Writes all files of a base, and returns its hash. */
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

/** Returns warnings about the tokenizer. A base without one cannot read text; one that does not fit the base is refused. */
async function checkTokenizer(source: string, vocabularySize: number): Promise<string[]> {
  const text = await readFile(join(source, "tokenizer.json")).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (!text) return ["The model has no tokenizer.json, so it cannot complete text or be trained on text."];
  const tokenizer = await openTokenizer(source, vocabularySize);
  tryEncoding((piece) => tokenizer.encode(piece));
  return [];
}

/** The largest report that is kept, in bytes. */
const largestReport = 2 ** 20;

/** Copies the report of the training that made the weights. A merge has other weights than the folder it comes from. */
async function keepReport(source: string, target: string): Promise<void> {
  const report = await readPlainFile(join(source, trainingReportFile), largestReport, "refuse").catch(() => undefined);
  if (report) await writeFileAtomic(join(target, trainingReportFile), report);
}

/** Records the folder that the same content now comes from, so that it is recognized there. A hub origin stays recorded. */
async function restamp(path: string, source: BaseRecord["source"]): Promise<void> {
  const record = await readRecord(path);
  if (parseHubAddress(record.source.path) && !isSameSource(record.source.path, source.path)) return;
  if (JSON.stringify(record.source) !== JSON.stringify(source)) await writeRecord(path, { ...record, source });
}

async function writeRecord(path: string, record: BaseRecord): Promise<void> {
  await writeFileAtomic(join(path, recordFile), `${JSON.stringify(record)}\n`);
}

/** Returns how an installed folder relates to a new one. A base that cannot be read counts as outdated, so it is replaced. */
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
 * Refuses a name that a base from another source has.
 *
 * @throws UserError "name-taken"
 */
export async function checkNameFree(name: string, source: string, home: string): Promise<void> {
  const record = await readRecord(join(home, "bases", name)).catch(() => undefined);
  if (record && !isSameSource(record.source.path, source)) throw nameTaken(name, record.source.path);
}

function nameTaken(name: string, from: string): UserError {
  const message = say`Cannot name the base "${name}": a base from ${from} has this name.`;
  return new UserError("name-taken", message, say`Choose another name, or pass --replace to replace it.`);
}
