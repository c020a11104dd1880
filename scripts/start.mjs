/**
 * `npm start`: from a fresh clone to an editor with Graft in it. This file runs before anything is installed, perhaps on
 * Node 20, so it uses Node's built-in modules alone: it installs, then hands over to openEditor.ts on the newer Node.
 */

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

const root = join(import.meta.dirname, "..");
const binaries = join(root, "node_modules", ".bin");
const shell = process.platform === "win32";

if (!isInstalled()) {
  console.log("Installing packages …");
  const { status } = spawnSync("npm", ["ci"], { cwd: root, stdio: ["ignore", "inherit", "inherit"], shell });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(join(binaries, "node")) && !runsTypeScript(process.versions.node)) {
  console.error(
    `Graft's scripts need Node 22.18 or newer on this system; this is ${process.versions.node}. Install it, then run npm start again.`,
  );
  process.exit(1);
}

/** Whether this version of Node runs our TypeScript sources: from 22.18 on. On Linux x64, npm has installed one that does. */
function runsTypeScript(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/**
 * npm records what it has installed. This compares the contents of that record with the lock file's: a checkout gives files new times, and
 * npm leaves out packages of other platforms.
 */
function isInstalled() {
  const [record, lock] = ["node_modules/.package-lock.json", "package-lock.json"].map(packagesIn);
  if (!record || !lock) return false;
  return Object.entries(lock).every(([path, { version, integrity, link, optional }]) => {
    const found = record[path];
    if (path === "" || link || (optional && !found)) return true;
    return found?.version === version && found?.integrity === integrity;
  });
}

/** Returns undefined if npm has not finished. */
function packagesIn(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), "utf8")).packages;
  } catch {
    return undefined;
  }
}

const env = { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH ?? ""}` };
const script = join(root, "scripts", "openEditor.ts");
const child = spawn("node", [script, ...process.argv.slice(2)], { cwd: root, env, shell, stdio: "inherit" });
// Ctrl-C reaches the child too; we wait until it has cleaned up.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
// npm does not forward signals to the scripts that it runs.
const parent = process.ppid;
setInterval(() => process.ppid === parent || child.kill(), 500).unref();
child.on("exit", (code, signal) => process.exit(code ?? (signal === null ? 0 : 1)));
