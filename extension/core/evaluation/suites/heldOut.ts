/**
 * Held-out Python sources of the user, without those that hold secrets, because prompts and exports show their text. Knows no model and no
 * measure.
 */

import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import * as z from "zod";
import { UserError } from "../../foundation/errors.ts";
import type { Links } from "../../foundation/plainFile.ts";
import { say } from "../../foundation/words/said.ts";
import { allLeftOut, Flaw, type Problem } from "../../dataset/example.ts";
import { emptyField, readFields } from "../../dataset/jsonLines.ts";
import { jsonObjects } from "../../dataset/jsonObjects.ts";
import { pythonFiles } from "../../sources/pythonFiles.ts";
import { readCurrentSource } from "../../sources/readSources.ts";
import { lineOfSecret } from "../../sources/secrets/secrets.ts";

export interface SourceFile {
  /** Relative to its project, with forward slashes, because models may see it. */
  readonly path: string;
  readonly text: string;
}

export interface HeldOut {
  readonly name: string;
  readonly files: readonly SourceFile[];
  /** Files and rows that were left out, with reasons. */
  readonly problems: readonly Problem[];
}

const rowSchema = z.object({
  /** The folder that `path` is relative to, in rows of a training. */
  folder: z.unknown().optional(),
  path: z.string().min(1, emptyField),
  text: z.string().refine((text) => text.trim() !== "", emptyField),
});

/**
 * Reads a folder of Python sources, a .py file, or a .jsonl file of {"path", "text"}.
 *
 * @throws UserError "suite-missing", "suite-format"; "suite-empty" if no file is left
 */
export async function readHeldOut(source: string, signal?: AbortSignal): Promise<HeldOut> {
  const files: SourceFile[] = [];
  const problems: Problem[] = [];
  const paths = new Set<string>();
  for await (const found of sourceFiles(source)) {
    signal?.throwIfAborted();
    if (!("text" in found)) problems.push(found);
    // Runs are compared item by item, and a path identifies an item.
    else if (paths.has(found.path)) problems.push({ where: found.path, message: say`An earlier row has this path.` });
    else {
      paths.add(found.path);
      files.push(found);
    }
  }
  if (files.length === 0) {
    const [first] = problems;
    const message = say`Cannot use ${source}: it holds no Python source.`;
    throw new UserError(
      "suite-empty",
      first ? say`${message} ${allLeftOut(problems.length, first)}` : message,
      say`Give Python sources, or rows of {"path": …, "text": …}.`,
    );
  }
  return { name: basename(resolve(source)), files, problems };
}

/**
 * Yields the same files one by one, for corpora that do not fit into memory.
 *
 * @throws UserError "suite-missing", "suite-format"
 */
export async function* sourceFiles(source: string): AsyncGenerator<SourceFile | Problem> {
  const path = resolve(source);
  const info = await stat(path).catch(() => undefined);
  if (!info) {
    const message = say`Cannot read ${source}: there is no ${path}.`;
    throw new UserError("suite-missing", message, say`Give a folder of Python sources, a .py or a .jsonl file.`);
  }
  if (info.isDirectory()) {
    for await (const name of pythonFiles(path)) yield await fileAt(join(path, name), name, "refuse");
  } else if (path.endsWith(".py")) {
    yield await fileAt(path, basename(path), "follow");
  } else if (path.endsWith(".jsonl")) {
    const names = await folderNames(path);
    for await (const { where, object } of jsonObjects(path)) {
      const file = object instanceof Flaw ? object : await rowOf(object, names);
      yield file instanceof Flaw ? { where, message: file.message } : file;
    }
  } else {
    const message = say`Cannot read ${source}: it is neither a folder nor a .py or .jsonl file.`;
    throw new UserError(
      "suite-format",
      message,
      say`Write one JSON object a line, {"path": …, "text": …}, into a .jsonl.`,
    );
  }
}

async function fileAt(path: string, name: string, links: Links): Promise<SourceFile | Problem> {
  const source = await readCurrentSource(path, links);
  return "unfit" in source ? { where: name, message: source.unfit } : { path: name, text: source.text };
}

/** Returns the file of a row, or why it is left out. */
async function rowOf(object: object, names: ReadonlyMap<unknown, string>): Promise<SourceFile | Flaw> {
  const file = readFields(rowSchema, object, ({ folder, path, text }) => ({
    path: `${names.get(folder) ?? ""}${path}`,
    text: text.replaceAll(/\r\n?/g, "\n"),
  }));
  if (file instanceof Flaw) return file;
  return (await lineOfSecret(file.text)) === undefined ? file : new Flaw(say`The row holds a secret.`);
}

/** Returns a prefix for the paths of each folder, if the rows come from several: the folder's name from where the folders diverge. */
async function folderNames(path: string): Promise<ReadonlyMap<unknown, string>> {
  const folders = new Set<unknown>();
  for await (const { object } of jsonObjects(path)) {
    if (object instanceof Flaw) continue;
    // The rows of a training all have a folder. Another corpus may be large, so this stops at the first row without one.
    if (!("folder" in object)) break;
    folders.add(object.folder);
  }
  if (folders.size < 2) return new Map();
  const split = [...folders].flatMap((folder) =>
    typeof folder === "string" ? [{ folder, parts: folder.split(/[/\\]/).filter((part) => part !== "") }] : [],
  );
  const [first, ...others] = split.map(({ parts }) => parts.slice(0, -1));
  const parting = first?.findIndex((part, i) => others.some((parts) => parts[i] !== part)) ?? 0;
  const shared = parting < 0 ? (first?.length ?? 0) : parting;
  return new Map(split.map(({ folder, parts }) => [folder, `${parts.slice(shared).join("/")}/`]));
}
