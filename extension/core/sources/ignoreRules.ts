/** Decides which files git ignores, from .gitignore files at every depth, .git/info/exclude, and the user's excludes. */

import { dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { exists } from "../foundation/exists.ts";
import { findRepository, namedExcludes, patternsOf, repositoryFiles, userSettings } from "./git/gitExcludes.ts";

export interface IgnoreRules {
  /** A file of rules that cannot be read. It could name any file, so all are ignored. */
  readonly unreadable: string | undefined;
  /** Whether git ignores the absolute `path`, which must be inside the folder of the rules, in a folder that is not ignored. */
  ignores(path: string, isFolder: boolean): boolean;
  /** Returns the rules inside the folder `path`, including those of its own .gitignore and its own repository. */
  within(path: string): Promise<IgnoreRules>;
}

/** Patterns and the folder that they are relative to. */
interface Layer {
  readonly folder: string;
  /** The file of the patterns. */
  readonly path: string;
  /** Undefined if they cannot be read. */
  readonly patterns: Ignore | undefined;
}

/**
 * Returns the rules for `folder`, including those of the repository around it. If the repository ignores `folder` itself, the user
 * chose it on purpose, so only rules from there on apply. A .gitignore also applies without a repository, such as in an unpacked
 * archive.
 *
 * Files that git tracks although a rule matches them are ignored here: in doubt, privacy wins.
 */
export async function openIgnoreRules(folder: string): Promise<IgnoreRules> {
  const repository = await findRepository(folder);
  const outer =
    repository === undefined
      ? await layer(folder, await namedExcludes(folder, userSettings()), true)
      : await repositoryLayers(repository);
  if (repository !== undefined) {
    for (const around of foldersBetween(repository, folder)) outer.push(...(await ownLayer(around)));
  }
  const isReadable = outer.every(({ patterns }) => patterns);
  const isAskedFor = isReadable && repository !== undefined && repository !== folder && isIgnored(outer, folder, true);
  return rulesOf([...(isAskedFor ? [] : outer), ...(await ownLayer(folder))]);
}

/** Returns the paths of all files outside `folder` that its rules come from, or would if they existed. */
export async function outerRuleFiles(folder: string): Promise<string[]> {
  const user = userSettings();
  const repository = await findRepository(folder);
  if (repository === undefined) return [await namedExcludes(folder, user), ...user];
  const around = foldersBetween(repository, folder).map((one) => join(one, ".gitignore"));
  const { excludes, settings } = await repositoryFiles(repository);
  const all = [...user, settings];
  return [await namedExcludes(repository, all), ...all, excludes, ...around];
}

/** The rules that git keeps for a repository outside its work tree. */
async function repositoryLayers(repository: string): Promise<Layer[]> {
  const { excludes, settings } = await repositoryFiles(repository);
  const named = await namedExcludes(repository, [...userSettings(), settings]);
  return [...(await layer(repository, named, true)), ...(await layer(repository, excludes))];
}

function rulesOf(layers: readonly Layer[]): IgnoreRules {
  return {
    unreadable: layers.find(({ patterns }) => !patterns)?.path,
    ignores: (path, isFolder) => isIgnored(layers, path, isFolder),
    within: async (path) => {
      // A repository in a repository: a submodule or a checkout.
      const nested = (await exists(join(path, ".git"))) ? await repositoryLayers(path) : [];
      const own = await ownLayer(path);
      return rulesOf([...layers, ...nested, ...own]);
    },
  };
}

/** The last matching rule decides. */
function isIgnored(layers: readonly Layer[], path: string, isFolder: boolean): boolean {
  let result = false;
  for (const { folder, patterns } of layers) {
    if (!patterns) return true;
    const inside = relative(folder, path).split(sep).join("/");
    const { ignored, unignored } = patterns.test(isFolder ? `${inside}/` : inside);
    result = ignored || (result && !unignored);
  }
  return result;
}

async function ownLayer(folder: string): Promise<Layer[]> {
  return await layer(folder, join(folder, ".gitignore"));
}

async function layer(folder: string, path: string, isOptional = false): Promise<Layer[]> {
  const text = await patternsOf(path, isOptional);
  if (text?.trim() === "") return [];
  const patterns = text === undefined ? undefined : ignore({ ignorecase: process.platform !== "linux" }).add(text);
  return [{ folder, path, patterns }];
}

/** Returns the folders from `outermost` down to the parent of `folder`. */
function foldersBetween(outermost: string, folder: string): string[] {
  const folders: string[] = [];
  for (let at = folder; at !== outermost;) folders.unshift((at = dirname(at)));
  return folders;
}
