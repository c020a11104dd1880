/**
 * Finds a program on PATH without searching the current folder, which may be an untrusted repository. Windows searches it first,
 * and on other systems an empty or relative entry of PATH refers to it.
 */

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, parse } from "node:path";

/** The working directory for other programs, free of untrusted files: the root of the user's disk. */
export const neutralFolder = parse(homedir()).root;

/**
 * Returns the absolute path of the program `name`, from the first absolute entry of PATH that contains it. Absolute entries count
 * even in a repository, because the user may have activated a virtual environment there.
 */
export async function programOnPath(name: string): Promise<string | undefined> {
  // Scripts (.bat, .cmd) need a shell, which would search the current folder.
  const file = process.platform === "win32" ? `${name}.exe` : name;
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    if (isAbsolute(folder) && (await isProgram(join(folder, file)))) return join(folder, file);
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
