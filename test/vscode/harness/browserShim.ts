#!/usr/bin/env node
/**
 * Stands in for the desktop `code` executable: takes the arguments that @vscode/test-electron passes, runs the same tests
 * in VS Code in a browser, and exits with their code.
 */

import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { installBed } from "../../../scripts/bed/install.ts";
import { scratch, vsixPath } from "../../../scripts/bed/paths.ts";
import { startEditorServer } from "../../../scripts/bed/serve.ts";
import { startBrowser } from "./browser.ts";
import { testSettings } from "./settings.ts";
import { openWorkbench } from "./workbench.ts";

/** A crashed extension host never reports an end. */
const limit = 240_000;

const path = { type: "string" } as const;
const { values, positionals } = parseArgs({
  options: { extensionDevelopmentPath: path, extensionTestsPath: path },
  allowPositionals: true,
  strict: false, // The desktop's other switches mean nothing here.
});
const workspace = positionals[0];
if (!workspace || typeof values.extensionTestsPath !== "string")
  throw new Error("Give a folder and --extensionTestsPath.");

await installBed();
const folder = join(scratch, "host");
await rm(folder, { recursive: true, force: true });
const server = await startEditorServer({
  folder,
  extensions: [vsixPath],
  settings: testSettings,
  // Without it, the page does not report the end of the tests.
  args: ["--vscode-option", "enable-smoke-test-driver"],
});
const browserServer = await startBrowser();
const stop = async (code: number): Promise<never> => {
  await browserServer.close();
  await server.stop();
  process.exit(code);
};
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop(1));

try {
  const page = await (await chromium.connect(browserServer.wsEndpoint())).newPage();
  const end = new Promise<number>((exit) => void page.exposeFunction("codeAutomationExit", exit));
  const errors: unknown[][] = [];
  await page.exposeFunction("codeAutomationLog", (type: string, args: unknown[]) => {
    if (type === "error") errors.push(args);
  });
  const remote = (local: unknown): string => `vscode-remote://${new URL(server.url).host}${resolve(String(local))}`;
  const workbench = await openWorkbench(page, server.url, resolve(workspace), [
    ["extensionDevelopmentPath", remote(values.extensionDevelopmentPath)],
    ["extensionTestsPath", remote(values.extensionTestsPath)],
  ]);
  const code = await Promise.race([end, delay(limit)]);
  if (code === undefined) {
    console.error(`No end after ${limit / 1000} s: ${await workbench.screenshot("host-tests")}`);
  }
  // VS Code logs errors of its own, which do not matter unless the tests fail.
  if (code !== 0) for (const args of errors) console.error(...args);
  await stop(code ?? 1);
} catch (error) {
  console.error(error);
  await stop(1);
}
