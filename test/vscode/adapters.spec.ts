/** The view of adapters in the side bar, from the first training to the undo of a deletion, by mouse and by keyboard. */

import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect } from "vitest";
import { graftReady, openTrainingForm, storage } from "./harness/graft.ts";
import { editorTest } from "./harness/spec.ts";
import type { Workbench } from "./harness/workbench.ts";

const test = editorTest({ files: { "rows.py": "def double(x):\n    return 2 * x\n" }, name: "treetop" });

const library = join(storage, "adapters");
// Other specs leave adapters behind, which would be listed, too.
beforeAll(() => rm(library, { recursive: true, force: true }));

const row = (workbench: Workbench, name: string) =>
  workbench.page.locator(".part.sidebar").getByRole("treeitem", { name: new RegExp(`^${name}\\b`) });

async function showView(workbench: Workbench): Promise<void> {
  await workbench.page.getByRole("tab", { name: "Graft" }).first().waitFor();
  await workbench.command("Graft: Focus on Adapters View");
}

test("says how to get the first adapter", async ({ workbench }) => {
  await showView(workbench);
  await workbench.page.getByText("No adapter yet").waitFor({ timeout: 30_000 });
  await workbench.page.locator(".part.sidebar").getByRole("button", { name: "Import adapter…" }).last().waitFor();
  await workbench.screenshot("adapters, none");
});

test("lists a new adapter, which is in use", { timeout: 240_000 }, async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await form.getByLabel("Name").fill("twig");
  await form.getByText("Advanced").click();
  await form.getByLabel("Epochs").fill("2");
  await form.getByRole("button", { name: "Start training" }).click();
  await form.getByText('Trained. "twig" is the active adapter now.').waitFor({ timeout: 200_000 });
  await showView(workbench);
  await row(workbench, "twig, in use · LoRA, rank 16").waitFor({ timeout: 30_000 });
  await workbench.screenshot("adapters, one in use");
});

test("a click puts an adapter into use, after its button has taken it out of use", async ({ workbench }) => {
  await row(workbench, "twig").hover();
  await row(workbench, "twig").getByRole("button", { name: "Stop using" }).click();
  await graftReady(workbench, "none");
  await row(workbench, "twig, LoRA, rank 16").click();
  await graftReady(workbench, "twig");
});

test("F2 renames the adapter, which stays in use", async ({ workbench }) => {
  await row(workbench, "twig, in use").click();
  await workbench.press("F2");
  await workbench.page.locator(".quick-input-widget input").first().fill("branch");
  await workbench.press("Enter");
  await row(workbench, "branch, in use").waitFor({ timeout: 30_000 });
  await graftReady(workbench, "branch");
  expect(await readdir(library)).toContain("branch");
});

test("Delete removes it, and Undo brings it back into use", async ({ workbench }) => {
  await row(workbench, "branch").click();
  await workbench.press("Delete");
  await workbench.page.getByText("No adapter yet").waitFor({ timeout: 30_000 });
  await graftReady(workbench, "none");
  await workbench.notification('Deleted the adapter "branch".').getByRole("button", { name: "Undo" }).click();
  await row(workbench, "branch, in use").waitFor({ timeout: 30_000 });
  await graftReady(workbench, "branch");
});
