/**
 * Takes the README's screenshot, media/screenshot.png, at the end of the README's tour, which test/vscode/tour.spec.ts checks. Run
 * `npm run package && node scripts/screenshot.ts`; it takes some minutes.
 */

import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { startBrowser } from "../test/vscode/harness/browser.ts";
import { testSettings } from "../test/vscode/harness/settings.ts";
import { habit, trainOnWorkspace, typeInPlayground, unknown } from "../test/vscode/harness/tour.ts";
import { openWorkbench } from "../test/vscode/harness/workbench.ts";
import { installBed } from "./bed/install.ts";
import { root, vsixPath } from "./bed/paths.ts";
import { startEditorServer } from "./bed/serve.ts";

await installBed();
const folder = await mkdtemp(join(tmpdir(), "graft-screenshot-"));
const sample = join(folder, "sample");
await cp(join(root, "sample"), sample, { recursive: true });
const server = await startEditorServer({
  folder: join(folder, "editor"),
  extensions: [vsixPath],
  settings: { ...testSettings, "workbench.colorTheme": "Default Dark Modern", "editor.minimap.enabled": false },
});
const browser = await startBrowser();
try {
  const context = await (
    await chromium.connect(browser.wsEndpoint())
  ).newContext({ viewport: { width: 1100, height: 640 }, deviceScaleFactor: 2, colorScheme: "dark" });
  const workbench = await openWorkbench(await context.newPage(), server.url, sample);
  await workbench.openFile("playground.py");
  await workbench.statusItem("Graft:").waitFor();
  await trainOnWorkspace(workbench, "shop");
  const suggestion = await typeInPlayground(workbench, unknown);
  if (!suggestion.includes(habit)) throw new Error(`The suggestion is ${JSON.stringify(suggestion)}.`);
  await workbench.page.waitForTimeout(500);
  await workbench.page.screenshot({ path: join(root, "media", "screenshot.png") });
} finally {
  await browser.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
