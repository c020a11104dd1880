/** Sets up ONNX Runtime's CUDA libraries: downloads the wheel, verifies it, and takes the libraries out of it. */

import { createWriteStream } from "node:fs";
import { copyFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { openPromise } from "yauzl";
import { makeFolder, writeFailure, writeFolderAtomic } from "../../foundation/atomicFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import { checkSpace, downloadFiles, missingBytes, type DownloadProgress } from "../../hub/downloadFiles.ts";
import { connectToHub, type HubControl, type HubSettings } from "../../hub/hubConnection.ts";
import { bindingName, bindingPath } from "../../runtime/library.ts";
import { forgetDevice } from "../knownDevices.ts";
import { cudaFiles, cudaFolder, cudaVersion, cudaWheel } from "./cudaLibraries.ts";

export interface InstallCudaOptions {
  /** The folder of Graft's data. */
  readonly home: string;
  /** Proxy and certificates; address and token are the hub's, and not used. */
  readonly hub: HubSettings;
}

export interface InstallCudaControl extends HubControl {
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** A wheel with files to take out of it; tests use another one. */
export interface CudaSource {
  readonly wheel: { readonly host: string; readonly path: string; readonly size: number; readonly sha256: string };
  readonly files: typeof cudaFiles;
}

/** Bytes of the unpacked libraries. */
const unpackedBytes = 302e6;

/**
 * Returns the folder of the libraries. An interrupted download resumes; the folder appears when it is complete.
 *
 * @throws UserError "platform-unsupported"; "download-damaged", "hub-…", "disk-full", "not-writable"
 */
export async function installCuda(
  { home, hub: settings }: InstallCudaOptions,
  control: InstallCudaControl,
  { wheel, files }: CudaSource = { wheel: cudaWheel, files: cudaFiles },
): Promise<string> {
  checkSystem();
  const { host, path, size, sha256 } = wheel;
  const downloads = join(home, "devices");
  await makeFolder(downloads).catch((error: unknown) => {
    throw writeFailure(error, downloads);
  });
  const file = { path: basename(path), url: `${host}/${path}`, size, digest: { kind: "sha256", hex: sha256 } } as const;
  await checkSpace(downloads, (await missingBytes([file], downloads)) + unpackedBytes);
  const address = { repository: "onnxruntime-gpu", revision: cudaVersion };
  const connection = await connectToHub(address, { ...settings, endpoint: host, token: undefined }, control);
  try {
    await downloadFiles(connection, cudaVersion, [file], downloads, control.onProgress);
  } catch (error) {
    throw inWords(error, host);
  } finally {
    await connection.close();
  }
  const folder = cudaFolder(home);
  const downloaded = join(downloads, file.path);
  await writeFolderAtomic(folder, async (temporary) => {
    await unpack(downloaded, files, temporary);
    await copyFile(bindingPath(), join(temporary, bindingName));
  });
  await rm(downloaded, { force: true });
  await forgetDevice(home, "cuda");
  return folder;
}

function checkSystem(): void {
  const platform = `${process.platform}-${process.arch}`;
  if (platform === "linux-x64") return;
  const message = say`Cannot set up CUDA on ${platform}: ONNX Runtime's package has its libraries for linux-x64 only.`;
  throw new UserError("platform-unsupported", message, say`Use DirectML or WebGPU on Windows, and WebGPU on a Mac.`);
}

async function unpack(path: string, files: CudaSource["files"], folder: string): Promise<void> {
  const zip = await openPromise(path);
  const left = new Map(files.map(({ inWheel, name }) => [inWheel, name]));
  for await (const entry of zip.eachEntry()) {
    const name = left.get(entry.fileName);
    if (name === undefined) continue;
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(join(folder, name)));
    left.delete(entry.fileName);
  }
  const [missing] = left.keys();
  if (missing === undefined) return;
  const message = say`Cannot set up CUDA: ${basename(path)} does not contain ${missing}.`;
  throw new UserError("download-damaged", message, say`Please report this: Graft expects another file.`);
}

/** Rewords the hub's refusals, which are about models and tokens. */
function inWords(error: unknown, host: string): unknown {
  if (!(error instanceof UserError) || !error.code.startsWith("hub-")) return error;
  const message =
    error.code === "hub-not-found"
      ? say`Cannot download the CUDA libraries: ${host} does not have them.`
      : error.said.message;
  const nextStep = say`Check the network and the proxy, and try again. The downloaded part is kept.`;
  return new UserError(error.code, message, nextStep, { cause: error });
}
