/**
 * Reads small files of outside, which may be anything: a device without an end, a pipe that nobody writes to. It knows no
 * formats.
 */

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { UserError } from "./errors.ts";

/** Of files such as a tokenizer.json or a config.json. */
const largest = 128 * 2 ** 20;

/**
 * The bytes of a file; links are followed. It never waits for a pipe, and never holds more than `limit` bytes.
 *
 * @throws UserError "file-irregular" for what is no file, "file-too-large"; errors of the system, EISDIR for a folder
 */
export async function readPlainFile(path: string, limit: number = largest): Promise<Buffer> {
  // Absent on Windows, where opening a pipe does not wait.
  const nonBlocking = (constants.O_NONBLOCK as number | undefined) ?? 0;
  const file = await open(path, constants.O_RDONLY | nonBlocking);
  try {
    const info = await file.stat();
    if (!info.isFile() && !info.isDirectory()) {
      const message = `Cannot read ${path}: it is a pipe or a device, not a file.`;
      throw new UserError("file-irregular", message, "Put a file in its place.");
    }
    if (info.size > limit) throw tooLarge(path, info.size, limit);
    const bytes = await file.readFile();
    if (bytes.length > limit) throw tooLarge(path, bytes.length, limit);
    return bytes;
  } finally {
    await file.close();
  }
}

/** As {@link readPlainFile}, as text. */
export async function readPlainText(path: string, limit?: number): Promise<string> {
  return (await readPlainFile(path, limit)).toString("utf8");
}

function tooLarge(path: string, size: number, limit: number): UserError {
  const message = `Cannot read ${path}: it has ${size} bytes, the limit is ${limit}.`;
  return new UserError("file-too-large", message, "Give a smaller file.");
}
