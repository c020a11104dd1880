/** Imports a model that the user names, by folder or by hub address, as an installed base. */

import { readdir, rm } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import type * as z from "zod";
import { infoOf } from "../../foundation/exists.ts";
import { UserError } from "../../foundation/errors.ts";
import { lockFolder } from "../../foundation/locks/folderLock.ts";
import { readRequest } from "../../foundation/requestSchema.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import { checkSpace, downloadFiles, missingBytes, type DownloadProgress } from "../../hub/downloadFiles.ts";
import { formatHubAddress, parseHubAddress, type HubAddress } from "../../hub/hubAddress.ts";
import { connectToHub, type HubControl, type HubSettings } from "../../hub/hubConnection.ts";
import { readHubModel } from "../../hub/hubModel.ts";
import { selectFiles } from "../../hub/selectFiles.ts";
import { weightRequests } from "../../architectures/architectures.ts";
import { readModelConfig } from "../../architectures/readConfig.ts";
import { readConfig } from "../../weights/modelFolder.ts";
import { keptFiles } from "./baseSource.ts";
import { checkName } from "../baseNames.ts";
import { checkNameFree, importBase, type ImportResult } from "./importBase.ts";
import { importRequest, type ImportRequest } from "./importRequest.ts";
import type { WriteProgress } from "./weightFile.ts";
import { layOut } from "./weightLayout.ts";

/** The request, and the settings of the machine. */
export interface ImportSourceOptions extends ImportRequest {
  /** Bases are installed in `<home>/bases`. */
  readonly home: string;
  readonly hub: HubSettings;
}

interface CheckedOptions extends z.output<typeof importRequest> {
  readonly home: string;
  readonly hub: HubSettings;
}

export type ImportProgress =
  | ({ readonly stage: "download" } & DownloadProgress)
  | ({ readonly stage: "convert" } & WriteProgress);

export interface ImportControl extends HubControl {
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/**
 * Installs a base. Opens a connection only for a hub address.
 *
 * @throws UserErrors "option-invalid" and "source-unknown", those of `importBase` and of the download; the signal's reason once it is
 * aborted
 */
export async function importSource(options: ImportSourceOptions, control: ImportControl): Promise<ImportResult> {
  const { home, hub } = options;
  const request = { ...readRequest(importRequest, options, say`import`), home, hub };
  const { source, name, replace } = request;
  const address = isAbsolute(source) ? undefined : parseHubAddress(source);
  if (!address && !isAbsolute(source)) throw unknownSource(source);
  if (name !== undefined) {
    checkName(name);
    if (!replace) await checkNameFree(name, address ? formatHubAddress(address) : source, home);
  }
  return address ? importFromHub(address, request, control) : importFolder(source, undefined, request, control);
}

/**
 * Downloads the model at `address` into `<home>/downloads`, imports it under the model's name, and removes the
 * download. After a lost connection, a full disk, a cancellation or a kill, the download stays, so that a retry resumes
 * it.
 */
async function importFromHub(
  address: HubAddress,
  options: CheckedOptions,
  control: ImportControl,
): Promise<ImportResult> {
  const hub = await connectToHub(address, options.hub, control);
  try {
    const { pinned, files } = await readHubModel(hub);
    const { small, weights } = selectFiles({ pinned, files }, keptFiles);
    const folder = join(options.home, "downloads", formatHubAddress(pinned).replace("/", "--"));
    await removeStaleDownloads(dirname(folder));
    const release = await lockFolder(`${folder}.lock`, (owner, escape) => busy(pinned, owner, escape));
    try {
      hub.log.info(`Downloading ${formatHubAddress(pinned)} from ${hub.endpoint}.`);
      await downloadFiles(hub, pinned.revision, small, folder);
      // Check the configuration and the disk space before downloading gigabytes.
      const { bytes } = layOut(weightRequests(readModelConfig(await readConfig(folder))), options.bits);
      await checkSpace(folder, (await missingBytes(weights, folder)) + bytes);
      await downloadFiles(hub, pinned.revision, weights, folder, (progress) =>
        control.onProgress?.({ stage: "download", ...progress }),
      );
      const result = await importFolder(folder, pinned, options, control);
      await rm(folder, { recursive: true, force: true });
      return result;
    } catch (error) {
      if (isResumable(error))
        hub.log.info(`The downloaded files stay in ${folder}; another import resumes from there.`);
      else await rm(folder, { recursive: true, force: true });
      throw error;
    } finally {
      await release();
    }
  } finally {
    await hub.close();
  }
}

async function importFolder(
  source: string,
  pinned: HubAddress | undefined,
  { home, name, bits, replace }: CheckedOptions,
  { signal, onProgress }: ImportControl,
): Promise<ImportResult> {
  return importBase({
    source,
    home,
    bits,
    name,
    replace,
    ...(pinned && { origin: formatHubAddress(pinned) }),
    signal,
    onProgress: (progress) => onProgress?.({ stage: "convert", ...progress }),
  });
}

/** The milliseconds that an interrupted download is kept after its last file was started or completed. */
const keptFor = 7 * 24 * 60 * 60 * 1000;

async function removeStaleDownloads(downloads: string): Promise<void> {
  for (const name of await readdir(downloads).catch(() => [])) {
    const path = join(downloads, name);
    const info = await infoOf(path);
    if (info && Date.now() - info.mtimeMs > keptFor) await rm(path, { recursive: true, force: true });
  }
}

function isResumable(error: unknown): boolean {
  if (!(error instanceof UserError)) return true;
  return error.code.startsWith("hub-") || ["disk-full", "not-writable", "download-damaged"].includes(error.code);
}

function unknownSource(source: string): UserError {
  const message = say`Cannot import "${source}": it is neither OWNER/NAME on the hub nor the absolute path of a folder.`;
  return new UserError(
    "source-unknown",
    message,
    say`Check the name, or give the path of the folder: absolute, or in a terminal one that starts with ./.`,
  );
}

function busy(address: HubAddress, owner: Said, escape: Said): UserError {
  const message = say`Cannot download ${formatHubAddress(address)}: another process is downloading it (${owner}).`;
  return new UserError("download-busy", message, say`Wait until it finishes. ${escape}`);
}
