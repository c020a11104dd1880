/** The paper's data sets: their names, and where their files lie. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../foundation/errors.ts";

export type Split = "train" | "validation" | "test";

/** Places in the data folder, the first that exists is taken. */
const folders: Readonly<Record<string, readonly string[]>> = {
  conala: ["conala"],
  codealpacapy: ["codealpacapy", "codealpaca/codealpacapy"],
};

export const paperDatasets = Object.keys(folders);

/** Whether `name` names one of the paper's data sets. */
export function isPaperDataset(name: string): boolean {
  return Object.hasOwn(folders, name);
}

/**
 * @param split "train" unless told
 * @throws UserError "data-missing"
 */
export async function findPaperFile(
  name: string,
  { dataFolder, split = "train" }: { readonly dataFolder: string; readonly split?: Split },
): Promise<string> {
  for (const folder of folders[name] ?? []) {
    const path = join(dataFolder, folder, `${split}.jsonl`);
    if (await stat(path).catch(() => undefined)) return path;
  }
  throw new UserError(
    "data-missing",
    `Cannot load the data set ${name}: ${join(dataFolder, name, `${split}.jsonl`)} does not exist.`,
    "Put the data set there, or set GRAFT_DATA to the folder that holds it.",
  );
}
