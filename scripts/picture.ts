/**
 * Takes the README's picture, media/screenshot.png, of the packaged Graft that has learned from the sample folder:
 * `npm run package && node scripts/picture.ts`, some minutes.
 */

import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { startBrowser } from "../test/vscode/harness/browser.ts";
import { testSettings } from "../test/vscode/harness/settings.ts";
import { openWorkbench } from "../test/vscode/harness/workbench.ts";
import { installBed } from "./bed/install.ts";
import { root, vsixPath } from "./bed/paths.ts";
import { startEditorServer } from "./bed/serve.ts";

await installBed();
const folder = await mkdtemp(join(tmpdir(), "graft-picture-"));
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
  await workbench.command("Graft: Train adapter");
  const view = await workbench.webview("form");
  await view.getByText("Advanced").click();
  await view.getByLabel("Epochs").fill("20");
  await view.getByRole("button", { name: "Start training" }).click();
  await view.getByText("is the active adapter now").waitFor({ timeout: 300_000 });
  await workbench.page.locator(".editor-instance .view-lines").click();
  await workbench.press("ControlOrMeta+End");
  await workbench.type("    if item is None:\n");
  await workbench.ghostText();
  await workbench.page.waitForTimeout(500);
  await workbench.page.screenshot({ path: join(root, "media", "screenshot.png") });
} finally {
  await browser.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
