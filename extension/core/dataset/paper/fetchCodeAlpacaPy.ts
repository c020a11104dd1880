/**
 * Gets CodeAlpacaPy, by download or from a folder, after the user has accepted its licence. The licence does not allow Graft to
 * ship it.
 */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isFile } from "../../foundation/exists.ts";
import { writeFolderAtomic } from "../../foundation/atomicFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import { downloadText } from "../../hub/downloadText.ts";
import { connectToHub, type HubControl, type HubSettings } from "../../hub/hubConnection.ts";
import { splits, type Split } from "../paperDatasets.ts";
import { codeAlpacaLicence } from "./codeAlpacaLicence.ts";
import { checkDigests, codeAlpacaPy, codeAlpacaPyDigests } from "./codeAlpacaPy.ts";

export interface FetchOptions {
  /** The folder of the paper's data sets. */
  readonly dataFolder: string;
  /** A folder that already contains the three parts; without it, they are downloaded. */
  readonly from?: string;
  readonly hub: HubSettings;
}

const address = { repository: "datasets/sahil2801/CodeAlpaca-20k", revision: "main" } as const;
const file = "code_alpaca_20k.json";
/** Download limit in bytes; the file has 8 MB. */
const limit = 32 * 1024 * 1024;

/**
 * Puts the three parts into the data folder and returns their folder. The caller must have the user's consent.
 *
 * @throws the UserErrors of the download; UserError "download-damaged", "data-missing", "disk-full", "not-writable"
 */
export async function fetchCodeAlpacaPy(
  { dataFolder, from, hub: settings }: FetchOptions,
  control: HubControl,
  digests: Readonly<Record<Split, string>> = codeAlpacaPyDigests,
): Promise<string> {
  const files = from === undefined ? await downloaded(settings, control, digests) : await readParts(from);
  const folder = join(dataFolder, "codealpacapy");
  await writeFolderAtomic(folder, async (temporary) => {
    for (const split of splits) await writeFile(join(temporary, `${split}.jsonl`), files[split]);
    await writeFile(join(temporary, "LICENCE.txt"), `${codeAlpacaLicence.join("\n")}\n`);
  });
  return folder;
}

async function downloaded(
  settings: HubSettings,
  control: HubControl,
  digests: Readonly<Record<Split, string>>,
): Promise<Readonly<Record<Split, string>>> {
  const hub = await connectToHub(address, settings, control);
  try {
    const files = await codeAlpacaPy(await downloadText(hub, file, limit));
    checkDigests(files, digests);
    return files;
  } catch (error) {
    if (!(error instanceof UserError) || !error.code.startsWith("hub-")) throw error;
    const nextStep = say`Check the network and the proxy, or choose a folder that contains its parts (${partNames}).`;
    const isAbsent = error.code === "hub-not-found";
    const message = isAbsent ? say`Cannot download CodeAlpaca: ${hub.endpoint} does not have it.` : error.said.message;
    throw new UserError(error.code, message, nextStep, { cause: error });
  } finally {
    await hub.close();
  }
}

const partNames = splits.map((split) => `${split}.jsonl`).join(", ");

/** Reads the parts of any split, because a user may have the paper's own files. */
async function readParts(folder: string): Promise<Record<Split, Buffer>> {
  const parts: Partial<Record<Split, Buffer>> = {};
  for (const split of splits) {
    const path = join(folder, `${split}.jsonl`);
    if (!(await isFile(path))) {
      const message = say`Cannot take CodeAlpacaPy from ${folder}: it does not contain ${split}.jsonl.`;
      throw new UserError("data-missing", message, say`Choose a folder that contains ${partNames}.`);
    }
    parts[split] = await readFile(path);
  }
  return parts as Record<Split, Buffer>;
}
