/**
 * Opens VS Code with this checkout's Graft on a copy of the sample folder, and stays until Ctrl-C: the desktop's `code`
 * where there is one, else VS Code in the browser.
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
/** Kept between starts, with the adapters trained in it. Deleting `.graft/` starts afresh. */
const profile = join(scratch, "editor");
const sample = join(scratch, "sample");

const controller = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => controller.abort());
}
// npm, told to end, does not tell the scripts that it runs.
const parent = process.ppid;
setInterval(() => process.ppid === parent || controller.abort(), 500).unref();
const stopped = new Promise<void>((resolve) => controller.signal.addEventListener("abort", () => resolve()));
// While something is being installed there is nothing to put away: its processes get the Ctrl-C as well.
const leave = (): never => process.exit(130);
controller.signal.addEventListener("abort", leave);

console.log("Building Graft …");
await run(process.execPath, [join(root, "scripts", "package.ts")], { cwd: root }).catch(fail);
if (!existsSync(sample)) await cp(join(root, "sample"), sample, { recursive: true });

/** The sample is what a first look is for: no prompt about the repository around it, no empty bar beside it. */
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

/** `code` of a desktop that can show it. */
function desktopEditor(): string | undefined {
  const display = process.platform !== "linux" || process.env["DISPLAY"] || process.env["WAYLAND_DISPLAY"];
  return display ? which("code") : undefined;
}

async function openDesktop(code: string): Promise<void> {
  // A profile of its own: trying Graft changes nothing in the user's VS Code.
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

/** Settings that the user has changed since stay as they are. */
async function writeFirstSettings(folder: string): Promise<void> {
  const path = join(folder, "settings.json");
  if (existsSync(path)) return;
  await mkdir(folder, { recursive: true });
  await writeFile(path, JSON.stringify(settings, null, 2));
}
