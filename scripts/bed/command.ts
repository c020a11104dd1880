/** Runs other programs: silently if they succeed, with their whole output if they fail. */

import { spawn, type SpawnOptions } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** Runs a program to its end. @throws Error with the command line and its whole output if it fails */
export async function run(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<string> {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout?.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr?.on("data", (data: Buffer) => (output += data.toString()));
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw new Error(`\`${[command, ...args].join(" ")}\` exited with code ${code}:\n${output}`);
  return output;
}

/** Runs npm in `cwd`: the npm that runs this script, if any, without the settings that npm passes to scripts. */
export async function npm(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(lifecycle|package|command|config_(local_prefix|ignore_scripts|noproxy))|INIT_CWD)/i.test(name),
  );
  const options = { cwd, env: { ...Object.fromEntries(inherited), ...env } };
  const script = process.env["npm_execpath"];
  return script?.endsWith(".js")
    ? run(process.execPath, [script, ...args], options)
    : run(process.platform === "win32" ? "npm.cmd" : "npm", args, { ...options, shell: process.platform === "win32" });
}

/** Returns the full path of a program on PATH, or undefined. Ignores relative entries, which mean the current folder. */
export function which(name: string): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, process.platform === "win32" ? `${name}.cmd` : name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Ends a script with an error message, without its stack. */
export function fail(reason: unknown): never {
  console.error(reason instanceof Error ? reason.message : String(reason));
  process.exit(1);
}
