/** From what a user calls a base to an installed one: the embedded base, a name, or a folder that is imported first. */

import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { UserError } from "../foundation/errors.ts";
import { silentLog, type Log } from "../foundation/log.ts";
import { openModelFolder } from "../weights/modelFolder.ts";
import { stampSource } from "./import/baseSource.ts";
import { importBase, sourceName } from "./import/importBase.ts";
import { embeddedName, openBase, readRecord, recordFile, type InstalledBase } from "./installedBase.ts";
import type { WriteControl } from "./import/weightFile.ts";
import type { Bits } from "./import/weightLayout.ts";

/** Where bases are found. */
export interface BasePlaces {
  /** Bases are installed in `<home>/bases`. */
  readonly home: string;
  /** The Hugging Face folder that ships with Graft. */
  readonly embedded: string;
}

/** `signal` and `onProgress` are for an import, where one is needed. */
export interface ResolveControl extends WriteControl {
  readonly log?: Log | undefined;
}

/** A base that is used without an explicit import is stored in so many bits. */
const defaultBits: Bits = 4;

/** The embedded base is so small that 8 bits cost nothing, and 4 cost quality. */
const embeddedBits: Bits = 8;

/**
 * Opens the base that `nameOrPath` means: the embedded one (also by an empty name), an installed one by its name or
 * folder, or a Hugging Face folder, which is imported on first use and found again while its content is the same.
 *
 * @throws UserError "base-missing"; and those of `openBase` and `importBase`
 */
export async function resolveBase(nameOrPath: string, options: BasePlaces & ResolveControl): Promise<InstalledBase> {
  const { home, embedded } = options;
  if (nameOrPath === "" || nameOrPath === embeddedName) {
    const { path } = await importOnce(embedded, embeddedName, embeddedBits, options);
    return openBase(path, { name: embeddedName, embedded: true });
  }
  const installed = join(home, "bases", nameOrPath);
  if (!/[/\\]/.test(nameOrPath) && (await has(installed, recordFile))) return openBase(installed);
  const path = resolve(nameOrPath);
  if (await has(path, recordFile)) return openBase(path);
  if (await has(path, "config.json")) return importOnce(path, sourceName(path), defaultBits, options);
  throw new UserError(
    "base-missing",
    `Cannot find the base "${nameOrPath}": it is neither installed in ${join(home, "bases")} nor a model folder.`,
    "Choose a base from `graft models`, or give the path of a Hugging Face model folder.",
  );
}

/**
 * All bases, the embedded one first, then by name. One that cannot be opened is left out, with a warning in the log.
 *
 * @throws UserErrors about the embedded base only
 */
export async function listBases(options: BasePlaces & ResolveControl): Promise<InstalledBase[]> {
  const { home, log = silentLog } = options;
  const bases = [await resolveBase(embeddedName, options)];
  const folder = join(home, "bases");
  for (const name of (await readdir(folder)).toSorted()) {
    const path = join(folder, name);
    if (name.startsWith(".") || resolve(path) === bases[0]?.path || !(await has(path, recordFile))) continue;
    try {
      bases.push(await openBase(path));
    } catch (error) {
      log.warn(error instanceof Error ? error.message : String(error));
    }
  }
  return bases;
}

/** The base that `source` has become in an earlier import, or becomes now. */
async function importOnce(
  source: string,
  name: string,
  bits: Bits,
  { home, log = silentLog, signal, onProgress }: BasePlaces & ResolveControl,
): Promise<InstalledBase> {
  const known = await findImported(source, name, bits, home);
  if (known) return known;
  log.info(`Preparing the base ${name} from ${source}, once.`);
  const { base, seconds, warnings } = await importBase({ source, home, name: `${name}-#`, bits, signal, onProgress });
  for (const warning of warnings) log.warn(warning);
  log.info(`Prepared ${base.name} in ${seconds.toFixed(1)} s.`);
  return base;
}

/** An installed base whose source is this very folder, untouched since: so that large sources are not hashed each time. */
async function findImported(
  source: string,
  name: string,
  bits: Bits,
  home: string,
): Promise<InstalledBase | undefined> {
  const folder = await openModelFolder(source);
  const stamp = await stampSource(folder).finally(() => folder.close());
  const installed = join(home, "bases");
  for (const entry of await readdir(installed).catch(() => [])) {
    const path = join(installed, entry);
    if (!entry.startsWith(`${name}-`) || !(await has(path, recordFile))) continue;
    try {
      const record = await readRecord(path);
      const isIt = record.bits === bits && JSON.stringify(record.source) === JSON.stringify(stamp);
      if (isIt) return await openBase(path);
    } catch {
      // Damaged or outdated: importing anew replaces it, or says what is wrong.
    }
  }
  return undefined;
}

async function has(folder: string, file: string): Promise<boolean> {
  return stat(join(folder, file)).then(
    (info) => info.isFile(),
    () => false,
  );
}
