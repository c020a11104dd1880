/** Opens a data set: a file, a folder, or one of the paper's data sets by name. */

import { access, constants } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { infoOf } from "../foundation/exists.ts";
import { systemCode, UserError } from "../foundation/errors.ts";
import { say } from "../foundation/words/said.ts";
import { readNamedSource } from "../sources/readSources.ts";
import { sourceRoots } from "../sources/sourceRoots.ts";
import type { Dataset, Example, Problem } from "./example.ts";
import { jsonExamples } from "./jsonLines.ts";
import { findPaperFile, isPaperDataset, paperDatasets, type PaperPlaces, type Split } from "./paperDatasets.ts";
import { pythonExamples, unchangedSince, type IsLearned } from "./pythonFolder.ts";

export interface DatasetPlaces extends PaperPlaces {
  /** The part of a paper's data set, by default "train". Files and folders have no parts. */
  readonly split?: Split;
  /** Reasons and files in folders that are included in spite of the rules (sources/included.ts). */
  readonly include?: readonly string[] | undefined;
  /** A day. In folders, only the lines that the user's own commits have added since then count. */
  readonly commitsSince?: string | undefined;
  /** A time. Marks .py files, in folders or on their own, that have not changed since then. */
  readonly changedSince?: string | undefined;
  /** With `changedSince`, also marks .py files whose text was learned before as unchanged. */
  readonly isLearned?: IsLearned | undefined;
}

/** Whether a data set is source code: a file or a folder of it. Opens nothing. */
export function isSourceCode(source: string): boolean {
  return !isPaperDataset(source) && !source.endsWith(".jsonl");
}

/**
 * Opens several data sets. Reads a file that is in two of the folders only once, and likewise a folder that is given twice.
 *
 * @throws the UserErrors of {@link openDataset}
 */
export async function openDatasets(sources: readonly string[], places: DatasetPlaces): Promise<Dataset[]> {
  const roots = new Map((await sourceRoots(sources.filter(isSourceCode))).map(({ path, except }) => [path, except]));
  const distinct = sources.filter((source, index) => {
    return !isSourceCode(source) || (roots.has(source) && sources.indexOf(source) === index);
  });
  return await Promise.all(distinct.map((source) => openDataset(source, places, roots.get(source))));
}

/**
 * Finds a .jsonl file, a .py file, a folder of Python sources, or the data set "conala" or "codealpacapy". Reads no content yet.
 *
 * @param except real paths in a folder that belong to another data set
 * @throws UserError "data-missing", "data-format" or "data-unreadable"
 */
export async function openDataset(
  source: string,
  places: DatasetPlaces,
  except: ReadonlySet<string> = new Set(),
): Promise<Dataset> {
  const isPublic = isPaperDataset(source);
  const path = isPublic ? await findPaperFile(source, places) : resolve(source);
  const name = isPublic ? source : basename(path);
  const info = await infoOf(path);
  if (!info) {
    const nextStep = say`Choose a .jsonl file, a .py file, a folder of Python sources, or one of the paper's data sets: ${paperDatasets.join(", ")}.`;
    throw new UserError("data-missing", say`Cannot load the data set ${source}: ${path} does not exist.`, nextStep);
  }
  await access(path, constants.R_OK).catch((error: unknown) => {
    const message = say`Cannot load the data set ${source}: ${path} cannot be read (${String(systemCode(error))}).`;
    throw new UserError("data-unreadable", message, say`Change its permissions, or choose other data.`, {
      cause: error,
    });
  });
  if (info.isDirectory()) {
    const { include, commitsSince, changedSince, isLearned } = places;
    const examples = pythonExamples(path, { except, include, commitsSince, changedSince, isLearned });
    return { name, kind: "source", folder: path, examples };
  }
  if (path.endsWith(".py")) {
    const { changedSince, isLearned } = places;
    const isUnchanged = changedSince === undefined ? undefined : unchangedSince(changedSince, isLearned);
    return { name, kind: "source", examples: (onSkipped) => pythonExample(path, isUnchanged, onSkipped) };
  }
  if (path.endsWith(".jsonl")) return { name, kind: "rows", examples: () => jsonExamples(path, { isPublic }) };
  throw new UserError(
    "data-format",
    say`Cannot load the data set ${path}: it is neither a .jsonl nor a .py file.`,
    say`Use a .jsonl file with one JSON object per line, such as {"intent": …, "code": …}.`,
  );
}

async function* pythonExample(
  path: string,
  isUnchanged: ReturnType<typeof unchangedSince> | undefined,
  onSkipped: Parameters<Dataset["examples"]>[0],
): AsyncGenerator<Example | Problem> {
  const file = await readNamedSource(path);
  if ("text" in file) {
    const unchanged = await isUnchanged?.(path, file.text);
    return yield { kind: "text", text: file.text, path: basename(path), ...(unchanged && { unchanged }) };
  }
  onSkipped?.({ path: basename(path), reason: file.reason });
  yield { where: basename(path), message: file.unfit };
}
