import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Frame } from "playwright-core";
import { expect } from "vitest";
import { writeTinyCheckpoint } from "../core/baseModels/tinyCheckpoint.ts";
import { fitsWidth } from "./harness/fitsWidth.ts";
import { graftReady } from "./harness/graft.ts";
import { editorTest } from "./harness/spec.ts";
import type { Workbench } from "./harness/workbench.ts";

const test = editorTest({
  files: { "main.py": "x = 1\n" },
  settings: {
    // A setting of the folder, so that the other specs' windows keep theirs.
    "graft.base": "graft-base",
    "workbench.colorTheme": "Default Dark Modern",
  },
});

/** Types `source` where "Graft: Add base model" asks for it, and returns the view that shows the import. */
async function addBase(workbench: Workbench, source: string): Promise<Frame> {
  const { page } = workbench;
  await page.getByRole("tab", { name: "Graft" }).first().waitFor();
  await workbench.command("Graft: Add base model");
  await page.locator('input[placeholder*="OWNER/NAME"]').fill(source);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: source }).first().click();
  return workbench.webview(".import");
}

const baseSetting = async (workbench: Workbench): Promise<unknown> =>
  (JSON.parse(await readFile(join(workbench.folder, ".vscode/settings.json"), "utf8")) as Record<string, unknown>)[
    "graft.base"
  ];

test("a folder becomes a base, which completes when it is chosen, and goes when it is removed", async ({
  workbench,
}) => {
  await writeTinyCheckpoint(join(workbench.folder, "tiny-model"));
  await workbench.openFile("main.py");
  await graftReady(workbench);
  const view = await addBase(workbench, join(workbench.folder, "tiny-model"));
  const card = view.getByRole("article", { name: "tiny-model", exact: true });
  await card.getByText("0.1 million parameters, llama").waitFor({ timeout: 30_000 });
  await view.getByRole("article", { name: "graft-base" }).getByText("in use").waitFor();

  await card.getByRole("button", { name: "Use tiny-model" }).click();
  await card.getByText("in use").waitFor({ timeout: 30_000 });
  expect(await baseSetting(workbench)).toBe("tiny-model");

  await card.getByRole("button", { name: "Remove tiny-model" }).press("Enter");
  await workbench.page.locator(".monaco-dialog-box").getByRole("button", { name: "Remove" }).click();
  await card.waitFor({ state: "detached", timeout: 30_000 });
  await view.getByRole("article", { name: "graft-base" }).getByText("in use").waitFor();
  expect(await baseSetting(workbench)).toBe("");
});

test("a download shows how far it is, and can be cancelled and gone on with", async ({ workbench }) => {
  const view = await addBase(workbench, "acme/tiny-coder");
  await view.getByText("Downloading").waitFor();
  await view.getByText(/of 1\sMB, .* left/).waitFor();
  await workbench.screenshot("bases, downloading");
  await view.getByRole("button", { name: "Cancel" }).click();
  await view.getByRole("button", { name: "Cancel" }).waitFor({ state: "hidden" });
  await addBase(workbench, "acme/tiny-coder");
  await view.getByRole("article", { name: "tiny-coder", exact: true }).waitFor({ timeout: 30_000 });
  await view.getByText(/from acme\/tiny-coder@[0-9a-f]{7}/).waitFor();
});

test("what cannot be imported says why, and what to do", async ({ workbench }) => {
  const view = await addBase(workbench, "acme/none");
  await view.getByRole("alert").getByText("has no such model").waitFor();
  await view.getByRole("button", { name: "Try again" }).waitFor();
  // The panel is visible and shows the failure, so nothing else does.
  expect(await workbench.notification("no such model").count()).toBe(0);
  await workbench.screenshot("bases, failed");
  await view.getByRole("button", { name: "Dismiss" }).press("Enter");
  await view.getByRole("alert").waitFor({ state: "detached" });
  expect(await view.locator(".import").isHidden()).toBe(true);
  expect(await view.evaluate(() => document.activeElement?.textContent)).toBe("Another model or folder…");
});

test("a token is kept until it is emptied, and never shown", async ({ workbench }) => {
  const input = workbench.page.locator(".quick-input-widget input[type=password]");
  for (const [token, prompt] of [
    ["hf_secret", "For models that are private"],
    ["", "A token is kept"],
    ["", "For models that are private"],
  ] as const) {
    await workbench.command("Graft: Set Hugging Face token");
    await workbench.page.locator(".quick-input-message", { hasText: prompt }).waitFor();
    expect(await input.inputValue()).toBe("");
    await input.fill(token);
    await input.press("Enter");
    await input.waitFor({ state: "hidden" });
  }
});

test("the catalogue names licence, size and memory, and fits a narrow window", async ({ workbench }) => {
  await workbench.command("Notifications: Clear All Notifications");
  const view = await workbench.webview(".import");
  const model = view.getByRole("article", { name: "Qwen2.5-Coder-0.5B" });
  await model.getByText("Apache 2.0").waitFor();
  await model.getByText("about 989 MB to download, 377 MB on disk").waitFor();
  await workbench.screenshot("bases");
  await workbench.page.setViewportSize({ width: 560, height: 800 });
  await fitsWidth(view, 560);
  await workbench.screenshot("bases, narrow");
});
