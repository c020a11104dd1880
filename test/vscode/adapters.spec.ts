/** The view of adapters in the side bar, from the first training to the undo of a deletion, by mouse and by keyboard. */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, inject } from "vitest";
import { adapterRow, fromAdapterMenu, showAdapters } from "./harness/adaptersView.ts";
import { chooseFile, chooseFolder } from "./harness/folderDialog.ts";
import { graftReady, openTrainingForm, storage } from "./harness/graft.ts";
import { editorTest } from "./harness/spec.ts";
import { openWorkbench, type Workbench } from "./harness/workbench.ts";

const test = editorTest({ files: { "rows.py": "def double(x):\n    return 2 * x\n" }, name: "treetop" });

const library = join(storage, "adapters");
// Other specs leave adapters behind, which would be listed, too.
beforeAll(() => rm(library, { recursive: true, force: true }));

test("says how to get the first adapter", async ({ workbench }) => {
  await showAdapters(workbench);
  await workbench.page.getByText("No adapter yet").waitFor({ timeout: 30_000 });
  await workbench.page.locator(".part.sidebar").getByText("import one", { exact: true }).waitFor();
  await workbench.screenshot("adapters, none");
});

test("lists a new adapter, which is in use", { timeout: 240_000 }, async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await form.getByLabel("Name").fill("twig");
  await form.getByText("Advanced").click();
  await form.getByLabel("Epochs").fill("2");
  await form.getByRole("button", { name: "Start training" }).click();
  await form.getByText('Trained. "twig" is in use now.').waitFor({ timeout: 200_000 });
  await showAdapters(workbench);
  await adapterRow(workbench, "twig, in use · LoRA, rank 64").waitFor({ timeout: 30_000 });
  await workbench.screenshot("adapters, one in use");
});

test("a click puts an adapter into use, after its button has taken it out of use", async ({ workbench }) => {
  await adapterRow(workbench, "twig").hover();
  await adapterRow(workbench, "twig").getByRole("button", { name: "Stop using" }).click();
  await graftReady(workbench, "none");
  await adapterRow(workbench, "twig, LoRA, rank 64").click();
  await graftReady(workbench, "twig");
});

test("F2 renames the adapter, which stays in use", async ({ workbench }) => {
  await adapterRow(workbench, "twig, in use").click();
  await workbench.press("F2");
  await workbench.page.locator(".quick-input-widget input").first().fill("branch");
  await workbench.press("Enter");
  await adapterRow(workbench, "branch, in use").waitFor({ timeout: 30_000 });
  await graftReady(workbench, "branch");
  // The page of its training shows it, too.
  const page = await workbench.webview("section.outcome");
  await page.getByText('"branch" is in use now.').waitFor();
  expect(await readdir(library)).toContain("branch");
});

async function renameTo(workbench: Workbench, from: string, to: string): Promise<void> {
  await showAdapters(workbench);
  await adapterRow(workbench, from).click();
  await workbench.press("F2");
  await workbench.page.locator(".quick-input-widget input").first().fill(to);
  await workbench.press("Enter");
  await adapterRow(workbench, to).waitFor({ timeout: 30_000 });
}

