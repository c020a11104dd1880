/** Starts VS Code in a browser on this machine, with its own profile, without telemetry or gallery, only on 127.0.0.1. */

import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { run } from "./command.ts";
import { isolated } from "./install.ts";
import { codeServerEntry } from "./paths.ts";

export interface EditorServer {
  /** For example http://127.0.0.1:8420 */
  url: string;
  /** Also ends its process group. Files stay. */
  stop(): Promise<void>;
}

export interface EditorServerOptions {
  /** Folder for profile, extensions and logs, which are kept as long as the folder is. */
  folder: string;
  /** VSIX files to install first. */
  extensions?: readonly string[];
  /** User settings, which replace those in the folder. If omitted, existing ones stay. */
  settings?: Readonly<Record<string, unknown>>;
  /** 0 or omitted for any free port. If the given port is in use, a free one replaces it. */
  port?: number;
  /** Further arguments for code-server. */
  args?: readonly string[];
  /** Stay in the caller's process group, so that a Ctrl-C or a CI runner ends everything. */
  sameGroup?: boolean;
}

/** @throws Error with the end of the log if the server does not answer within 30 seconds */
export async function startEditorServer(options: EditorServerOptions): Promise<EditorServer> {
  const { folder } = options;
  const userData = join(folder, "user");
  const config = join(folder, "config.yaml");
  // Sockets are in the temporary folder, and their paths must not exceed about 100 characters.
  const temporary = await mkdtemp(join(tmpdir(), "graft-editor-"));
  for (const path of [join(userData, "User"), join(folder, "extensions")]) await mkdir(path, { recursive: true });
  // Without this file, code-server writes one with a password into the user's home.
  await writeFile(config, "auth: none\ncert: false\n");
  if (options.settings)
    await writeFile(join(userData, "User", "settings.json"), JSON.stringify(options.settings, null, 2));

  const base = [codeServerEntry, "--config", config, "--user-data-dir", userData];
  base.push("--extensions-dir", join(folder, "extensions"));
  const env = { ...isolated(folder), TMPDIR: temporary, EXTENSIONS_GALLERY: '{"serviceUrl":"","itemUrl":""}' };
  for (const path of options.extensions ?? []) {
    await run(process.execPath, [...base, "--install-extension", path, "--force"], { env });
  }

  const port = await freePort(options.port ?? 0);
  const args = [
    "--auth",
    "none",
    "--bind-addr",
    `127.0.0.1:${port}`,
    "--session-socket",
    join(temporary, "session.sock"),
  ];
  args.push("--disable-telemetry", "--disable-update-check", "--disable-workspace-trust");
  args.push("--disable-getting-started-override", ...(options.args ?? []));
  const log = join(folder, "server.log");
  const output = openSync(log, "w");
  // Usually a separate group, so that stop() reaches the extension hosts and their child processes.
  const ownGroup = !options.sameGroup;
  const server = spawn(process.execPath, [...base, ...args], {
    env,
    stdio: ["ignore", output, output],
    detached: ownGroup,
  });
  closeSync(output);
  const exit = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const kill = (signal: NodeJS.Signals): void => {
    try {
      if (server.pid) process.kill(ownGroup ? -server.pid : server.pid, signal);
    } catch {
      // No process is left.
    }
  };
  // Without this, an exit without stop() would leave the other group running.
  const onExit = (): void => kill("SIGKILL");
  process.once("exit", onExit);

  const stop = async (): Promise<void> => {
    kill("SIGTERM");
    await Promise.race([exit, delay(5000, undefined, { ref: false })]);
    kill("SIGKILL");
    process.removeListener("exit", onExit);
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  };
  const url = `http://127.0.0.1:${port}`;
  for (const deadline = Date.now() + 30_000; !(await answers(`${url}/healthz`)); await delay(50)) {
    if (server.exitCode === null && Date.now() < deadline) continue;
    await stop();
    throw new Error(`VS Code in the browser did not start:\n${(await readFile(log, "utf8")).slice(-2000)}`);
  }
  return { url, stop };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

async function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error) => (wanted === 0 ? reject(error) : resolve(freePort(0))));
    probe.listen(wanted, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : wanted));
    });
  });
}
