/**
 * Runs test/vscode/*.test.ts (Mocha, with the `vscode` API available) inside the extension host of a real VS Code that has the packaged
 * Graft installed.
 *
 *     node test/vscode/harness/runHostTests.ts [--desktop] [--file TEXT]
 *
 * The editor is VS Code in a browser, through browserShim.ts; with --desktop it is a desktop VS Code that
 * @vscode/test-electron downloads, or the one that VSCODE_EXEC names. The test files are the same.
 */

import { spawnSync } from "node:child_process";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath, runTests } from "@vscode/test-electron";
import { build } from "esbuild";
import { root, scratch, vsixPath } from "../../../scripts/bed/paths.ts";
import type { HostResults } from "./hostResults.ts";

const { values: flags } = parseArgs({ options: { desktop: { type: "boolean" }, file: { type: "string" } } });
const folder = join(scratch, "host-tests");
const sources = join(root, "test", "vscode");
const workspace = join(folder, "workspace");

/** Writes a companion without any code, because VS Code runs test files only from within an extension under development. */
async function writeCompanion(): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(workspace, { recursive: true });
  const manifest = {
    name: "graft-tests",
    publisher: "graft",
    version: "0.0.0",
    engines: { vscode: "*" },
    type: "commonjs",
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  const names = (await readdir(sources)).filter((name) => name.endsWith(".test.ts") && name.includes(flags.file ?? ""));
  if (names.length === 0) throw new Error(`No file test/vscode/*${flags.file ?? ""}*.test.ts.`);
  await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(
      [...names, "harness/hostRunner.ts"].map((path) => [basename(path, ".ts"), join(sources, path)]),
    ),
    outdir: folder,
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["vscode", "mocha"],
    // Sources are ECMAScript modules, and know where they are.
    define: { "import.meta.url": "ownUrl" },
    banner: { js: 'const ownUrl = require("node:url").pathToFileURL(__filename).href;' },
    sourcemap: "inline",
    logLevel: "warning",
  });
}

await writeCompanion();
const options = {
  extensionDevelopmentPath: folder,
  extensionTestsPath: join(folder, "hostRunner.js"),
  launchArgs: [workspace, "--disable-workspace-trust"],
};
try {
  if (flags.desktop) {
    const executable = process.env["VSCODE_EXEC"] ?? (await downloadAndUnzipVSCode());
    const [cli, ...args] = resolveCliArgsFromVSCodeExecutablePath(executable);
    spawnSync(cli!, [...args, "--install-extension", vsixPath, "--force"], { stdio: "inherit" });
    await runTests({ ...options, vscodeExecutablePath: executable });
  } else {
    const shim = join(import.meta.dirname, "browserShim.ts");
    await runTests({ ...options, vscodeExecutablePath: process.env["VSCODE_EXEC"] ?? shim });
  }
} catch (error) {
  process.exitCode = 1;
  console.error(String(error));
}
const results = await readFile(join(folder, "results.json"), "utf8").then(
  (text) => JSON.parse(text) as HostResults,
  (): HostResults => ({ passed: 0, failed: 1, skipped: [], report: ["✗ The tests never began."] }),
);
if (process.exitCode === 1 && results.failed === 0) {
  results.failed = 1;
  results.report.push("✗ The run ended early.");
  await writeFile(join(folder, "results.json"), JSON.stringify(results));
}
console.log(results.report.join("\n"));
const { passed, failed, skipped } = results;
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped in the extension host`);
