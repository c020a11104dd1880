/** Finds and reads the ignore rules that git keeps outside a project's .gitignore files. */

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

/** The files of a repository outside its work tree. Those of a linked work tree or a submodule are in the repository that it belongs to. */
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
 * @param settings the settings files, the strongest last
 */
export async function namedExcludes(folder: string, settings: readonly string[]): Promise<string> {
  const named = await excludesSetting(folder, settings);
  return named === undefined ? join(settingsFolder(), "git", "ignore") : resolve(folder, named);
}

/** Returns the user's settings files, the stronger one last. */
export function userSettings(): string[] {
  return [join(settingsFolder(), "git", "config"), join(homedir(), ".gitconfig")];
}

function settingsFolder(): string {
  return process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config");
}

/** The most bytes of a list of patterns. */
const largestList = 2 ** 20;

/** The errors of paths that cannot be a list of patterns. */
const noList: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "EISDIR", "ELOOP"]);

/**
 * Returns the patterns of a file: none if there is no such file, or it is a pipe or a device; undefined if there are patterns that
 * cannot be read.
 *
 * @param isOptional whether a file without read access counts as missing, as it does for git: a home that belongs to another user
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
