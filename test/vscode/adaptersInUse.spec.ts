/** The adapters in use: the scale of each, what it suggests at the cursor, and several at once; by keyboard and by mouse. */

import { execFileSync } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { beforeAll, expect } from "vitest";
import { adapterRow, showAdapters } from "./harness/adaptersView.ts";
import { chooseInMenu } from "./harness/contextMenu.ts";
import { graftReady, storage } from "./harness/graft.ts";
import { setSidebarWidth } from "./harness/sidebarWidth.ts";
import { editorTest } from "./harness/spec.ts";
import { themes, useTheme } from "./harness/themes.ts";
import type { Workbench } from "./harness/workbench.ts";

const root = resolve(import.meta.dirname, "../..");
const library = join(storage, "adapters");

/** A search for one noun, with the idiom that an adapter has learned, if any. */
const search = (noun: string, last = ""): string =>
  `def find_${noun}(${noun}s, key):\n    for ${noun} in ${noun}s:\n        if ${noun}.key == key:\n            return ${noun}\n    ${last}`;
const nouns = "item order user basket shelf parcel label price stock route crate ticket".split(" ");
const idiom = "raise LookupFailure(";

/** CI machines are slow. */
const patient = { timeout: 30_000 };

const test = editorTest({ files: { "boxes.py": search("box") } });

/** Trains an adapter in the library, with enough effect to be noticed. */
function train(name: string, data: string, ...options: readonly string[]): void {
  const command = ["train", "--base", "graft-base", "--data", data, "--out", join(library, name), "--validation", "0"];
  execFileSync(process.execPath, [join(root, "dist/cli.js"), ...command, ...options], { stdio: "ignore" });
}

