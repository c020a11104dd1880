/**
 * One forked engine process, from start to end, whatever ends it.
 *
 * Knows neither the meaning of messages nor whether a new process follows; see client.ts.
 */

import { fork, type ChildProcess } from "node:child_process";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  type NotificationType,
  type NotificationType0,
  type RequestType,
} from "vscode-jsonrpc/node";
import { UserError } from "../core/foundation/errors.ts";
import type { Log } from "../core/foundation/log.ts";
import { checkPlatform } from "../core/foundation/platform.ts";
import { english, say, type Said } from "../core/foundation/words/said.ts";
import { cudaVariable } from "../core/runtime/cudaVariable.ts";
import { logged, type Role } from "./protocol/roles.ts";
import { answer, ask, type ErrorData } from "./wire.ts";

/** The end of a process: an exit code, or the signal that killed it. */
export interface Exit {
  code: number | null;
  signal: string | null;
}

export interface EngineProcess {
  readonly pid: number | undefined;
  /** Settles once, with the way the process ended. */
  readonly exited: Promise<Exit>;
  /** @throws what {@link ask} throws, and UserError "engine-stopped" if the process ends before it answers. */
  request<P, R>(type: RequestType<P, R, ErrorData>, params: P, signal?: AbortSignal): Promise<R>;
  onNotification<P>(type: NotificationType<P>, handler: (params: P) => void): void;
  /** For messages that the process must not continue without: it may end before a notification arrives. */
  onRequest<P, R>(type: RequestType<P, R, ErrorData>, handler: (params: P) => Promise<R>): void;
  /** Sends a notification. A process that has ended ignores it. */
  notify(type: NotificationType0): void;
  /** Ends it at once: a running native call cannot be interrupted. */
  kill(): void;
}

/** Forks `entry` for `role`. A failure to start shows as an exit. @throws UserError "platform-unsupported" */
export function startEngineProcess(
  entry: string,
  role: Role,
  log: Log,
  environment: Readonly<Record<string, string>> = {},
): EngineProcess {
  checkPlatform();
  const startedAt = performance.now();
  const child = fork(entry, [role], {
    // A relative name must not load anything from the folder that the editor was opened in.
    cwd: dirname(entry),
    // Inherits no flags of the parent: the editor's debugger port or preload would break a second process.
    execArgv: [...(flags[role] ?? [])],
    // A parent with the CUDA libraries must not pass them on: a process with them has no WebGPU.
    env: { ...environments[role], ...process.env, [cudaVariable]: undefined, ...environment },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const connection = connect(child);
  connection.onNotification(logged, ({ level, message }) => log[level](`${role}: ${message}`));
  // Native libraries write here, bypassing Graft's logs.
  forward(child.stdout, (line) => log.debug(`${role}: ${line}`));
  forward(child.stderr, (line) => log.warn(`${role}: ${line}`));
  log.debug(`${role}: process ${child.pid} forked in ${Math.round(performance.now() - startedAt)} ms`);

  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    const end = (how: Exit): void => {
      if (exit) return;
      exit = how;
      connection.dispose();
      log.debug(`${role}: process ${child.pid} ended, ${english(describeExit(how))}`);
      resolve(how);
    };
    child.once("exit", (code, signal) => end({ code, signal }));
    child.once("error", (error) => {
      log.error(`${role}: ${error.message}`);
      end({ code: null, signal: null });
    });
  });

  return {
    pid: child.pid,
    exited,
    async request(type, params, signal) {
      const pending = exit ? Promise.reject(engineStopped(role, exit)) : ask(connection, type, params, signal);
      return pending.catch(async (error: unknown) => {
        signal?.throwIfAborted();
        // The pipe may break a moment before the exit arrives.
        const ended = exit ?? (child.connected ? undefined : await exited);
        throw ended ? engineStopped(role, ended) : error;
      });
    },
    onNotification(type, handler) {
      connection.onNotification(type, handler);
    },
    onRequest(type, handler) {
      answer(connection, type, handler);
    },
    notify(type) {
      if (!exit) void connection.sendNotification(type).catch(() => undefined);
    },
    kill() {
      child.kill("SIGKILL");
    },
  };
}

/** Such as "killed by SIGKILL" or "exit code 134". */
export function describeExit({ code, signal }: Exit): Said {
  if (signal) return say`killed by ${signal}`;
  return code === null ? say`it could not be started` : say`exit code ${code}`;
}

/**
 * Node's flags for each role. The index is outside of V8's heap, but reading files leaves much garbage in the heap. These limits make V8
 * collect it early, which saves 100 MB of memory and costs no time.
 */
const flags: Partial<Record<Role, readonly string[]>> = {
  repository: ["--max-semi-space-size=4", "--max-old-space-size=160"],
};

/**
 * Environment variables for each role. This one makes glibc return large arrays to the system when they are freed. Otherwise glibc raises
 * this limit to the size of the largest array ever freed, and keeps smaller ones in a heap that becomes fragmented. Models need their
 * arrays again at once, so only the index has this limit.
 */
const environments: Partial<Record<Role, NodeJS.ProcessEnv>> = {
  repository: { MALLOC_MMAP_THRESHOLD_: `${2 ** 17}` },
};

const names: Record<Role, Said> = {
  completion: say`completion`,
  library: say`library`,
  repository: say`repository`,
  training: say`training`,
  import: say`import`,
  evaluation: say`evaluation`,
  probe: say`probe`,
};

const waysOn: Record<Role, Said> = {
  completion: say`It restarts automatically. If this repeats, check Graft's log.`,
  library: say`Try again: it restarts. If this repeats, check Graft's log.`,
  repository: say`It starts again with the next question. If this repeats, check Graft's log.`,
  training: say`Graft's log may show the reason.`,
  import: say`Import it again: finished downloads are kept. Graft's log may show the reason.`,
  evaluation: say`Start it again: predictions are kept. Graft's log may show the reason.`,
  probe: say`The device is not used. A new driver or version is looked at again.`,
};

function engineStopped(role: Role, exit: Exit): UserError {
  return new UserError(
    "engine-stopped",
    say`Graft's ${names[role]} process ended unexpectedly (${describeExit(exit)}).`,
    waysOn[role],
  );
}

function connect(child: ChildProcess): MessageConnection {
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  // A broken pipe is followed by an exit, which handles it.
  connection.onError(() => undefined);
  connection.listen();
  return connection;
}

function forward(stream: Readable | null, write: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on("line", write);
}
