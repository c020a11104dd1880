/** A data set by what the user calls it: a file, a folder, or the name of one of the paper's. */

import { access, constants } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { infoOf } from "../foundation/exists.ts";
import { systemCode, UserError } from "../foundation/errors.ts";
import { readNamedSource } from "../sources/readSources.ts";
import { sourceRoots } from "../sources/sourceRoots.ts";
import type { Dataset, Example, Problem } from "./example.ts";
import { jsonExamples } from "./jsonLines.ts";
import { findPaperFile, isPaperDataset, paperDatasets, type PaperPlaces, type Split } from "./paperDatasets.ts";
import { pythonExamples } from "./pythonFolder.ts";

export interface DatasetPlaces extends PaperPlaces {
  /** Which part of a paper's data set; "train" unless told. Files and folders have no parts. */
  readonly split?: Split;
}

/**
 * Several, as {@link openDataset}. A file that lies in two of the folders is read once, and so is a folder that is named twice.
 *
 * @throws UserErrors of openDataset
 */
export async function openDatasets(sources: readonly string[], places: DatasetPlaces): Promise<Dataset[]> {
  const isSource = (source: string): boolean => !isPaperDataset(source) && !source.endsWith(".jsonl");
  const roots = new Map((await sourceRoots(sources.filter(isSource))).map(({ path, except }) => [path, except]));
  const distinct = sources.filter((source, index) => {
    return !isSource(source) || (roots.has(source) && sources.indexOf(source) === index);
  });
  return await Promise.all(distinct.map((source) => openDataset(source, places, roots.get(source))));
}

/**
 * Finds a .jsonl file, a .py file, a folder of Python sources, or the data set named "conala" or "codealpacapy". Nothing is
 * read before its examples are asked for.
 *
 * @param except what of a folder belongs to another data set, by real paths
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
    const nextStep = `Give a .jsonl file, a .py file, a folder of Python sources, or ${paperDatasets.join(" or ")}.`;
    throw new UserError("data-missing", `Cannot load the data set ${source}: there is no ${path}.`, nextStep);
  }
  await access(path, constants.R_OK).catch((error: unknown) => {
    const message = `Cannot load the data set ${source}: ${path} cannot be read (${systemCode(error)}).`;
    throw new UserError("data-unreadable", message, "Change its permissions, or give other data.", { cause: error });
  });
  if (info.isDirectory()) return { name, kind: "source", examples: pythonExamples(path, { except }) };
  if (path.endsWith(".py")) return { name, kind: "source", examples: (onSkipped) => pythonExample(path, onSkipped) };
  if (path.endsWith(".jsonl")) return { name, kind: "rows", examples: () => jsonExamples(path, { isPublic }) };
  throw new UserError(
    "data-format",
    `Cannot load the data set ${path}: it is neither a .jsonl nor a .py file.`,
    'Write one JSON object a line, such as {"intent": …, "code": …}, into a .jsonl file.',
  );
}

async function* pythonExample(
  path: string,
  onSkipped: Parameters<Dataset["examples"]>[0],
): AsyncGenerator<Example | Problem> {
  const file = await readNamedSource(path);
  if ("text" in file) return yield { kind: "text", text: file.text };
  onSkipped?.({ path: basename(path), reason: file.reason });
  yield { where: basename(path), message: file.unfit };
}
