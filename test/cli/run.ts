/** Runs the command line as a separate process, from its sources. */

import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

const entry = join(import.meta.dirname, "../../extension/cli.ts");

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
  /** The objects of --json, by their event. */
  events(name: string): Record<string, unknown>[];
  /** The one result of --json. */
  result: Record<string, unknown>;
}

export interface Running {
  process: ChildProcess;
  done: Promise<Outcome>;
  /** Resolves as soon as standard output has a match. */
  says(pattern: RegExp): Promise<void>;
}

export function start(
  args: readonly string[],
  environment: Record<string, string>,
  wrap: readonly string[] = [],
  cwd?: string,
): Running {
  const [command = "", ...rest] = [...wrap, process.execPath, entry, ...args];
  const child = spawn(command, rest, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const waiting = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    for (const check of waiting) check();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const done = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(outcomeOf(code, stdout, stderr)));
  });
  const says = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!pattern.test(stdout)) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
      void done.then(({ stderr: said }) => reject(new Error(`ended without saying ${String(pattern)}: ${said}`)));
    });
  return { process: child, done, says };
}

export async function run(args: readonly string[], environment: Record<string, string>): Promise<Outcome> {
  return await start(args, environment).done;
}

function outcomeOf(code: number | null, stdout: string, stderr: string): Outcome {
  const objects = stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const events = (name: string): Record<string, unknown>[] => objects.filter(({ event }) => event === name);
  return { code, stdout, stderr, events, result: events("result").at(-1) ?? {} };
}
