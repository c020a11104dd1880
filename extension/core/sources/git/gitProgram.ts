/**
 * Runs the machine's git to read a repository that may not be trusted. It never runs a program that a repository brings along,
 * and never lets git open a connection.
 */

import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, realpath } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join, sep } from "node:path";

/** Settings that override those of the repository: git runs no program on its behalf. */
const guards = ["core.fsmonitor=false", "log.showSignature=false", "core.pager=cat"];
/** The most bytes of output: a list of recent files is smaller. */
const largestOutput = 64 * 2 ** 20;

/**
 * Returns what git prints; undefined if there is no git, or `folder` is not in a repository.
 *
 * @throws the signal's reason once it is aborted
 */
export async function gitOutput(
  folder: string,
  parameters: readonly string[],
  signal?: AbortSignal,
): Promise<string | undefined> {
  const program = await findGit(folder, process.env["PATH"] ?? process.env["Path"] ?? "");
  if (program === undefined) return undefined;
  const all = ["-C", folder, "--no-pager", ...guards.flatMap((guard) => ["-c", guard]), ...parameters];
  const options = { env: environment(), maxBuffer: largestOutput, windowsHide: true, ...(signal && { signal }) };
  const output = await new Promise<string | undefined>((resolve) => {
    execFile(program, all, options, (error, text) => resolve(error ? undefined : text));
  });
  signal?.throwIfAborted();
  return output;
}

/** The caller's environment without git's own variables, which could name another repository. */
function environment(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith("GIT_"));
  return {
    ...Object.fromEntries(others),
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    // Older versions of git do not know it, and would fetch the objects that a repository lacks.
    GIT_NO_LAZY_FETCH: "1",
    // No protocol has this name. A setting would not do: a repository could allow `ext`, which runs a program.
    GIT_ALLOW_PROTOCOL: "none",
  };
}

/** Returns the first git of the search path that is outside the folder and the repository around it. */
export async function findGit(folder: string, searchPath: string): Promise<string | undefined> {
  const own = await repositoryOf(await realpath(folder));
  const name = process.platform === "win32" ? "git.exe" : "git";
  for (const place of searchPath.split(delimiter)) {
    if (!isAbsolute(place)) continue;
    const program = await realpath(join(place, name)).catch(() => undefined);
    if (program === undefined || isWithin(program, own) || isWithin(join(place, name), own)) continue;
    const isExecutable = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    // Not the real path: git behaves according to the name that it is called by.
    if (isExecutable) return join(place, name);
  }
  return undefined;
}

/** Returns the folder that holds `.git`, or the folder itself if none around it does. */
async function repositoryOf(folder: string): Promise<string> {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const isRepository = await access(join(at, ".git")).then(
      () => true,
      () => false,
    );
    if (isRepository) return at;
  }
  return folder;
}

function isWithin(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
