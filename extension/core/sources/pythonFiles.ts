/** Lists the .py files in a folder that the folder's author wrote, judged by their paths. Does not read them. */

import type { Stats } from "node:fs";
import { lstat, readdir, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { systemCode } from "../foundation/errors.ts";
import { foreignReason } from "./foreignFolders.ts";
import { openIgnoreRules, type IgnoreRules } from "./ignoreRules.ts";
import type { SkipReason, Skipped } from "./skipped.ts";

export interface WalkOptions {
  /** The real paths of files and folders that belong to another walk. */
  readonly except?: ReadonlySet<string>;
  /** Receives the files and folders that are left out. Searching folders for them takes a while. */
  readonly onSkipped?: ((skipped: Skipped) => void) | undefined;
}

interface Walk extends WalkOptions {
  /** A real path. */
  readonly root: string;
}

/** Yields paths relative to `root`, sorted, with forward slashes. Skips links, so that no file is read twice. */
export async function* pythonFiles(root: string, options: WalkOptions = {}): AsyncGenerator<string> {
  const real = await realpath(root);
  yield* filesIn("", await openIgnoreRules(real), { ...options, root: real });
}

/** Whether {@link pythonFiles} yields `path`, or would if it existed: for one file, without walking the folder. */
export async function isPythonFile(
  root: string,
  path: string,
  { except }: Pick<WalkOptions, "except"> = {},
): Promise<boolean> {
  let at = await realpath(root);
  let rules = await openIgnoreRules(at);
  const names = path.split("/");
  const name = names.pop()!;
  for (const folder of names) {
    at = join(at, folder);
    const isFolder = (await entryAt(at))?.isDirectory() ?? true;
    if (!isFolder || except?.has(at) || rules.ignores(at, true)) return false;
    if ((await foreignReason(at, folder)) !== undefined) return false;
    rules = await rules.within(at);
  }
  at = join(at, name);
  if (!name.endsWith(".py") || name.startsWith(".") || except?.has(at) || rules.ignores(at, false)) return false;
  return (await entryAt(at))?.isFile() ?? true;
}

/** Returns what is at a path. Does not follow links. */
async function entryAt(path: string): Promise<Stats | undefined> {
  return await lstat(path).catch(() => undefined);
}

async function* filesIn(folder: string, rules: IgnoreRules, walk: Walk): AsyncGenerator<string> {
  const { root, except, onSkipped } = walk;
  if (rules.unreadable !== undefined) {
    onSkipped?.({ path: relative(root, rules.unreadable).split(sep).join("/"), reason: "unreadable" });
    return;
  }
  for (const { name, isFolder } of await entriesOf(join(root, folder), folder === "")) {
    const path = folder === "" ? name : `${folder}/${name}`;
    const at = join(root, path);
    if (except?.has(at)) continue;
    if (!isFolder) {
      const reason = name.startsWith(".") ? "hidden" : rules.ignores(at, false) ? "ignored" : undefined;
      if (reason === undefined) yield path;
      else onSkipped?.({ path, reason });
      continue;
    }
    const reason = (await foreignReason(at, name)) ?? (rules.ignores(at, true) ? "ignored" : undefined);
    if (reason === undefined) yield* filesIn(path, await rules.within(at), walk);
    else if (onSkipped) for (const skipped of await skippedIn(path, reason, root)) onSkipped(skipped);
  }
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** The errors of a folder that is not accessible, was removed or became a file meanwhile, or is too deep for a path. */
const unreachable = new Set(["EACCES", "EPERM", "ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP"]);

/** Returns the folders and .py files of a folder by name; nothing if the folder may not be read, unless `mustBeOpen`. */
async function entriesOf(folder: string, mustBeOpen: boolean): Promise<Entry[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (!mustBeOpen && unreachable.has(systemCode(error) ?? "")) return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isDirectory() || (entry.isFile() && entry.name.endsWith(".py")))
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The most files of an ignored folder that are listed one by one, and the most folders that are searched for them. */
const [listed, visited] = [200, 2000];

/**
 * Returns the .py files of a folder that is left out: one by one if it is ignored; the folder alone if its files are
 * installed or too many; nothing if it has none.
 */
async function skippedIn(folder: string, reason: SkipReason, root: string): Promise<Skipped[]> {
  const found: Skipped[] = [];
  const whole = [{ path: `${folder}/`, reason }];
  const open = [folder];
  for (let count = 0; open.length > 0; count++) {
    if (count === visited) return whole;
    const at = open.shift()!;
    for (const { name, isFolder } of await entriesOf(join(root, at), false)) {
      if (isFolder) open.push(`${at}/${name}`);
      else found.push({ path: `${at}/${name}`, reason });
    }
    if (found.length > 0 && (reason !== "ignored" || found.length > listed)) return whole;
  }
  return found;
}
