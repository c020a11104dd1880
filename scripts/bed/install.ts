/**
 * Installs VS Code in a browser (code-server) from npm alone, into `.graft/vscode-bed`. It is safe to run again and does only what
 * is missing. The first run takes a minute and 620 MB. See docs/decisions/0001-vscode-bed.md.
 */

import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { npm, run, which } from "./command.ts";
import { bedFolder, codeServerEntry, codeServerFolder, codeServerVersion, root } from "./paths.ts";

const quiet = ["--ignore-scripts", "--no-audit", "--no-fund"];
const editorFolder = join(codeServerFolder, "lib", "vscode");

export async function installBed(): Promise<void> {
  await mkdir(bedFolder, { recursive: true });
  await once("editor", "VS Code in a browser (code-server, about a minute the first time)", async () => {
    await writeFile(join(bedFolder, "package.json"), '{ "private": true }\n');
    await npm(["install", ...quiet, `code-server@${codeServerVersion}`], bedFolder);
    // Its install script would do the next two steps, but also compile unneeded parts (terminals, keychains).
    await npm(["install", "--omit=dev", ...quiet], editorFolder);
    await npm(["install", "--omit=dev", ...quiet], join(editorFolder, "extensions"));
    await run(process.execPath, [codeServerEntry, "--version"], { env: isolated(bedFolder) });
  });
  await compileLogging();
}

/** Compiles two parts. Without them, the Output panel and the log files stay empty; everything else works. */
async function compileLogging(): Promise<void> {
  const missing = ["g++", "make", "python3"].filter((name) => !which(name));
  if (existsSync(join(bedFolder, "logging.done"))) return;
  if (missing.length > 0) {
    console.warn(`Without ${missing.join(", ")} the Output panel stays empty: apt-get install g++ make python3`);
    return;
  }
  // The npm package with Node also contains its headers, which node-gyp would download.
  const headers = join(root, "node_modules", `node-${process.platform}-${process.arch}`);
  const env = existsSync(join(headers, "include")) ? { npm_config_nodedir: headers } : {};
  const modules = ["@vscode/spdlog", "@vscode/native-watchdog"];
  await once("logging", "its log module (half a minute)", async () => {
    await npm(["rebuild", "--ignore-scripts=false", ...modules], editorFolder, env);
  }).catch((error: unknown) => console.warn(`The Output panel will stay empty: ${String(error)}`));
}

/** Separate settings folders, so that code-server never writes into the user's. */
export function isolated(folder: string): NodeJS.ProcessEnv {
  const env = { ...process.env, XDG_DATA_HOME: join(folder, "data"), XDG_CONFIG_HOME: join(folder, "config") };
  // In a VS Code terminal, these variables would send the commands to that window.
  for (const name of ["VSCODE_IPC_HOOK_CLI", "NODE_OPTIONS", "PASSWORD", "PORT"]) delete env[name as keyof typeof env];
  return env;
}

/** Does `work` unless it has already finished for this version. */
async function once(step: string, what: string, work: () => Promise<void>): Promise<void> {
  const record = join(bedFolder, `${step}.done`);
  const done = await readFile(record, "utf8").catch(() => "");
  if (done === codeServerVersion && existsSync(codeServerEntry)) return;
  console.log(`Installing ${what} …`);
  await work();
  await writeFile(record, codeServerVersion);
}
