/** Finds Python, and bubblewrap to isolate it, on this machine. Runs no program of a model. */

import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { promisify } from "node:util";
import { UserError } from "../../foundation/errors.ts";
import { neutralFolder, programOnPath } from "../../foundation/programOnPath.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import type { Python } from "./bubblewrap.ts";
import { openCheckRunner } from "./openCheckRunner.ts";
import type { Sandbox } from "./sandbox.ts";
import { syscallFilter } from "./syscallFilter.ts";

export interface SandboxSearch {
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether Python is useful without a sandbox, too. If not, and there can be no sandbox, Graft does not start Python
   * at all.
   */
  readonly unprotected?: boolean;
}

/** Looks for Python 3 and bubblewrap on PATH, and tries Python in bubblewrap. @throws UserError "python-missing" */
export async function findSandbox({ signal, unprotected = false }: SandboxSearch = {}): Promise<Sandbox> {
  const isSupported = process.platform === "linux" && syscallFilter(process.arch) !== undefined;
  const python = isSupported || unprotected ? await findPython() : undefined;
  const none = (why: Said, nextStep: Said): Sandbox => ({ kind: "none", python, why, nextStep });
  if (!isSupported || !python) {
    return none(
      say`there is one for Linux on x64 and arm64, not for ${process.platform}-${process.arch}`,
      say`Use Linux.`,
    );
  }
  const tooMuch = python.folders.find((folder) => `${homedir()}/`.startsWith(`${folder}/`));
  if (tooMuch !== undefined) {
    return none(say`Python's folder ${tooMuch} also contains your own files`, say`Put another python3 first on PATH.`);
  }
  const bubblewrap = await programOnPath("bwrap");
  if (bubblewrap === undefined) {
    return none(
      say`bubblewrap (bwrap) is not on PATH`,
      say`Install it, for example with \`sudo apt-get install bubblewrap\`.`,
    );
  }
  const sandbox = { kind: "bubblewrap", python, bubblewrap } as const;
  try {
    await openCheckRunner(sandbox)("", { kind: "program", code: "" }, signal);
    return sandbox;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof UserError)
      return none(say`bubblewrap cannot start Python (${String(error.cause)})`, error.said.nextStep);
    throw error;
  }
}

/** The path may be a script that looks for the real Python. */
const pythonName = process.platform === "win32" ? "python" : "python3";

async function findPython(): Promise<Python> {
  const program = await programOnPath(pythonName);
  if (program === undefined) throw pythonMissing(say`${pythonName} is not on PATH`);
  const code = "import json, sys; print(json.dumps([sys.executable, sys.prefix, sys.base_prefix]))";
  try {
    // Isolated, and away from the current folder: Python would run a json.py there instead of its own.
    const options = { timeout: 30_000, cwd: neutralFolder };
    const { stdout } = await promisify(execFile)(program, ["-I", "-c", code], options);
    const [path, ...folders] = JSON.parse(stdout) as [string, string, string];
    return { path, folders: [...new Set(folders)] };
  } catch (error) {
    throw pythonMissing(say`${pythonName} does not work`, error);
  }
}

function pythonMissing(because: Said, cause?: unknown): UserError {
  const message = say`Cannot run programs: ${because}.`;
  return new UserError("python-missing", message, say`Install Python 3, and make sure that ${pythonName} is on PATH.`, {
    cause,
  });
}