test("other workspaces that use it follow its new name, open or not", { timeout: 180_000 }, async ({ workbench }) => {
  const folder = await mkdtemp(join(tmpdir(), "graft-other-"));
  await writeFile(join(folder, "leaf.py"), "x = 1\n");
  const openOther = async (): Promise<Workbench> => {
    const page = await workbench.page.context().newPage();
    const other = await openWorkbench(page, inject("editorUrl"), folder);
    await other.openFile("leaf.py");
    return other;
  };
  try {
    let other = await openOther();
    await showAdapters(other);
    await adapterRow(other, "branch, LoRA, rank 64").click();
    await graftReady(other, "branch");
    await workbench.page.bringToFront();
    await renameTo(workbench, "branch", "bough");
    await graftReady(other, "bough");
    await other.page.close();
    await renameTo(workbench, "bough", "limb");
    other = await openOther();
    await graftReady(other, "limb");
    await other.page.close();
    await workbench.page.bringToFront();
    await renameTo(workbench, "limb", "branch");
    await graftReady(workbench, "branch");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

const format = (workbench: Workbench, label: string) =>
  workbench.page.locator(".quick-input-list .monaco-list-row", { hasText: label });

test("exports a folder, which comes in again under a free name", async ({ workbench }) => {
  const out = join(workbench.folder, "out");
  await mkdir(out);
  await fromAdapterMenu(workbench, "branch", "Export…");
  await format(workbench, "for PEFT and Graft").click();
  await chooseFolder(workbench, out, "Export here");
  await workbench.notification(`Exported to ${join(out, "branch")}.`).waitFor({ timeout: 30_000 });
  const weights = "adapter_model.safetensors";
  const own = await readFile(join(library, "branch", weights));
  expect((await readFile(join(out, "branch", weights))).equals(own)).toBe(true);

  await workbench.command("Graft: Import adapter…");
  await chooseFolder(workbench, join(out, "branch"), "Import");
  await adapterRow(workbench, "branch-2, LoRA, rank 64").waitFor({ timeout: 30_000 });
  expect((await readFile(join(library, "branch-2", weights))).equals(own)).toBe(true);
  // It can be used at once.
  await workbench.notification('Imported the adapter "branch-2".').getByRole("button", { name: "Use It" }).click();
  await graftReady(workbench, "branch-2");
  await adapterRow(workbench, "branch, LoRA").click();
  await graftReady(workbench, "branch");
});

test.for([
  ["for ONNX Runtime", "branch.onnx_adapter"],
  ["for llama.cpp", "branch.gguf"],
] as const)("exports a file %s", async ([label, name], { workbench }) => {
  const path = join(workbench.folder, name);
  await fromAdapterMenu(workbench, "branch", "Export…");
  await format(workbench, label).click();
  await chooseFile(workbench, path);
  await workbench.notification(`Exported to ${path}.`).waitFor({ timeout: 30_000 });
  const bytes = await readFile(path);
  expect(bytes.length).toBeGreaterThan(10_000);
  if (name.endsWith(".gguf")) expect(bytes.subarray(0, 4).toString()).toBe("GGUF");
});

test("a folder that is no adapter is told with what to do, and nothing is taken in", async ({ workbench }) => {
  const before = (await readdir(library)).sort();
  const folder = join(workbench.folder, "no-adapter");
  await mkdir(folder);
  await showAdapters(workbench);
  await workbench.command("Graft: Import adapter…");
  await chooseFolder(workbench, folder, "Import");
  const refused = workbench.notification("no-adapter");
  await refused.getByRole("button", { name: "Show Log" }).waitFor({ timeout: 30_000 });
  await workbench.screenshot("adapters, import refused");
  expect((await readdir(library)).sort()).toEqual(before);
});

test("Delete removes it, and Undo brings it back into use", async ({ workbench }) => {
  // Removes the imported copy as another window would.
  await rm(join(library, "branch-2"), { recursive: true });
  await adapterRow(workbench, "branch-2").waitFor({ state: "detached", timeout: 30_000 });
  await adapterRow(workbench, "branch").click();
  await workbench.press("Delete");
  await workbench.page.getByText("No adapter yet").waitFor({ timeout: 30_000 });
  await graftReady(workbench, "none");
  const notice = workbench.notification('Deleted the adapter "branch".');
  await notice.getByRole("button", { name: "Undo" }).waitFor();
  // The log has nothing to add.
  expect(await notice.getByRole("button", { name: "Show Log" }).count()).toBe(0);
  await notice.getByRole("button", { name: "Undo" }).click();
  await adapterRow(workbench, "branch, in use").waitFor({ timeout: 30_000 });
  await graftReady(workbench, "branch");
});
