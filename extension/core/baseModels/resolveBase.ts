/** Resolves a user's reference to an installed base: the embedded base, a name, or a folder, which is imported first. */

import { readdir } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { isFile } from "../foundation/exists.ts";
import { UserError } from "../foundation/errors.ts";
import { silentLog, type Log } from "../foundation/log.ts";
import { say } from "../foundation/words/said.ts";
import { openModelFolder } from "../weights/modelFolder.ts";
import { stampSource } from "./import/baseSource.ts";
import { sourceName } from "./baseNames.ts";
import { importBase } from "./import/importBase.ts";
import { recoverInstalled } from "./import/installFolder.ts";
import { embeddedName, openBase, readRecord, recordFile, type InstalledBase } from "./installedBase.ts";
import type { WriteControl } from "./import/weightFile.ts";
import { defaultBits, type Bits } from "./import/weightLayout.ts";

/** The places of bases. */
export interface BasePlaces {
  /** Bases are installed in `<home>/bases`. */
  readonly home: string;
  /** The Hugging Face folder that ships with Graft. */
  readonly embedded: string;
}

/** Options of resolving. `signal` and `onProgress` apply to an import, if one is needed. */
export interface ResolveControl extends WriteControl {
  /** Whether to import a folder that has not been imported; otherwise it is refused. The embedded base is always imported. */
  readonly mayImport?: boolean | undefined;
  readonly log?: Log | undefined;
}

/** The embedded base is so small that 8 bits cost nothing, while 4 bits cost quality. */
const embeddedBits: Bits = 8;

/**
 * Opens the base that `nameOrPath` refers to: the embedded base (also by an empty name), an installed base by its name
 * or folder, or a Hugging Face folder, which is imported on first use and found again while its content is unchanged.
 * Only absolute paths are folders, so nothing in the current folder can pass for an installed base.
 *
 * @throws UserError "base-missing", "base-not-imported"; and those of `openBase` and `importBase`
 */
export async function resolveBase(nameOrPath: string, options: BasePlaces & ResolveControl): Promise<InstalledBase> {
  const { home, embedded } = options;
  if (nameOrPath === "" || nameOrPath === embeddedName) {
    const { path } = await importOnce(embedded, embeddedName, embeddedBits, options);
    return openBase(path, { name: embeddedName, embedded: true });
  }
  const bases = join(home, "bases");
  if (isAbsolute(nameOrPath)) {
    const path = resolve(nameOrPath);
    if (await isFile(join(path, recordFile))) return openBase(path);
    if (await isFile(join(path, "config.json"))) return importOnce(path, sourceName(path), defaultBits, options);
  } else if (/^[A-Za-z0-9][\w.-]*$/.test(nameOrPath)) {
    const installed = join(bases, nameOrPath);
    if (!(await isFile(join(installed, recordFile)))) await recoverInstalled(bases);
    if (await isFile(join(installed, recordFile))) return openBase(installed);
  }
  throw new UserError(
    "base-missing",
    say`Cannot find the base "${nameOrPath}": it is neither installed in ${bases} nor the absolute path of a model folder.`,
    say`Choose an installed base: in the editor from "Base models", on the command line from \`graft models\`. Or give the path of a model folder: absolute, or in a terminal one that starts with ./.`,
  );
}

/**
 * Returns all bases, the embedded one first, then by name. A base that cannot be opened is left out, with a warning in the log.
 *
 * @throws UserErrors about the embedded base only
 */
export async function listBases(options: BasePlaces & ResolveControl): Promise<InstalledBase[]> {
  const { home, log = silentLog } = options;
  const bases = [await resolveBase(embeddedName, options)];
  const folder = join(home, "bases");
  await recoverInstalled(folder);
  for (const name of (await readdir(folder)).toSorted()) {
    const path = join(folder, name);
    if (name.startsWith(".") || resolve(path) === bases[0]?.path || !(await isFile(join(path, recordFile)))) continue;
    try {
      bases.push(await openBase(path));
    } catch (error) {
      log.warn(error instanceof Error ? error.message : String(error));
    }
  }
  return bases;
}

/** Returns the base from an earlier import of `source`, or imports it now. */
async function importOnce(
  source: string,
  name: string,
  bits: Bits,
  { home, embedded, mayImport = true, log = silentLog, signal, onProgress }: BasePlaces & ResolveControl,
): Promise<InstalledBase> {
  const known = await findImported(source, bits, home);
  if (known) return known;
  if (!mayImport && source !== embedded) {
    const message = say`Cannot use the base ${source}: the folder has not been imported.`;
    throw new UserError("base-not-imported", message, say`Import it first.`);
  }
  log.info(`Preparing the base ${name} from ${source}; this happens only once.`);
  const { base, seconds, warnings } = await importBase({ source, home, name: `${name}-#`, bits, signal, onProgress });
  for (const warning of warnings) log.warn(warning);
  log.info(`Prepared ${base.name} in ${seconds.toFixed(1)} s.`);
  return base;
}

/** Finds an installed base whose source is this folder, unchanged since. Avoids hashing large sources each time. */
async function findImported(source: string, bits: Bits, home: string): Promise<InstalledBase | undefined> {
  const folder = await openModelFolder(source);
  const stamp = await stampSource(folder).finally(() => folder.close());
  const installed = join(home, "bases");
  for (const entry of await readdir(installed).catch(() => [])) {
    const path = join(installed, entry);
    if (entry.startsWith(".") || !(await isFile(join(path, recordFile)))) continue;
    try {
      const record = await readRecord(path);
      const isMatch = record.bits === bits && JSON.stringify(record.source) === JSON.stringify(stamp);
      if (isMatch) return await openBase(path);
    } catch {
      // Damaged or outdated: a new import replaces it or reports the problem.
    }
  }
  return undefined;
}