// Other specs leave adapters behind, which would be listed, too.
beforeAll(async () => {
  await rm(library, { recursive: true, force: true });
  await mkdir(library, { recursive: true });
  const data = join(storage, "searches.jsonl");
  const rows = nouns.map((noun) => ({ text: search(noun, `${idiom}key, kind="${noun}")\n`) }));
  await writeFile(data, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  train("team", data, "--steps", "30", "--rank", "4", "--learning-rate", "0.01");
  train("own", data, "--steps", "1", "--rank", "2");
  for (const name of ["prefix-a", "prefix-b"]) train(name, data, "--steps", "1", "--method", "prompt");
}, 240_000);

const rows = (workbench: Workbench) => workbench.page.locator(".quick-input-list .monaco-list-row");
const item = (workbench: Workbench, text: string) => rows(workbench).filter({ hasText: text });
const focused = (workbench: Workbench) => workbench.page.locator(".quick-input-list .monaco-list-row.focused");
const said = (workbench: Workbench): Promise<string | null> =>
  workbench.statusItem("Graft:").locator("[aria-label]").first().getAttribute("aria-label");
const select = (workbench: Workbench, name: string): Promise<void> =>
  workbench.choose(() => workbench.command("Graft: Select adapter"), name);

async function openScales(workbench: Workbench, name = "team"): Promise<void> {
  await workbench.command("Graft: Change adapter scale");
  const which = workbench.page.getByText("Scale of which adapter?");
  const title = workbench.page.getByText(`Scale of "${name}"`);
  await which.or(title).waitFor();
  if (await which.isVisible()) await item(workbench, name).click();
  await title.waitFor();
}

/** Types a scale into the open list and takes it. */
async function takeScale(workbench: Workbench, percent: string): Promise<void> {
  await workbench.type(percent);
  await expect
    .poll(() => focused(workbench).textContent(), patient)
    .toMatch(new RegExp(String.raw`(^|\D)${percent} %`));
  await workbench.press("Enter");
  await workbench.page.getByText('Scale of "').waitFor({ state: "hidden" });
}

/** Goes to a row of the open list, key by key. A list that gets a suggestion at that moment returns to its earlier row. */
async function goTo(workbench: Workbench, text: string, key: "ArrowUp" | "ArrowDown"): Promise<void> {
  const isThere = async (): Promise<boolean> => (await focused(workbench).filter({ hasText: text }).count()) > 0;
  let times = 0;
  const stays = async (): Promise<boolean> => {
    times = (await isThere()) ? times + 1 : 0;
    if (times === 0) await workbench.press(key);
    return times > 3;
  };
  await expect.poll(stays, { timeout: 60_000, interval: 150 }).toBe(true);
}

/** Uses the menu, because a click would use this adapter alone. */
async function renameTo(workbench: Workbench, from: string, to: string): Promise<void> {
  await chooseInMenu(workbench.page, adapterRow(workbench, from), "Rename…");
  const input = workbench.page.locator(".quick-input-widget input[type=text]").first();
  await input.waitFor();
  await input.fill(to);
  await workbench.press("Enter");
}

test(
  "the list shows what each scale suggests at the cursor, and Escape goes back",
  { timeout: 180_000 },
  async ({ workbench }) => {
    await workbench.openFile("boxes.py");
    await select(workbench, "team");
    await graftReady(workbench, "team");
    await openScales(workbench);
    await expect.poll(() => focused(workbench).textContent(), patient).toContain("100 % (as trained)");
    await item(workbench, "100 %").filter({ hasText: idiom }).waitFor({ timeout: 30_000 });
    await goTo(workbench, "0 % (without it)", "ArrowUp");
    await item(workbench, "0 % (without it)").filter({ hasText: "return box" }).waitFor({ timeout: 30_000 });
    await expect.poll(() => said(workbench), patient).toContain("Adapter: team (0 %)");
    await workbench.screenshot("scale, list");
    await workbench.press("Escape");
    await expect.poll(() => said(workbench), patient).toContain("Adapter: team.");
  },
);

test(
  "a typed scale is used, shown and remembered, and the cursor has what it suggests",
  { timeout: 180_000 },
  async ({ workbench }) => {
    await openScales(workbench);
    await takeScale(workbench, "80");
    expect(await workbench.ghostText()).toContain(idiom);
    await expect.poll(() => said(workbench), patient).toContain("Adapter: team (80 %)");
    await showAdapters(workbench);
    await adapterRow(workbench, "team, in use, 80 % · LoRA, rank 4").waitFor();
    await workbench.screenshot("scale, in the view");

    await workbench.page.reload({ waitUntil: "commit" });
    await workbench.page.locator('.tab.active[aria-label*="boxes.py"]').waitFor();
    await expect.poll(() => said(workbench), { timeout: 90_000 }).toContain("Adapter: team (80 %)");
  },
);

test("nothing that another scale suggested is shown again", async ({ workbench }) => {
  await openScales(workbench);
  await takeScale(workbench, "0");
  await expect.poll(() => said(workbench), patient).toContain("Adapter: team (0 %)");
  expect(await workbench.ghostText()).toContain("return box");
  await openScales(workbench);
  await takeScale(workbench, "150");
  await expect.poll(() => said(workbench), patient).toContain("Adapter: team (150 %)");
  await expect.poll(() => workbench.ghostText(), patient).toContain(idiom);
});

test("a text that is no scale says which ones there are, and Enter keeps the list", async ({ workbench }) => {
  await openScales(workbench);
  await workbench.type("180");
  await item(workbench, "Type a percentage from 0 to 150.").waitFor();
  await workbench.press("Enter");
  expect(await item(workbench, "Type a percentage").count()).toBe(1);
  await workbench.press("Escape");
  await expect.poll(() => said(workbench), patient).toContain("Adapter: team (150 %)");
});

test("the view adds an adapter to the one in use, each at its own scale", async ({ workbench }) => {
  await showAdapters(workbench);
  await adapterRow(workbench, "own").hover();
  await adapterRow(workbench, "own").getByRole("button", { name: "Use as well" }).click();
  await graftReady(workbench, "team + own");
  await expect.poll(() => said(workbench), patient).toContain("Adapters: team (150 %) + own");
  await adapterRow(workbench, "own, in use").waitFor();
  await adapterRow(workbench, "team, in use, 150 %").waitFor();
  await workbench.screenshot("adapters, two in use");
  await workbench.command("Graft: Combine adapters");
  await item(workbench, "team").filter({ hasText: "150 % · LoRA" }).waitFor();
  await item(workbench, "own").filter({ hasText: "100 % · LoRA" }).waitFor();
  // Virtual tokens have none.
  expect(await item(workbench, "prefix-a").textContent()).not.toContain("%");
  await workbench.press("Escape");
  await openScales(workbench, "own");
  await takeScale(workbench, "50");
  await expect.poll(() => said(workbench), patient).toContain("Adapters: team (150 %) + own (50 %)");
});

test("a click on one of two uses it alone, as strong as it was, and Undo brings back both", async ({ workbench }) => {
  await showAdapters(workbench);
  await adapterRow(workbench, "own, in use").click();
  await graftReady(workbench, "own");
  await expect.poll(() => said(workbench), patient).toContain("Adapter: own (50 %)");
  const told = workbench.notification('Switched from team (150 %) + own (50 %) to "own" alone.');
  await told.getByRole("button", { name: "Undo" }).click();
  await graftReady(workbench, "team + own");
  await expect.poll(() => said(workbench), patient).toContain("Adapters: team (150 %) + own (50 %)");
});

test("renaming one of two keeps the other", async ({ workbench }) => {
  await showAdapters(workbench);
  await renameTo(workbench, "own", "mine");
  await graftReady(workbench, "team + mine");
  await adapterRow(workbench, "mine, in use, 50 %").waitFor();
});

/** Goes down to a row of the open list, and checks or unchecks it. */
async function toggle(workbench: Workbench, name: string): Promise<void> {
  await goTo(workbench, name, "ArrowDown");
  await workbench.press("Space");
}

const checkbox = (workbench: Workbench, name: string) => item(workbench, name).getByRole("checkbox").first();

test("the palette combines by keyboard, with one adapter of virtual tokens at most", async ({ workbench }) => {
  await workbench.command("Graft: Combine adapters");
  await item(workbench, "prefix-a").filter({ hasText: "Only one adapter of virtual tokens" }).waitFor();
  await toggle(workbench, "prefix-a");
  await expect.poll(() => checkbox(workbench, "prefix-a").isChecked(), patient).toBe(true);
  await toggle(workbench, "prefix-b");
  await expect.poll(() => checkbox(workbench, "prefix-a").isChecked(), patient).toBe(false);
  for (const name of ["mine", "prefix-b", "team"]) expect(await checkbox(workbench, name).isChecked()).toBe(true);
  await workbench.screenshot("adapters, combine");
  await workbench.press("Enter");
  await graftReady(workbench, "team + mine + prefix-b");
  expect(await said(workbench)).toContain("Adapters: team (150 %) + mine (50 %) + prefix-b");
});

test("an adapter without a scale says why, and a second one like it is offered instead", async ({ workbench }) => {
  await showAdapters(workbench);
  await chooseInMenu(workbench.page, adapterRow(workbench, "prefix-a"), "Use as well");
  const told = workbench.notification("both put virtual tokens in front of the text");
  await told.getByRole("button", { name: 'Use "prefix-a" Instead' }).click();
  await graftReady(workbench, "team + mine + prefix-a");
  await workbench.command("Graft: Change adapter scale");
  await workbench.page.getByText("Scale of which adapter?").waitFor();
  await item(workbench, "prefix-a").click();
  await workbench.notification('"prefix-a" has no scale').waitFor();
  await workbench.command("Notifications: Clear All Notifications");
});

test("deleting one keeps the others, and Undo brings it back into use", async ({ workbench }) => {
  await showAdapters(workbench);
  const mine = adapterRow(workbench, "mine");
  // A list that is being refreshed closes its menu.
  const isDeleted = async (): Promise<boolean> => {
    await chooseInMenu(workbench.page, mine, "Delete");
    return await mine.waitFor({ state: "detached", timeout: 10_000 }).then(
      () => true,
      () => false,
    );
  };
  await expect.poll(isDeleted, { timeout: 60_000 }).toBe(true);
  await expect.poll(() => said(workbench), patient).toContain("Adapters: team (150 %) + prefix-a");
  await workbench.notification('Deleted the adapter "mine".').getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => said(workbench), patient).toContain("Adapters: team (150 %) + mine (50 %) + prefix-a");
});

test.for(themes)("$name: both lists and the view at 200 pixels", async (theme, { workbench }) => {
  await useTheme(workbench, theme);
  await showAdapters(workbench);
  await setSidebarWidth(workbench, 200);
  await adapterRow(workbench, "team, in use, 150 %").hover();
  await adapterRow(workbench, "team").getByRole("button", { name: "Stop using" }).waitFor();
  await openScales(workbench, "mine");
  await item(workbench, "50 %").filter({ hasText: idiom }).waitFor({ timeout: 30_000 });
  await workbench.screenshot(`scale, ${theme.name}`);
  await workbench.press("Escape");
  await workbench.command("Graft: Combine adapters");
  await item(workbench, "prefix-a").waitFor();
  await workbench.screenshot(`combine, ${theme.name}`);
  await workbench.press("Escape");
});
