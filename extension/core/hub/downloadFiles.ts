/** Downloads several files of a model into one folder, and reports progress and remaining time. */

import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../foundation/errors.ts";
import { bytesAt, downloadFile } from "./downloadFile.ts";
import type { HubConnection } from "./hubConnection.ts";
import type { RemoteFile } from "./hubModel.ts";
import { makeFolder } from "../foundation/atomicFile.ts";
import { say } from "../foundation/words/said.ts";

export interface DownloadProgress {
  /** The number of bytes so far, those of earlier attempts included. */
  readonly done: number;
  readonly total: number;
  readonly bytesPerSecond: number;
  readonly etaSeconds: number;
}

/** Returns the number of bytes of `files` that are missing from `folder`. */
export async function missingBytes(files: readonly RemoteFile[], folder: string): Promise<number> {
  const missing = await Promise.all(files.map(async ({ path, size }) => size - (await bytesAt(join(folder, path)))));
  return missing.reduce((sum, bytes) => sum + Math.max(0, bytes), 0);
}

/** @throws the UserErrors of {@link downloadFile} */
export async function downloadFiles(
  hub: HubConnection,
  revision: string,
  files: readonly RemoteFile[],
  folder: string,
  onProgress: (progress: DownloadProgress) => void = () => {},
): Promise<void> {
  await makeFolder(folder);
  const sizes = new Map<string, number>();
  for (const { path } of files) sizes.set(path, await bytesAt(join(folder, path)));
  const done = (): number => [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const meter = createMeter(done());
  for (const file of files) {
    await downloadFile(hub, revision, file, join(folder, file.path), (bytes) => {
      sizes.set(file.path, bytes);
      const bytesPerSecond = meter(done());
      if (bytesPerSecond === undefined) return;
      const etaSeconds = (total - done()) / bytesPerSecond;
      onProgress({ done: done(), total, bytesPerSecond, etaSeconds });
    });
  }
}

/** The seconds between two reports, and the seconds over which the speed is averaged. */
const [interval, averaged] = [0.2, 10];

/** Returns a function that computes the recent bytes per second; undefined until the next report is due. */
function createMeter(begun: number): (bytes: number) => number | undefined {
  let samples = [{ at: performance.now() / 1000, bytes: begun }];
  return (bytes) => {
    const at = performance.now() / 1000;
    if (at - samples.at(-1)!.at < interval) return undefined;
    samples = [...samples.filter((sample) => at - sample.at < averaged), { at, bytes }];
    const first = samples[0]!;
    return samples.length > 1 ? Math.max(1, (bytes - first.bytes) / (at - first.at)) : undefined;
  };
}

/**
 * @param needed the number of bytes about to be written below `folder`, which exists
 * @throws UserError "disk-full"
 */
export async function checkSpace(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= needed) return;
  const message = say`Cannot write to ${folder}: ${Math.ceil(needed / 1e6)} MB are needed, ${Math.floor(free / 1e6)} MB are free.`;
  throw new UserError("disk-full", message, say`Free some space and try again. The downloaded part is kept.`);
}
