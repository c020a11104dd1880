/**
 * Reads small untrusted files safely: the path may be an endless device or a pipe without a writer, and the text may not be JSON.
 */

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { UserError } from "./errors.ts";
import { say } from "./words/said.ts";

/** Default limit in bytes, for files such as a tokenizer.json or a config.json. */
const largest = 128 * 2 ** 20;

/** Whether to follow a link in the place of a file. It may have been planted since the file was found in its folder. */
export type Links = "follow" | "refuse";

/**
 * Returns the bytes of a file. Never waits for a pipe, and never reads a file of more than `limit` bytes.
 *
 * @throws UserError "file-irregular" for a pipe or a device, "file-too-large"; the system's errors, such as EISDIR for a folder
 * and ELOOP for a link that is refused
 */
export async function readPlainFile(path: string, limit: number = largest, links: Links = "follow"): Promise<Buffer> {
  // The flags are absent on Windows, where opening a pipe does not wait and only administrators make links.
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants as Partial<typeof constants>;
  const file = await open(path, O_RDONLY! | (O_NONBLOCK ?? 0) | (links === "refuse" ? (O_NOFOLLOW ?? 0) : 0));
  try {
    const info = await file.stat();
    if (!info.isFile() && !info.isDirectory()) {
      const message = say`Cannot read ${path}: it is a pipe or a device, not a file.`;
      throw new UserError("file-irregular", message, say`Put a file in its place.`);
    }
    if (info.size > limit) throw tooLarge(path, info.size, limit);
    const bytes = await file.readFile();
    if (bytes.length > limit) throw tooLarge(path, bytes.length, limit);
    return bytes;
  } finally {
    await file.close();
  }
}

/** Returns the text of a file with the checks of {@link readPlainFile}, without the byte-order mark that some editors write. */
export async function readPlainText(path: string, limit?: number): Promise<string> {
  return (await readPlainFile(path, limit)).toString("utf8").replace(/^\uFEFF/, "");
}

/** Parses a text from outside as JSON; undefined if it is not JSON. The caller still has to check the shape of the value. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tooLarge(path: string, size: number, limit: number): UserError {
  const message = say`Cannot read ${path}: it has ${size} bytes, the limit is ${limit}.`;
  return new UserError("file-too-large", message, say`Use a smaller file.`);
}
