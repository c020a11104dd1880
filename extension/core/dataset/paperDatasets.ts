/** The paper's data sets: their names, what they are, and where their files lie. */

import { join } from "node:path";
import { UserError } from "../foundation/errors.ts";
import { exists } from "../foundation/exists.ts";

export const splits = ["train", "validation", "test"] as const;
export type Split = (typeof splits)[number];

export interface PaperPlaces {
  /** Of the user: data sets that were put or downloaded there. It comes first. */
  readonly dataFolder: string;
  /** Of Graft: the data sets that ship with it. */
  readonly shippedData?: string;
}

interface PaperDataset {
  /** Places in a data folder, the first that exists is taken. */
  readonly folders: readonly string[];
  readonly licence: string;
  /** What to do where it is missing. */
  readonly nextStep: string;
}

const datasets: Readonly<Record<string, PaperDataset>> = {
  conala: {
    folders: ["conala"],
    licence: "CC BY-SA 4.0",
    nextStep: "Put it there, or remove that folder: CoNaLa ships with Graft. GRAFT_DATA says where Graft looks first.",
  },
  codealpacapy: {
    folders: ["codealpacapy", "codealpaca/codealpacapy"],
    licence: "CC BY-NC 4.0",
    nextStep:
      'Download it with "graft data codealpacapy", in the editor with "Get CodeAlpacaPy", or set GRAFT_DATA to the folder that holds it.',
  },
};

export const paperDatasets = Object.keys(datasets);

/** Whether `name` names one of the paper's data sets. */
export function isPaperDataset(name: string): boolean {
  return Object.hasOwn(datasets, name);
}

export function licenceOf(name: string): string | undefined {
  return datasets[name]?.licence;
}

/** The file of a part, "train" unless told; undefined where it is missing. */
export async function paperFile(name: string, places: SplitPlaces): Promise<string | undefined> {
  const path = await expectedFile(name, places);
  return (await exists(path)) ? path : undefined;
}

/**
 * @param places with the split, "train" unless told
 * @throws UserError "data-missing"
 */
export async function findPaperFile(name: string, places: SplitPlaces): Promise<string> {
  const path = await expectedFile(name, places);
  if (await exists(path)) return path;
  throw new UserError(
    "data-missing",
    `Cannot load the data set ${name}: ${path} does not exist.`,
    datasets[name]?.nextStep ?? "Give the name of one of the paper's data sets.",
  );
}

interface SplitPlaces extends PaperPlaces {
  readonly split?: Split;
}

/** In the first folder that is there: parts of different copies may share rows, and never go together. */
async function expectedFile(name: string, { dataFolder, shippedData, split = "train" }: SplitPlaces): Promise<string> {
  for (const place of [dataFolder, ...(shippedData === undefined ? [] : [shippedData])]) {
    for (const folder of datasets[name]?.folders ?? []) {
      if (await exists(join(place, folder))) return join(place, folder, `${split}.jsonl`);
    }
  }
  return join(dataFolder, name, `${split}.jsonl`);
}
