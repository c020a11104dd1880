/** Decides which files git ignores, from .gitignore files at every depth, .git/info/exclude, and the user's excludes. */

import { dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { findRepository, repositoryExcludes, textOf, userExcludes, userSettings } from "./gitExcludes.ts";

export interface IgnoreRules {
  /** Whether git ignores the absolute `path`, which lies inside the folder of the rules, in a folder that is not ignored. */
  ignores(path: string, isFolder: boolean): boolean;
  /** Returns the rules inside the folder `path`, those of its own .gitignore included. */
  within(path: string): Promise<IgnoreRules>;
}

/** Patterns and the folder that they are relative to. */
interface Layer {
  readonly folder: string;
  readonly patterns: Ignore;
}

/**
 * Returns the rules for `folder`, those of the repository around it included. If the repository ignores `folder`
 * itself, the user chose it on purpose, so only rules from there on apply. A .gitignore also applies without a
 * repository, such as in an unpacked archive.
 *
 * Files that git tracks although a rule matches them are ignored here: in doubt, privacy wins.
 */
export async function openIgnoreRules(folder: string): Promise<IgnoreRules> {
  const repository = await findRepository(folder);
  const outer: Layer[] = layer(repository ?? folder, await textOf(await userExcludes()));
  if (repository !== undefined) {
    outer.push(...layer(repository, await textOf(await repositoryExcludes(repository))));
    for (const around of foldersBetween(repository, folder)) outer.push(...(await ownLayer(around)));
  }
  const isAskedFor = repository !== undefined && repository !== folder && isIgnored(outer, folder, true);
  return rulesOf([...(isAskedFor ? [] : outer), ...(await ownLayer(folder))]);
}

/** Returns the paths of all files outside `folder` that its rules come from, or would if they existed. */
export async function outerRuleFiles(folder: string): Promise<string[]> {
  const files = [await userExcludes(), ...userSettings()];
  const repository = await findRepository(folder);
  if (repository === undefined) return files;
  const around = foldersBetween(repository, folder).map((one) => join(one, ".gitignore"));
  return [...files, await repositoryExcludes(repository), ...around];
}

function rulesOf(layers: readonly Layer[]): IgnoreRules {
  return {
    ignores: (path, isFolder) => isIgnored(layers, path, isFolder),
    within: async (path) => {
      const own = await ownLayer(path);
      return own.length > 0 ? rulesOf([...layers, ...own]) : rulesOf(layers);
    },
  };
}

/** The last matching rule decides. */
function isIgnored(layers: readonly Layer[], path: string, isFolder: boolean): boolean {
  let result = false;
  for (const { folder, patterns } of layers) {
    const inside = relative(folder, path).split(sep).join("/");
    const { ignored, unignored } = patterns.test(isFolder ? `${inside}/` : inside);
    result = ignored || (result && !unignored);
  }
  return result;
}

async function ownLayer(folder: string): Promise<Layer[]> {
  return layer(folder, await textOf(join(folder, ".gitignore")));
}

function layer(folder: string, text: string): Layer[] {
  if (text.trim() === "") return [];
  return [{ folder, patterns: ignore({ ignorecase: process.platform !== "linux" }).add(text) }];
}

/** Returns the folders from `outermost` down to the parent of `folder`. */
function foldersBetween(outermost: string, folder: string): string[] {
  const folders: string[] = [];
  for (let at = folder; at !== outermost;) folders.unshift((at = dirname(at)));
  return folders;
}
