/**
 * Reads the ignore rules that git keeps outside a project's .gitignore files. Runs no program: a repository may control
 * which `git` a search path finds, and many machines have none.
 */

import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { readPlainText } from "../foundation/plainFile.ts";
import { exists } from "../foundation/exists.ts";

/** Returns the repository around `folder`, or `folder` itself: the nearest folder that contains a .git. */
export async function findRepository(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    if (await exists(join(at, ".git"))) return at;
    if (at === dirname(at)) return undefined;
  }
}

/** Returns the path of .git/info/exclude; for a work tree or a submodule, in the repository it belongs to. */
export async function repositoryExcludes(repository: string): Promise<string> {
  const git = join(repository, ".git");
  const pointer = /^gitdir: (.+)$/m.exec(await textOf(git))?.[1];
  const own = pointer === undefined ? git : resolve(repository, pointer.trim());
  const common = (await textOf(join(own, "commondir"))).trim();
  return join(common === "" ? own : resolve(own, common), "info", "exclude");
}

/** Returns the path of the user's excludes file: `core.excludesFile`, or git's default path. */
export async function userExcludes(): Promise<string> {
  const texts = await Promise.all(userSettings().map(textOf));
  const named = texts.map((text) => /^\s*excludesfile\s*=\s*"?([^"\n]+?)"?\s*$/im.exec(text)?.[1]).find(Boolean);
  if (named === undefined) return join(settingsFolder(), "git", "ignore");
  return named.startsWith("~/") ? join(homedir(), named.slice(2)) : resolve(homedir(), named);
}

/** The files that may name the user's excludes file. */
export function userSettings(): string[] {
  return [join(homedir(), ".gitconfig"), join(settingsFolder(), "git", "config")];
}

function settingsFolder(): string {
  return process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config");
}

/** Lists of patterns are no larger. */
const largestList = 2 ** 20;

/** Empty where there is none, and where it is nothing that such a list can be. */
export async function textOf(path: string): Promise<string> {
  return await readPlainText(path, largestList).catch(() => "");
}
