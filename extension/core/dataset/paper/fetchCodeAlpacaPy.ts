/**
 * CodeAlpacaPy onto this machine, once its user has seen its licence and agreed: by download, or from a folder. Graft may not
 * ship it.
 */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isFile } from "../../foundation/exists.ts";
import { writeFolderAtomic } from "../../foundation/atomicFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { downloadText } from "../../hub/downloadText.ts";
import { connectToHub, type HubControl, type HubSettings } from "../../hub/hubConnection.ts";
import { splits, type Split } from "../paperDatasets.ts";
import { codeAlpacaLicence } from "./codeAlpacaLicence.ts";
import { checkDigests, codeAlpacaPy, codeAlpacaPyDigests } from "./codeAlpacaPy.ts";

export interface FetchOptions {
  /** Where the paper's data sets lie. */
  readonly dataFolder: string;
  /** A folder that holds the three parts already; they are downloaded unless it is given. */
  readonly from?: string;
  readonly hub: HubSettings;
}

const address = { repository: "datasets/sahil2801/CodeAlpaca-20k", revision: "main" } as const;
const file = "code_alpaca_20k.json";
/** It has 8 MB. */
const limit = 32 * 1024 * 1024;

/**
 * Puts the three parts into the data folder and gives their folder. The caller has the user's consent.
 *
 * @throws UserErrors of the download; "download-damaged", "data-missing", "disk-full", "not-writable"
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
    const nextStep = `Check the network and the proxy, or give a folder that holds the parts of it (${partNames}).`;
    const isAbsent = error.code === "hub-not-found";
    const message = isAbsent ? `Cannot download CodeAlpaca: ${hub.endpoint} does not have it.` : error.message;
    throw new UserError(error.code, message, nextStep, { cause: error });
  } finally {
    await hub.close();
  }
}

const partNames = splits.map((split) => `${split}.jsonl`).join(", ");

/** Whatever split they are of: whoever has the paper's own files may use these. */
async function readParts(folder: string): Promise<Record<Split, Buffer>> {
  const parts: Partial<Record<Split, Buffer>> = {};
  for (const split of splits) {
    const path = join(folder, `${split}.jsonl`);
    if (!(await isFile(path))) {
      const message = `Cannot take CodeAlpacaPy from ${folder}: there is no ${split}.jsonl in it.`;
      throw new UserError("data-missing", message, `Choose a folder that holds ${partNames}.`);
    }
    parts[split] = await readFile(path);
  }
  return parts as Record<Split, Buffer>;
}
