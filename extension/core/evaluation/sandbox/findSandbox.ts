/** What this machine has to run a model's programs in: Python, and bubblewrap to shut it in. It runs nothing of a model's. */

import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { promisify } from "node:util";
import { systemCode, UserError } from "../../foundation/errors.ts";
import type { Python } from "./bubblewrap.ts";
import { openCheckRunner } from "./openCheckRunner.ts";
import { syscallFilter } from "./syscallFilter.ts";

export type Sandbox =
  | { readonly kind: "bubblewrap"; readonly python: Python }
  /** Programs would run with all rights of the user. `why` is a clause; `nextStep` says how to get a sandbox. */
  | { readonly kind: "none"; readonly python: Python; readonly why: string; readonly nextStep: string };

/** Looks for Python 3 and bubblewrap on PATH, and tries whether the one runs in the other. @throws UserError "python-missing" */
export async function findSandbox(signal?: AbortSignal): Promise<Sandbox> {
  const python = await findPython();
  const none = (why: string, nextStep: string): Sandbox => ({ kind: "none", python, why, nextStep });
  if (process.platform !== "linux" || !syscallFilter(process.arch)) {
    return none(`there is one for Linux on x64 and arm64, not for ${process.platform}-${process.arch}`, "Use Linux.");
  }
  const tooMuch = python.folders.find((folder) => `${homedir()}/`.startsWith(`${folder}/`));
  if (tooMuch !== undefined) {
    return none(`Python's folder ${tooMuch} holds your own files, too`, "Put another python3 first on PATH.");
  }
  const sandbox = { kind: "bubblewrap", python } as const;
  try {
    await openCheckRunner(sandbox)("", { kind: "program", code: "" }, signal);
    return sandbox;
  } catch (error) {
    signal?.throwIfAborted();
    if (systemCode(error) === "ENOENT") {
      return none("bubblewrap (bwrap) is not on PATH", "Install it, as by `sudo apt-get install bubblewrap`.");
    }
    if (error instanceof UserError)
      return none(`bubblewrap cannot start Python (${String(error.cause)})`, error.nextStep);
    throw error;
  }
}

/** On PATH; it may be a script that looks for the real one. */
const pythonName = process.platform === "win32" ? "python" : "python3";

async function findPython(): Promise<Python> {
  const code = "import json, sys; print(json.dumps([sys.executable, sys.prefix, sys.base_prefix]))";
  try {
    const { stdout } = await promisify(execFile)(pythonName, ["-c", code], { timeout: 30_000 });
    const [path, ...folders] = JSON.parse(stdout) as [string, string, string];
    return { path, folders: [...new Set(folders)] };
  } catch (error) {
    const because = systemCode(error) === "ENOENT" ? "is not on PATH" : "does not work";
    const message = `Cannot run programs: ${pythonName} ${because}.`;
    throw new UserError("python-missing", message, `Install Python 3, and see that ${pythonName} is on PATH.`, {
      cause: error,
    });
  }
}
