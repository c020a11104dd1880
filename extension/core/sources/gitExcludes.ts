/**
 * The ignore rules that git keeps outside of a project's .gitignore files. Files are read, no program runs: which `git` a
 * search path finds may be the repository's to decide, and many machines have none.
 */

import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { readPlainText } from "../foundation/plainFile.ts";
import { exists } from "../foundation/exists.ts";

/** The folder with a .git in it that `folder` lies in, itself included. */
export async function findRepository(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    if (await exists(join(at, ".git"))) return at;
    if (at === dirname(at)) return undefined;
  }
}

/** The text of .git/info/exclude; of a work tree or a submodule, that of the repository it belongs to. */
export async function repositoryExcludes(repository: string): Promise<string> {
  const git = join(repository, ".git");
  const pointer = /^gitdir: (.+)$/m.exec(await textOf(git))?.[1];
  const own = pointer === undefined ? git : resolve(repository, pointer.trim());
  const common = (await textOf(join(own, "commondir"))).trim();
  return await textOf(join(common === "" ? own : resolve(own, common), "info", "exclude"));
}

/** The text of the user's own excludes file: `core.excludesFile`, or where git looks without it. */
export async function userExcludes(): Promise<string> {
  const settings = process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config");
  const texts = [await textOf(join(homedir(), ".gitconfig")), await textOf(join(settings, "git", "config"))];
  const named = texts.map((text) => /^\s*excludesfile\s*=\s*"?([^"\n]+?)"?\s*$/im.exec(text)?.[1]).find(Boolean);
  if (named === undefined) return await textOf(join(settings, "git", "ignore"));
  return await textOf(named.startsWith("~/") ? join(homedir(), named.slice(2)) : resolve(homedir(), named));
}

/** Lists of patterns are no larger. */
const largestList = 2 ** 20;

/** Empty where there is none, and where it is nothing that such a list can be. */
export async function textOf(path: string): Promise<string> {
  return await readPlainText(path, largestList).catch(() => "");
}
