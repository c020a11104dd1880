/** Vitest's global set-up for UI specs: one server with the packaged Graft, one browser, for all of them. */

import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { installBed } from "../../../scripts/bed/install.ts";
import { scratch, vsixPath } from "../../../scripts/bed/paths.ts";
import { startEditorServer } from "../../../scripts/bed/serve.ts";
import { writeTinyCheckpoint } from "../../core/baseModels/tinyCheckpoint.ts";
import { startFakeHub, type FakeHub } from "../../core/hub/fakeHub.ts";
import { startBrowser } from "./browser.ts";
import { testSettings } from "./settings.ts";

declare module "vitest" {
  interface ProvidedContext {
    editorUrl: string;
    browserEndpoint: string;
    /** Folder of the user's copies of data sets, which all specs share: a spec that needs them absent removes the folder. */
    userData: string;
    /** Linux's folder of power supplies, as the editor sees it: no supply at first. */
    powerSupplies: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(vsixPath)) throw new Error(`There is no ${vsixPath} to test: run \`npm run package\` first.`);
  await installBed();
  const browser = await startBrowser();
  // The folder stays after the run, for the logs in user/logs. A run begins with a fresh profile.
  const folder = join(scratch, "ui");
  await rm(folder, { recursive: true, force: true });
  const hub = await startHub(join(folder, "model"));
  process.env["HF_ENDPOINT"] = hub.url;
  process.env["GRAFT_DATA"] = join(folder, "dataSets");
  const powerSupplies = join(folder, "powerSupplies");
  process.env["GRAFT_POWER_SUPPLIES"] = powerSupplies;
  const server = await startEditorServer({ folder, extensions: [vsixPath], settings: testSettings });
  project.provide("editorUrl", server.url);
  project.provide("browserEndpoint", browser.wsEndpoint());
  project.provide("powerSupplies", powerSupplies);
  project.provide("userData", process.env["GRAFT_DATA"]);
  return async () => {
    await browser.close();
    await server.stop();
    await hub.close();
  };
}

/** The only hub that the editor can reach: it has one tiny model, and sends it so slowly that its progress is seen. */
async function startHub(model: string): Promise<FakeHub> {
  await writeTinyCheckpoint(model);
  const files = (await readdir(model)).map(async (name) => [name, await readFile(join(model, name))] as const);
  const hub = await startFakeHub(new Map(await Promise.all(files)));
  hub.faults.slowness = 20;
  return hub;
}
