/**
 * One process that runs one program, from start to verdict, whatever the program does. It enforces the limits on time
 * and output from outside. bubblewrap.ts decides what the process sees of the machine.
 */

import { spawn, type ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import * as z from "zod";
import { parsedJson } from "../../foundation/plainFile.ts";
import { internalError, UserError } from "../../foundation/errors.ts";
import { neutralFolder } from "../../foundation/programOnPath.ts";
import { say } from "../../foundation/words/said.ts";
import type { Checks } from "../suites/executionTasks.ts";
import { bubblewrapArguments, pythonEnvironment, type Python } from "./bubblewrap.ts";
import { syscallFilter } from "./syscallFilter.ts";

/** The limits of one program. Times are per case: a program with its tests is one case; in APPS each input is one. */
export interface Limits {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Limit of its address space. */
  readonly memoryBytes: number;
  readonly outputBytes: number;
  /** Limits threads; the program cannot start a process. */
  readonly threads: number;
}

const failureSchema = z.object({
  passed: z.literal(false),
  /** "wrong" comes from an assertion or a comparison; "crash" from an end without a verdict. */
  reason: z.enum(["wrong", "exception", "time", "memory", "output", "crash"]),
  /** One line about it, such as the exception. */
  detail: z.string(),
});

export const verdictSchema = z.union([
  z.object({ passed: z.literal(true) }),
  /** With the case that failed, counted from 0. */
  failureSchema.extend({ case: z.number() }),
]);

export type Verdict = z.infer<typeof verdictSchema>;
export type Failure = Extract<Verdict, { passed: false }>;

const lineSchema = z.union([
  z.object({ begun: z.number() }),
  z.object({ passed: z.literal(true) }).strict(),
  failureSchema,
]);

export interface Job {
  readonly program: string;
  readonly checks: Checks;
  readonly limits: Limits;
}

/** Next to the sources, and copied next to the bundle. */
const runnerFile = join(import.meta.dirname, "checkRunner.py");

/** Runs `job` in the sandbox of the program `bubblewrap`. @throws UserError "sandbox-failed" */
export async function runShutIn(
  { python, bubblewrap }: { python: Python; bubblewrap: string },
  job: Job,
  signal?: AbortSignal,
): Promise<Verdict> {
  const filterDescriptor = 3;
  const child = spawn(bubblewrap, bubblewrapArguments(python, await pythonCommand(python), filterDescriptor), {
    cwd: neutralFolder,
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] },
  });
  const filter = syscallFilter(process.arch);
  if (!filter) throw internalError(`no filter of system calls for ${process.arch}`);
  send(child.stdio[filterDescriptor] as Writable, filter);
  // The sandbox and everything in it end with bwrap.
  return await verdictOf(child, job, () => child.kill("SIGKILL"), signal);
}

/**
 * Runs `job` as a normal program of the user, in `folder`, with limits but without protection. @throws as {@link
 * runShutIn}
 */
export async function runUnprotected(python: Python, folder: string, job: Job, signal?: AbortSignal): Promise<Verdict> {
  const [program, ...args] = await pythonCommand(python);
  const child = spawn(program!, args, {
    cwd: folder,
    stdio: ["pipe", "pipe", "pipe"],
    // Python on Windows needs the name of the system's folder.
    env: { ...pythonEnvironment, HOME: folder, TMPDIR: folder, SYSTEMROOT: process.env["SYSTEMROOT"] },
    detached: true,
  });
  const endGroup = (): void => {
    try {
      process.kill(-child.pid!, "SIGKILL");
    } catch {
      child.kill("SIGKILL"); // The group is empty, or the system has no groups.
    }
  };
  // Without its own namespace, the limit counts all processes of the user.
  const limits = { ...job.limits, threads: job.limits.threads + 4096 };
  return await verdictOf(child, { ...job, limits }, endGroup, signal);
}

async function pythonCommand({ path }: Python): Promise<string[]> {
  return [path, "-B", "-s", "-c", await readFile(runnerFile, "utf8")];
}

/** A busy machine takes some seconds to start Python, and to import the modules that solutions may use. */
const startSeconds = 60;

/** The longest line, and the longest error message that Graft keeps. */
const mostCharacters = 2 ** 16;

async function verdictOf(child: ChildProcess, job: Job, end: () => void, signal?: AbortSignal): Promise<Verdict> {
  const { limits, checks } = job;
  const cases = checks.kind === "program" ? 1 : checks.inputs.length;
  let begun = -1;
  let verdict: Verdict | undefined;
  let errors = "";
  let timer: NodeJS.Timeout | undefined;

  const conclude = (found: Verdict): void => {
    verdict ??= found;
    end();
  };
  const fail = (reason: Failure["reason"], detail: string): void =>
    conclude({ passed: false, reason, detail, case: Math.max(0, begun) });
  const allow = (seconds: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => fail("time", `It takes longer than ${seconds} s.`), seconds * 1000);
  };
  const read = (line: string): void => {
    const said = lineSchema.safeParse(parsedJson(line)).data;
    if (!said) return fail("crash", "It wrote to the channel of the verdict.");
    if ("begun" in said) {
      if (said.begun !== begun + 1 || said.begun >= cases)
        return fail("crash", "It wrote to the channel of the verdict.");
      begun++;
      allow(limits.seconds);
    } else conclude(said.passed ? said : { ...said, case: begun });
  };

  return await new Promise<Verdict>((resolve, reject) => {
    signal?.addEventListener("abort", end, { once: true });
    allow(startSeconds);
    let rest = "";
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) if (!verdict) read(line);
      if (rest.length > mostCharacters) fail("output", "It wrote to the channel of the verdict.");
    });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(0, mostCharacters);
    });
    child.once("error", reject);
    child.once("exit", () => {
      end();
      // Without a sandbox, a process that left the group may hold the pipe; the output so far suffices.
      setTimeout(() => child.stdout!.destroy(), 500).unref();
    });
    child.once("close", (code, ended) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      if (begun < 0) return reject(notStarted(errors));
      if (!verdict) fail(...endingOf(code, ended));
      resolve(verdict!);
    });
    send(child.stdin!, JSON.stringify(job));
  }).finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  });
}

/** Explains an end without a verdict. If a signal killed the program, bubblewrap's exit code is 128 more. */
function endingOf(code: number | null, signal: string | null): [Failure["reason"], string] {
  const number = (code ?? 0) - 128;
  const name = signal ?? Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  if (name === "SIGXCPU") return ["time", "It exceeds its processor time."];
  return ["crash", name ? `${name} ended it.` : `It ended with exit code ${code} before its checks did.`];
}

/** The cause is the last line of the error output, whichever program wrote it. */
function notStarted(errors: string): UserError {
  const cause = errors.trim().split("\n").at(-1)!;
  const message =
    cause === ""
      ? say`Cannot run programs: Python did not start.`
      : say`Cannot run programs: Python did not start (${cause}).`;
  const nextStep = say`Allow user namespaces on this machine, or run this on another one.`;
  return new UserError("sandbox-failed", message, nextStep, { cause });
}

/** A process that has ended reads no more input; its exit reports the end. */
function send(stream: Writable, data: string | Uint8Array): void {
  stream.on("error", () => undefined).end(data);
}
