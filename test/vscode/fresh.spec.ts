/** An adapter that learns what has changed: at once from the view's menu, taken back from its list, and refused during a training. */

import { execFileSync } from "node:child_process";
import { cp, mkdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { beforeAll, expect } from "vitest";
import { adapterRow, fromAdapterMenu, showAdapters } from "./harness/adaptersView.ts";
import { graftReady, openTrainingForm, storage } from "./harness/graft.ts";
import { editorTest } from "./harness/spec.ts";
import type { Workbench } from "./harness/workbench.ts";

const root = resolve(import.meta.dirname, "../..");
const library = join(storage, "adapters");
const nouns = ["item", "order", "user", "basket", "shelf", "parcel"];
const search = (noun: string): string =>
  `def find_${noun}(${noun}s, key):\n    for ${noun} in ${noun}s:\n        if ${noun}.key == key:\n            return ${noun}\n    return None\n`;

const test = editorTest({
  files: Object.fromEntries(nouns.map((noun) => [`${noun}s.py`, search(noun)])),
  name: "shop",
});

beforeAll(async () => {
  // Other specs leave adapters behind, which would be listed, too.
  await rm(library, { recursive: true, force: true });
  await mkdir(library, { recursive: true });
  // A folder of the workspace's name: an adapter is refreshed only where it was trained.
  const data = join(storage, "shop");
  await mkdir(data, { recursive: true });
  await writeFile(join(data, "item.py"), search("item"));
  const options = ["--steps", "1", "--method", "ia3", "--validation", "0", "--out", join(library, "shopkeeper")];
  execFileSync(process.execPath, [join(root, "dist/cli.js"), "train", "--data", data, ...options], { stdio: "ignore" });
}, 120_000);

const listed = (workbench: Workbench, text: string) =>
  workbench.page.locator(".quick-input-list .monaco-list-row", { hasText: text });
/** The adapter as its refresh left it. */
const refreshedCopy = join(storage, "shopkeeper, refreshed");
const weights = async (): Promise<string> =>
  await readFile(join(library, "shopkeeper", "adapter_model.safetensors"), "hex");

const fromMenu = (workbench: Workbench, command: string): Promise<void> =>
  fromAdapterMenu(workbench, "shopkeeper", command);

/** Pretends that the files are untouched since the training. */
async function age(workbench: Workbench): Promise<void> {
  const longAgo = new Date("2020-01-01T00:00:00Z");
  for (const noun of nouns) await utimes(join(workbench.folder, `${noun}s.py`), longAgo, longAgo);
}

test("where nothing has changed, it says so", { timeout: 120_000 }, async ({ workbench }) => {
  await age(workbench);
  await workbench.openFile("items.py");
  await fromMenu(workbench, "Use");
  await graftReady(workbench, "shopkeeper");
  await fromMenu(workbench, "Refresh now");
  await workbench
    .notification('No file has changed since "shopkeeper" last learned your code.')
    .waitFor({ timeout: 60_000 });
  await fromMenu(workbench, "Refreshes…");
  await workbench.notification('"shopkeeper" has not been refreshed yet.').waitFor({ timeout: 30_000 });
});

test("is exported in no format that only LoRA has", async ({ workbench }) => {
  await fromMenu(workbench, "Export…");
  await listed(workbench, "for PEFT and Graft").waitFor();
  expect(await listed(workbench, "").count()).toBe(1);
  await workbench.press("Escape");
});

test("learns an edit, lists it, and takes it back", { timeout: 240_000 }, async ({ workbench }) => {
  const before = await weights();
  await writeFile(join(workbench.folder, "users.py"), `${search("user")}\n\n${search("guest")}`);
  await fromMenu(workbench, "Refresh now");
  await workbench.notification('Refreshed "shopkeeper" with 1 changed file.').waitFor({ timeout: 200_000 });
  await workbench.screenshot("adapters, refreshed");
  await cp(join(library, "shopkeeper"), refreshedCopy, { recursive: true });
  const refreshed = await weights();
  expect(refreshed).not.toBe(before);
  await showAdapters(workbench);
  await adapterRow(workbench, "shopkeeper").hover();
  await workbench.page.getByText("Refreshed since then, last on").first().waitFor();
  await graftReady(workbench, "shopkeeper");

  await fromMenu(workbench, "Refreshes…");
  await listed(workbench, "1 file learned").waitFor();
  await workbench.screenshot("adapters, refreshes");
  // Enter opens what it changed, and a second Enter does nothing: taking back is a separate choice.
  await workbench.press("Enter");
  await listed(workbench, "Take back").waitFor();
  await workbench.screenshot("adapters, a refresh");
  await workbench.press("Enter");
  expect(await listed(workbench, "Take back").isVisible()).toBe(true);
  expect(await weights()).toBe(refreshed);
  await workbench.press("ArrowUp");
  await workbench.press("Enter");
  await workbench.notification('"shopkeeper" is as it was before its last refresh.').waitFor({ timeout: 30_000 });
  expect(await weights()).toBe(before);
  await graftReady(workbench, "shopkeeper");

  await fromMenu(workbench, "Refreshes…");
  await listed(workbench, "taken back").waitFor();
  expect(await listed(workbench, "taken back").locator(".codicon-discard").count()).toBe(0);
  await workbench.press("Escape");
});

test("the button of a row takes back, too", async ({ workbench }) => {
  const before = await weights();
  await workbench.command("Notifications: Clear All Notifications");
  await cp(refreshedCopy, join(library, "shopkeeper"), { recursive: true });
  expect(await weights()).not.toBe(before);
  await fromMenu(workbench, "Refreshes…");
  await listed(workbench, "1 file learned").hover();
  await listed(workbench, "1 file learned").locator(".codicon-discard").click();
  await workbench.notification('"shopkeeper" is as it was before its last refresh.').waitFor({ timeout: 30_000 });
  expect(await weights()).toBe(before);
});

test("a refresh that is stopped leaves the adapter as it was", { timeout: 120_000 }, async ({ workbench }) => {
  const before = await weights();
  await workbench.command("Notifications: Clear All Notifications");
  await fromMenu(workbench, "Refresh now");
  const progress = workbench.notification('Refreshing the adapter "shopkeeper"');
  await progress.waitFor();
  await workbench.command("Graft: Stop refresh");
  await progress.waitFor({ state: "hidden" });
  expect(await weights()).toBe(before);
  await fromMenu(workbench, "Refreshes…");
  await listed(workbench, "taken back").first().waitFor();
  expect(await listed(workbench, "1 file learned").count()).toBe(0);
  await workbench.press("Escape");
});

test("a training that the user starts comes first", { timeout: 240_000 }, async ({ workbench }) => {
  const before = await weights();
  const form = await openTrainingForm(workbench);
  await form.getByLabel("Name").fill("apprentice");
  await form.getByText("Advanced").click();
  await form.getByLabel("Epochs").fill("900");
  await form.getByRole("button", { name: "Start training" }).click();
  await form.getByText("tokens/s").waitFor({ timeout: 90_000 });
  await fromMenu(workbench, "Refresh now");
  await workbench.notification("a training runs in this window").waitFor({ timeout: 30_000 });
  expect(await weights()).toBe(before);
  await form.getByRole("button", { name: "Pause" }).click();
  await form.getByText("Paused. It resumes from here").waitFor({ timeout: 60_000 });
  // The windows of other specs would show a notice about it.
  await form
    .getByRole("button", { name: /^Discard/ })
    .first()
    .click();
  await workbench.notification("Discarded the training").waitFor({ timeout: 30_000 });
});
