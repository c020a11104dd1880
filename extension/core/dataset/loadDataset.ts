/** A data set by what the user calls it: a file, a folder, or the name of one of the paper's. */

import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { UserError } from "../base/errors.ts";
import type { Dataset, Example, Problem } from "./example.ts";
import { readJsonLines } from "./jsonLines.ts";
import { collectPython } from "./pythonFolder.ts";
import { readPythonSource } from "./pythonSource.ts";

export type Split = "train" | "validation" | "test";

export interface LoadOptions {
  /** Where the paper's data sets lie. */
  readonly dataFolder: string;
  /** Which part of a paper's data set; "train" unless told. Files and folders have no parts. */
  readonly split?: Split;
  readonly signal?: AbortSignal | undefined;
}

/** Places of the paper's data sets in the data folder, the first that exists is taken. */
const paperFolders: Readonly<Record<string, readonly string[]>> = {
  conala: ["conala"],
  codealpacapy: ["codealpacapy", "codealpaca/codealpacapy"],
};

/** Above it a .jsonl file would not fit into memory beside its tokens. */
const largestJsonLines = 2 ** 30;

/**
 * Loads a .jsonl file, a .py file, a folder of Python sources, or the data set named "conala" or "codealpacapy".
 *
 * @throws UserError "data-missing", "data-format" or "data-too-large"; "data-empty" where no example is left
 */
export async function loadDataset(source: string, options: LoadOptions): Promise<Dataset> {
  const path = isPaperDataset(source) ? await findPaperFile(source, options) : resolve(source);
  const info = await stat(path).catch(() => undefined);
  if (!info) {
    const names = Object.keys(paperFolders).join(" or ");
    const nextStep = `Give a .jsonl file, a .py file, a folder of Python sources, or ${names}.`;
    throw new UserError("data-missing", `Cannot load the data set ${source}: there is no ${path}.`, nextStep);
  }
  const { examples, problems } = await readPath(path, info, options.signal);
  if (examples.length === 0) {
    const [first] = problems;
    const because = first
      ? ` All ${problems.length} entries were left out; the first, ${first.where}: ${first.message}`
      : "";
    throw new UserError(
      "data-empty",
      `Cannot use the data set ${source}: it holds no example.${because}`,
      "Give a .jsonl file with such rows, or Python sources.",
    );
  }
  return { name: isPaperDataset(source) ? source : basename(path), examples, problems };
}

async function readPath(
  path: string,
  info: { isDirectory(): boolean; size: number },
  signal: AbortSignal | undefined,
): Promise<{ examples: readonly Example[]; problems: readonly Problem[] }> {
  if (info.isDirectory()) return collectPython(path, signal);
  if (path.endsWith(".py")) {
    const file = await readPythonSource(path);
    return "text" in file
      ? { examples: [{ kind: "text", text: file.text }], problems: [] }
      : { examples: [], problems: [{ where: basename(path), message: file.unfit }] };
  }
  if (!path.endsWith(".jsonl")) {
    const message = `Cannot load the data set ${path}: it is neither a .jsonl nor a .py file.`;
    throw new UserError(
      "data-format",
      message,
      'Write one JSON object a line, such as {"intent": …, "code": …}, into a .jsonl file.',
    );
  }
  if (info.size > largestJsonLines) {
    const message = `Cannot load the data set ${path}: it has ${info.size} bytes, the limit is ${largestJsonLines}.`;
    throw new UserError("data-too-large", message, "Split it, and train on a part.");
  }
  return readJsonLines(path);
}

/** Whether `name` names one of the paper's data sets. */
export function isPaperDataset(name: string): boolean {
  return Object.hasOwn(paperFolders, name);
}

/** @throws UserError "data-missing" */
export async function findPaperFile(name: string, { dataFolder, split = "train" }: LoadOptions): Promise<string> {
  for (const folder of paperFolders[name] ?? []) {
    const path = join(dataFolder, folder, `${split}.jsonl`);
    if (await stat(path).catch(() => undefined)) return path;
  }
  throw new UserError(
    "data-missing",
    `Cannot load the data set ${name}: ${join(dataFolder, name, `${split}.jsonl`)} does not exist.`,
    "Put the data set there, or set GRAFT_DATA to the folder that holds it.",
  );
}
