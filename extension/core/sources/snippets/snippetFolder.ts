/**
 * Snippets: code that the user selected to train on. Each is a .py file in a folder, so that a training reads the folder like any
 * other, by the same rules. Knows nothing of editors.
 */

import { readFile, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writeFileAtomic } from "../../foundation/atomicFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { exists, isFolder } from "../../foundation/exists.ts";
import { say } from "../../foundation/words/said.ts";
import { isPythonFile, pythonFiles } from "../pythonFiles.ts";
import { openSourceReader } from "../readSources.ts";
import { lineOfSecret } from "../secrets/secrets.ts";
import type { SkipReason } from "../skipped.ts";
import { dedented } from "./dedented.ts";

export interface Snippet {
  /** Relative to the folder: the path of the file that it was selected in, with a number if that is taken. */
  readonly path: string;
  readonly lines: number;
  /** The first line; empty if a training leaves the snippet out. */
  readonly start: string;
  /** Why a training leaves it out. */
  readonly reason?: SkipReason;
}

export interface Selection {
  /** The path of its file in the workspace. */
  readonly path: string;
  /** Whole lines. */
  readonly text: string;
  /** The 1-based number of its first line. */
  readonly firstLine: number;
}

/** Overrules the ignore rules around the folder, which are not meant for it: a home may be a repository that ignores most files. */
const rules = "# Graft trains on these files, whatever is ignored around this folder.\n!*\n";

/**
 * Adds a selection, and returns its path; undefined if it is there already.
 *
 * @throws UserError "data-empty", "secret-found"; "disk-full" or "not-writable"
 */
export async function addSnippet(folder: string, { path, text, firstLine }: Selection): Promise<string | undefined> {
  const code = dedented(text);
  if (code === "")
    throw new UserError("data-empty", say`Cannot add the selection: it holds no code.`, say`Select some lines.`);
  const line = await lineOfSecret(text.replaceAll(/\r\n?/g, "\n"));
  if (line !== undefined) {
    const message = say`Cannot add the selection: line ${firstLine + line - 1} contains a secret.`;
    throw new UserError("secret-found", message, say`Select code without it. A model repeats what it has learned.`);
  }
  await writeFileAtomic(join(folder, ".gitignore"), rules);
  for await (const other of pythonFiles(folder)) if ((await textOf(folder, other)) === code) return undefined;
  const place = await freePlace(folder, await placeFor(folder, path));
  await writeFileAtomic(join(folder, place), code);
  return place;
}

/** Returns the snippets by path, judged as a training would judge them. */
export async function listSnippets(folder: string): Promise<Snippet[]> {
  if (!(await isFolder(folder))) return [];
  const snippets: Snippet[] = [];
  for await (const found of openSourceReader(folder).read()) {
    const text = "text" in found ? found.text : await textOf(folder, found.path);
    const lines = text.trimEnd().split("\n").length;
    if ("text" in found) snippets.push({ path: found.path, lines, start: text.split("\n", 1)[0]! });
    else snippets.push({ path: found.path, lines, start: "", reason: found.reason });
  }
  return snippets;
}

/** Removes a snippet, and returns its text; "" for a path that is not a snippet. */
export async function removeSnippet(folder: string, path: string): Promise<string> {
  if (!isInside(path)) return "";
  const text = await textOf(folder, path);
  await rm(join(folder, path), { force: true });
  // Folders that are not empty stay.
  for (let at = dirname(path); at !== "."; at = dirname(at)) await rmdir(join(folder, at)).catch(() => undefined);
  return text;
}

async function textOf(folder: string, path: string): Promise<string> {
  return await readFile(join(folder, path), "utf8").catch(() => "");
}

/** Returns a path that no rule about places leaves out, as similar to that of the file as possible: prompts contain it. */
async function placeFor(folder: string, path: string): Promise<string> {
  const named = path.replaceAll("\\", "/").replace(/(\.\w+)?$/, ".py");
  if (isInside(named) && (await isPythonFile(folder, named))) return named;
  const name = basename(named).replace(/^\.+/, "");
  return name === "py" ? "snippet.py" : name;
}

async function freePlace(folder: string, path: string): Promise<string> {
  const stem = path.slice(0, -".py".length);
  let place = path;
  for (let i = 2; await exists(join(folder, place)); i++) place = `${stem}-${i}.py`;
  return place;
}

function isInside(path: string): boolean {
  return !/^([/\\]|[a-z]:)/i.test(path) && !path.split(/[/\\]/).includes("..");
}
