/**
 * Downloads one file of a model: resumes an interrupted download, verifies the digest, then renames the file.
 *
 * A file with its final name is complete and verified; until then its name ends with ".part".
 */

import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rm, type FileHandle } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { infoOf } from "../foundation/exists.ts";
import { writeFailure } from "../foundation/atomicFile.ts";
import { UserError } from "../foundation/errors.ts";
import { renamePatiently } from "../foundation/renamePatiently.ts";
import { english, say, type Said } from "../foundation/words/said.ts";
import { attempts, type HubConnection } from "./hubConnection.ts";
import { formatHubAddress } from "./hubAddress.ts";
import type { RemoteFile } from "./hubModel.ts";

/** The reason why the received bytes cannot be the file that the hub announced. */
class Damage extends Error {
  readonly reason: Said;

  constructor(reason: Said) {
    super(english(reason));
    this.reason = reason;
  }
}

/** Returns the number of bytes already at `target`, verified or not. */
export async function bytesAt(target: string): Promise<number> {
  return (await sizeOf(target)) ?? (await sizeOf(partial(target))) ?? 0;
}

/**
 * Downloads `file` of the commit `revision` to `target`.
 *
 * @param onBytes receives the number of bytes so far, those of earlier attempts included
 * @throws the UserErrors of `hub.fetch`, "download-damaged", "disk-full", "not-writable"; the signal's reason once it is aborted
 */
export async function downloadFile(
  hub: HubConnection,
  revision: string,
  file: RemoteFile,
  target: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  if ((await sizeOf(target)) === file.size) return;
  const url = file.url ?? `${hub.endpoint}/${hub.address.repository}/resolve/${revision}/${file.path}`;
  for (let resumed = (await bytesAt(target)) > 0; ; resumed = false) {
    try {
      await complete(hub, url, file, partial(target), onBytes);
      return await renamePatiently(partial(target), target);
    } catch (error) {
      if (!(error instanceof Damage)) throw writeFailure(error, target);
      await rm(partial(target), { force: true });
      onBytes(0);
      // Bytes of an earlier attempt may be the damaged ones, so the whole file is downloaded again, once.
      if (!resumed) throw damaged(hub, file, error);
      hub.log.warn(`${file.path}: ${error.message}; downloading the whole file again.`);
    }
  }
}

/** Appends to `path` up to the file's size, over as many connections as needed, and verifies the digest. */
async function complete(
  hub: HubConnection,
  url: string,
  file: RemoteFile,
  path: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const handle = await open(path, "a");
  try {
    let { size } = await handle.stat();
    if (size > file.size) throw new Damage(say`it has ${size} bytes already, not ${file.size}`);
    let hash = await digestOf(path, file);
    onBytes(size);
    // Only bytes that no earlier connection delivered count as progress. Otherwise a server that starts anew each time would never fail.
    let furthest = size;
    for (let futile = 0; size < file.size;) {
      const { body, start } = await openRest(hub, url, file, size);
      if (start !== size) {
        await handle.truncate(0);
        hash = startDigest(file);
        size = 0;
      }
      for await (const bytes of untilCut(body)) {
        size += bytes.length;
        if (size > file.size) throw new Damage(say`the hub sends more than the ${file.size} bytes that it announced`);
        await write(handle, bytes);
        hash.update(bytes);
        onBytes(size);
      }
      hub.signal?.throwIfAborted();
      if (size === file.size) break;
      hub.log.info(`${file.path}: the connection ended at ${size} of ${file.size} bytes; resuming from there.`);
      futile = size > furthest ? 0 : futile + 1;
      furthest = Math.max(furthest, size);
      if (futile === attempts) throw stuck(hub, file, furthest);
      await sleep(hub.retryDelay * 2 ** futile, undefined, { signal: hub.signal });
    }
    await handle.sync();
    const digest = hash.digest("hex");
    if (digest !== file.digest.hex) throw new Damage(say`its digest is ${digest}, not ${file.digest.hex}`);
  } finally {
    await handle.close();
  }
}

/** Requests the bytes from `from` on. A server without support for ranges starts at 0. */
async function openRest(
  hub: HubConnection,
  url: string,
  file: RemoteFile,
  from: number,
): Promise<{ body: ReadableStream<Uint8Array>; start: number }> {
  // Any other encoding would change the size and the hashed bytes.
  const headers = { range: `bytes=${from}-`, "accept-encoding": "identity" };
  const { status, headers: answered, body } = await hub.fetch(url, { headers });
  if (!body) throw new Damage(say`the hub sends nothing`);
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(answered.get("content-range") ?? "");
  const [start, total] = status === 206 && range ? [Number(range[1]), Number(range[2])] : [0, contentLength(answered)];
  if ((start !== from && start !== 0) || (total !== undefined && total !== file.size)) {
    await body.cancel();
    throw new Damage(say`the hub announced ${file.size} bytes and offers ${total ?? say`some`} from ${start} on`);
  }
  return { body, start };
}

function contentLength(headers: Headers): number | undefined {
  const length = headers.get("content-length");
  return length === null ? undefined : Number(length);
}

/**
 * Yields the pieces of `body`. It ends the same way if the connection breaks or closes; the caller tells them apart by
 * the size.
 */
async function* untilCut(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { value } = await reader.read().catch(() => ({ value: undefined }));
      if (!value) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function write(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
  }
}

/** Returns the digest of the bytes already at `path`. */
async function digestOf(path: string, file: RemoteFile): Promise<Hash> {
  const hash = startDigest(file);
  for await (const bytes of createReadStream(path)) hash.update(bytes as Uint8Array);
  return hash;
}

function startDigest({ digest, size }: RemoteFile): Hash {
  // Git hashes a blob: a header, then the content.
  return digest.kind === "sha256" ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
}

const partial = (target: string): string => `${target}.part`;

async function sizeOf(path: string): Promise<number | undefined> {
  return (await infoOf(path))?.size;
}

function stuck({ address }: HubConnection, { path, size }: RemoteFile, arrived: number): UserError {
  return new UserError(
    "hub-unreachable",
    say`Cannot download ${path} of ${formatHubAddress(address)}: no connection gets beyond ${arrived} of ${size} bytes.`,
    say`Check the network and the proxy, and try again. The downloaded part is kept.`,
  );
}

function damaged({ address }: HubConnection, { path }: RemoteFile, cause: Damage): UserError {
  return new UserError(
    "download-damaged",
    say`Cannot download ${path} of ${formatHubAddress(address)}: ${cause.reason}.`,
    say`Try again. If that does not help, the hub or a proxy changes the file.`,
    { cause },
  );
}
