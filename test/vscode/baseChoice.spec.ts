/** Which base completes: chosen for one workspace alone, named as a folder in the settings, and never a lookalike. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { writeTinyCheckpoint } from "../core/baseModels/tinyCheckpoint.ts";
import { graftReady } from "./harness/graft.ts";
import { editorTest } from "./harness/spec.ts";

const test = editorTest({ files: { "main.py": "x = 1\n" }, settings: { "editor.fontSize": 14 } });

test("Use changes this workspace and no settings, and a planted folder is not taken for a model", async ({
  workbench,
}) => {
  const { page, folder } = workbench;
  await writeTinyCheckpoint(join(folder, "acme/tiny-coder"), { seed: 666 });
  await workbench.openFile("main.py");
  await graftReady(workbench);
  await workbench.command("Graft: Add base model");
  await page.locator('input[placeholder*="OWNER/NAME"]').fill("acme/tiny-coder");
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "acme/tiny-coder" }).first().click();
  const view = await workbench.webview(".import");
  const card = view.getByRole("article", { name: "tiny-coder", exact: true });
  await card.getByText(/from acme\/tiny-coder@[0-9a-f]{7}/).waitFor({ timeout: 60_000 });

  await view.locator(".import").waitFor({ state: "hidden", timeout: 60_000 });
  await card.getByRole("button", { name: "Use tiny-coder" }).click();
  await card.getByText("in use").waitFor({ timeout: 30_000 });
  await page.locator(".notification-toast", { hasText: 'This workspace completes with "tiny-coder"' }).waitFor();
  expect(await readFile(join(folder, ".vscode/settings.json"), "utf8")).not.toContain("graft.base");
  await view.getByRole("article", { name: "graft-base" }).getByRole("button", { name: "Use graft-base" }).click();
  await view.getByRole("article", { name: "graft-base" }).getByText("in use").waitFor({ timeout: 30_000 });
  // All windows share the bases, and other specs install this one again.
  await card.getByRole("button", { name: "Remove tiny-coder" }).click();
  await page.locator(".monaco-dialog-box").getByRole("button", { name: "Remove" }).click();
  await card.waitFor({ state: "detached", timeout: 30_000 });
});

test("a folder in the settings is offered as an import; the small base completes until it is there", async ({
  workbench,
}) => {
  const { page, folder } = workbench;
  const model = join(folder, "own-model");
  await writeTinyCheckpoint(model);
  const settings = join(folder, ".vscode/settings.json");
  const before = JSON.parse(await readFile(settings, "utf8")) as object;
  await writeFile(settings, JSON.stringify({ ...before, "graft.base": model }));
  const toast = page.locator(".notification-toast", { hasText: "must be imported before it can be used" });
  await toast.waitFor({ timeout: 60_000 });
  await workbench.command("Graft: Base models");
  const view = await workbench.webview(".import");
  await view.getByRole("article", { name: "graft-base" }).getByText("in use").waitFor();
  await view.getByText("Chosen in the settings, but not imported yet").waitFor();
  await workbench.screenshot("bases, not imported");
  await toast.getByRole("button", { name: "Import" }).click();
  const card = view.getByRole("article", { name: /^own-model/ });
  await card.getByText("in use").waitFor({ timeout: 60_000 });
});
