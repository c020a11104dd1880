/** Names the files of ignore rules that git keeps outside a project's .gitignore files, and reads them. */

import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { systemCode, UserError } from "../../foundation/errors.ts";
import { exists } from "../../foundation/exists.ts";
import { readPlainText } from "../../foundation/plainFile.ts";
import { excludesSetting } from "./gitSettings.ts";

/** Returns the repository around `folder`, or `folder` itself: the nearest folder that contains a .git. */
export async function findRepository(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    if (await exists(join(at, ".git"))) return at;
    if (at === dirname(at)) return undefined;
  }
}

/** The files of a repository outside its work tree; those of a work tree or a submodule lie in the repository it belongs to. */
interface RepositoryFiles {
  /** .git/info/exclude */
  readonly excludes: string;
  /** .git/config */
  readonly settings: string;
}

export async function repositoryFiles(repository: string): Promise<RepositoryFiles> {
  const git = join(repository, ".git");
  const pointer = /^gitdir: (.+)$/m.exec(await pointerIn(git))?.[1];
  const own = pointer === undefined ? git : resolve(repository, pointer.trim());
  const common = resolve(own, (await pointerIn(join(own, "commondir"))).trim());
  return { excludes: join(common, "info", "exclude"), settings: join(common, "config") };
}

async function pointerIn(path: string): Promise<string> {
  return await readPlainText(path, largestList).catch(() => "");
}

/**
 * Returns the path of the excludes file that `core.excludesFile` names, or git's default path.
 *
 * @param settings the files of settings, the strongest last
 */
export async function namedExcludes(folder: string, settings: readonly string[]): Promise<string> {
  const named = await excludesSetting(folder, settings);
  return named === undefined ? join(settingsFolder(), "git", "ignore") : resolve(folder, named);
}

/** The user's files of settings, the stronger last. */
export function userSettings(): string[] {
  return [join(settingsFolder(), "git", "config"), join(homedir(), ".gitconfig")];
}

function settingsFolder(): string {
  return process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config");
}

/** Lists of patterns are no larger. */
const largestList = 2 ** 20;

/** Nothing that a list of patterns can be. */
const noList: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EISDIR", "ELOOP"]);

/**
 * Returns the patterns of a file: none where there is no such file, a pipe or a device; undefined if there are patterns that cannot
 * be read.
 *
 * @param isOptional the file counts as missing without the right to read it, as for git: a home that belongs to another user
 */
export async function patternsOf(path: string, isOptional: boolean): Promise<string | undefined> {
  try {
    return await readPlainText(path, largestList);
  } catch (error) {
    if (error instanceof UserError) return error.code === "file-irregular" ? "" : undefined;
    const code = systemCode(error) ?? "";
    return noList.has(code) || (isOptional && code === "EACCES") ? "" : undefined;
  }
}
