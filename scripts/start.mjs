/**
 * `npm start`: from a fresh clone to an editor with Graft in it. This file runs before anything is installed, perhaps on
 * Node 20, so it uses Node's built-in modules alone: it installs, then hands over to openEditor.ts on the newer Node.
 */

import { spawn, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

const root = join(import.meta.dirname, "..");
const binaries = join(root, "node_modules", ".bin");
const shell = process.platform === "win32";

/** npm writes this file when an installation is complete; a newer lock file means that it no longer fits. */
const record = join(root, "node_modules", ".package-lock.json");
if (!existsSync(record) || statSync(record).mtimeMs < statSync(join(root, "package-lock.json")).mtimeMs) {
  console.log("Installing packages …");
  const { status } = spawnSync("npm", ["ci"], { cwd: root, stdio: ["ignore", "inherit", "inherit"], shell });
  if (status !== 0) process.exit(status ?? 1);
}

const env = { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH ?? ""}` };
const script = join(root, "scripts", "openEditor.ts");
const child = spawn("node", [script, ...process.argv.slice(2)], { cwd: root, env, shell, stdio: "inherit" });
// Ctrl-C reaches the child too; we wait until it has put everything away.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
// npm, told to end, does not tell the scripts that it runs.
const parent = process.ppid;
setInterval(() => process.ppid === parent || child.kill(), 500).unref();
child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 0 : 1)));
