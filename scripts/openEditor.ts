/**
 * Opens VS Code with this checkout's Graft on a copy of the sample folder, and runs until Ctrl-C. Uses the desktop's `code` if there
 * is one, otherwise VS Code in the browser.
 *
 *     npm start [-- --browser] [-- --port 8420]
 */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fail, run, which } from "./bed/command.ts";
import { installBed } from "./bed/install.ts";
import { root, scratch, vsixPath } from "./bed/paths.ts";
import { startEditorServer } from "./bed/serve.ts";

const { values: flags } = parseArgs({
  options: { browser: { type: "boolean", default: false }, port: { type: "string", default: "8420" } },
});
/** A profile that is kept between starts, with its trained adapters. Delete `.graft/` to start with a new one. */
const profile = join(scratch, "editor");
const sample = join(scratch, "sample");

const controller = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => controller.abort());
}
// npm does not forward signals to the scripts that it runs, so this one ends when npm is gone.
const parent = process.ppid;
setInterval(() => process.ppid === parent || controller.abort(), 500).unref();
const stopped = new Promise<void>((resolve) => controller.signal.addEventListener("abort", () => resolve()));
// During an installation there is nothing to clean up: its processes also receive the Ctrl-C.
const leave = (): never => process.exit(130);
controller.signal.addEventListener("abort", leave);

console.log("Building Graft …");
await run(process.execPath, [join(root, "scripts", "package.ts")], { cwd: root }).catch(fail);
if (!existsSync(sample)) await cp(join(root, "sample"), sample, { recursive: true });

/** Settings for a first look at the sample, without a prompt about the surrounding repository and without an empty side bar. */
const settings = {
  "telemetry.telemetryLevel": "off",
  "workbench.startupEditor": "readme",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.tips.enabled": false,
  "chat.disableAIFeatures": true,
  "extensions.ignoreRecommendations": true,
  "git.openRepositoryInParentFolders": "never",
};

const desktop = flags.browser ? undefined : desktopEditor();
await (desktop ? openDesktop(desktop) : openBrowser()).catch(fail);

/** Returns the path of `code` on a desktop that can show its window. */
function desktopEditor(): string | undefined {
  const display = process.platform !== "linux" || process.env["DISPLAY"] || process.env["WAYLAND_DISPLAY"];
  return display ? which("code") : undefined;
}

async function openDesktop(code: string): Promise<void> {
  // A separate profile, so that trying Graft changes nothing in the user's VS Code.
  const base = [
    "--user-data-dir",
    join(profile, "desktop-user"),
    "--extensions-dir",
    join(profile, "desktop-extensions"),
  ];
  await writeFirstSettings(join(profile, "desktop-user", "User"));
  const shell = process.platform === "win32";
  await run(code, [...base, "--install-extension", vsixPath, "--force"], { shell });
  const args = [...base, "--new-window", "--wait", "--disable-workspace-trust", sample];
  const window = spawn(code, args, { shell, stdio: "ignore" });
  console.log("ready: VS Code shows the sample folder. Close its window or press Ctrl-C to end.");
  controller.signal.removeEventListener("abort", leave);
  controller.signal.addEventListener("abort", () => window.kill());
  await new Promise((resolve) => window.once("exit", resolve));
  process.exit(0);
}

async function openBrowser(): Promise<void> {
  await installBed();
  await writeFirstSettings(join(profile, "user", "User"));
  const server = await startEditorServer({
    folder: profile,
    extensions: [vsixPath],
    port: Number(flags.port),
    args: [sample],
    sameGroup: true,
  });
  controller.signal.removeEventListener("abort", leave);
  console.log(`ready: open ${server.url} in your browser. Press Ctrl-C here to end.`);
  if (!controller.signal.aborted) await stopped;
  await server.stop();
  process.exit(0);
}

/** Keeps settings that the user has changed. */
async function writeFirstSettings(folder: string): Promise<void> {
  const path = join(folder, "settings.json");
  if (existsSync(path)) return;
  await mkdir(folder, { recursive: true });
  await writeFile(path, JSON.stringify(settings, null, 2));
}
