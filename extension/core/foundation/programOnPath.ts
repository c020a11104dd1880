/**
 * Finds a program on PATH without ever looking into the current folder, which may be a stranger's repository: Windows looks there
 * first, and elsewhere an empty or relative entry of PATH stands for it. It runs nothing.
 */

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, parse } from "node:path";

/** A folder to start other programs in, where they find nothing of a stranger's: the root of the user's disk. */
export const neutralFolder = parse(homedir()).root;

/**
 * The absolute path of the program `name`, from the first absolute entry of PATH that has it. Absolute entries count wherever they
 * lie: a virtual environment that the user has activated is meant.
 */
export async function programOnPath(name: string): Promise<string | undefined> {
  // Scripts (.bat, .cmd) would need a shell, which looks into the current folder again.
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
