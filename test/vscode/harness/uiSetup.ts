/** Vitest's global set-up for UI specs: one server with the packaged Graft, one browser, for all of them. */

import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { installBed } from "../../../scripts/bed/install.ts";
import { scratch, vsixPath } from "../../../scripts/bed/paths.ts";
import { startEditorServer } from "../../../scripts/bed/serve.ts";
import { startBrowser } from "./browser.ts";
import { testSettings } from "./settings.ts";

declare module "vitest" {
  interface ProvidedContext {
    editorUrl: string;
    browserEndpoint: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(vsixPath)) throw new Error(`There is no ${vsixPath} to test: run \`npm run package\` first.`);
  await installBed();
  const browser = await startBrowser();
  // Kept after the run, for the logs in user/logs; a run begins with a fresh profile.
  const folder = join(scratch, "ui");
  await rm(folder, { recursive: true, force: true });
  const server = await startEditorServer({ folder, extensions: [vsixPath], settings: testSettings });
  project.provide("editorUrl", server.url);
  project.provide("browserEndpoint", browser.wsEndpoint());
  return async () => {
    await browser.close();
    await server.stop();
  };
}
