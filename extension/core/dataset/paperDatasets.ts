/** The paper's data sets: their names, licences, and the locations of their files. */

import { join } from "node:path";
import { UserError } from "../foundation/errors.ts";
import { exists } from "../foundation/exists.ts";
import { say, type Said } from "../foundation/words/said.ts";

export const splits = ["train", "validation", "test"] as const;
export type Split = (typeof splits)[number];

export interface PaperPlaces {
  /** The user's folder of data sets, which has priority. */
  readonly dataFolder: string;
  /** The folder of the data sets that ship with Graft. */
  readonly shippedData?: string;
}

interface PaperDataset {
  /** Paths in a data folder; the first that exists is used. */
  readonly folders: readonly string[];
  readonly licence: string;
  /** The error's next step if the data set is missing. */
  readonly nextStep: Said;
}

const datasets: Readonly<Record<string, PaperDataset>> = {
  conala: {
    folders: ["conala"],
    licence: "CC BY-SA 4.0",
    nextStep: say`Put it there, or remove that folder to use the copy that ships with Graft. GRAFT_DATA sets the first folder to check.`,
  },
  codealpacapy: {
    folders: ["codealpacapy", "codealpaca/codealpacapy"],
    licence: "CC BY-NC 4.0",
    nextStep: say`Download it with "graft data codealpacapy" or, in the editor, "Get CodeAlpacaPy", or set GRAFT_DATA to its folder.`,
  },
};

export const paperDatasets = Object.keys(datasets);

/** Whether `name` is one of the paper's data sets. */
export function isPaperDataset(name: string): boolean {
  return Object.hasOwn(datasets, name);
}

export function licenceOf(name: string): string | undefined {
  return datasets[name]?.licence;
}

/** Returns the file of a part, by default "train"; undefined if it is missing. */
export async function paperFile(name: string, places: SplitPlaces): Promise<string | undefined> {
  const path = await expectedFile(name, places);
  return (await exists(path)) ? path : undefined;
}

/**
 * @param places folders and the split, by default "train"
 * @throws UserError "data-missing"
 */
export async function findPaperFile(name: string, places: SplitPlaces): Promise<string> {
  const path = await expectedFile(name, places);
  if (await exists(path)) return path;
  throw new UserError(
    "data-missing",
    say`Cannot load the data set ${name}: ${path} does not exist.`,
    datasets[name]?.nextStep ?? say`Use the name of one of the paper's data sets.`,
  );
}

interface SplitPlaces extends PaperPlaces {
  readonly split?: Split;
}

/** Returns the path in the first folder that exists. Parts of different copies may share rows, so they are never mixed. */
async function expectedFile(name: string, { dataFolder, shippedData, split = "train" }: SplitPlaces): Promise<string> {
  for (const place of [dataFolder, ...(shippedData === undefined ? [] : [shippedData])]) {
    for (const folder of datasets[name]?.folders ?? []) {
      if (await exists(join(place, folder))) return join(place, folder, `${split}.jsonl`);
    }
  }
  return join(dataFolder, name, `${split}.jsonl`);
}
