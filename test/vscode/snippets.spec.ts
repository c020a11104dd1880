/** "Train on this selection": from the editor's menu to an adapter, by mouse and by keyboard; no secret among the snippets. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Frame } from "playwright-core";
import { expect } from "vitest";
import { scratch } from "../../scripts/bed/paths.ts";
import { violations } from "./harness/accessibility.ts";
import { chooseInMenu } from "./harness/contextMenu.ts";
import { fitsWidth } from "./harness/fitsWidth.ts";
import { graftReady, openTrainingForm } from "./harness/graft.ts";
import { setSidebarWidth } from "./harness/sidebarWidth.ts";
import { editorTest } from "./harness/spec.ts";
import { inAllThemes } from "./harness/themes.ts";
import type { Workbench } from "./harness/workbench.ts";

const secret = "correct-horse-battery-7";
const stock = `class Stock:
    def count_cocoa(self):
        return self.ledger.count("cocoa")

    def count_honey(self):
        return self.ledger.count("honey")
`;

const test = editorTest({
  files: {
    "stock_room.py": stock,
    "door_code.py": `password = "${secret}"\n`,
    ".vscode/settings.json": "{}",
  },
  name: "pantry",
});

/** Selects the lines from `first` to `last` of the open file, from the first character to the first one below. */
async function selectLines(workbench: Workbench, first: number, last: number): Promise<void> {
  await workbench.press("ControlOrMeta+Home");
  for (let line = 1; line < first; line++) await workbench.press("ArrowDown");
  for (let line = first; line <= last; line++) await workbench.press("Shift+ArrowDown");
}

async function chooseSnippets(workbench: Workbench): Promise<Frame> {
  const form = await openTrainingForm(workbench);
  await form.locator("#data-snippets").check();
  return form;
}

/** Returns all texts in the snippets of any workspace of the editor. */
function kept(): string {
  const storage = join(scratch, "ui/user/User/workspaceStorage");
  const folders = readdirSync(storage).map((name) => join(storage, name, "graft.graft", "snippets"));
  const files = folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".py"))
      .map((path) => readFileSync(join(folder, path), "utf8")),
  );
  return files.join("\n");
}

test("the form says how to add code, and cannot start without", async ({ workbench }) => {
  const form = await chooseSnippets(workbench);
  await form.getByText('choose "Add selection to snippets" in its menu').waitFor();
  await form.getByText("Add code to the snippets first.").waitFor();
  expect(await form.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
});

test("the editor's menu adds what is selected, and the palette does, too", async ({ workbench }) => {
  await workbench.openFile("stock_room.py");
  await selectLines(workbench, 2, 3);
  const line = workbench.page.locator(".view-line", { hasText: "count_cocoa" });
  await chooseInMenu(workbench.page, line, "Add selection to snippets", { position: { x: 60, y: 8 } });
  const notice = workbench.notification("Added code of stock_room.py. Snippets to train on: 1");
  await notice.waitFor({ timeout: 30_000 });
  await selectLines(workbench, 5, 6);
  await workbench.command("Graft: Add selection to snippets");
  const second = workbench.notification("Added code of stock_room.py. Snippets to train on: 2");
  await second.getByRole("button", { name: "Train on Snippets…" }).click({ timeout: 30_000 });
  const form = await workbench.webview("form");
  await form.getByText("2 snippets").waitFor();
  await form.getByText("def count_honey(self):").waitFor();
  expect(kept()).toContain('def count_cocoa(self):\n    return self.ledger.count("cocoa")\n');
  // Two lines each, without the blank one between them.
  expect(await form.getByText("2 lines").count()).toBe(2);
  await expect.poll(() => form.getByRole("button", { name: "Start training" }).isEnabled()).toBe(true);
  expect(await violations(form)).toEqual([]);
});

test("the same code is taken once, and none with a secret", async ({ workbench }) => {
  await workbench.openFile("stock_room.py");
  await selectLines(workbench, 5, 6);
  await workbench.command("Graft: Add selection to snippets");
  await workbench.notification("This code is among the snippets already.").waitFor({ timeout: 30_000 });
  await workbench.openFile("door_code.py");
  await selectLines(workbench, 1, 1);
  await workbench.command("Graft: Add selection to snippets");
  await workbench.notification("Cannot add the selection: line 1 contains a secret.").waitFor({ timeout: 30_000 });
  await workbench.screenshot("snippets, a secret");
  expect(kept()).not.toContain(secret);
});

test("a snippet is edited as a file, and left out with the reason if no training can read it", async ({
  workbench,
}) => {
  const form = await chooseSnippets(workbench);
  // By keyboard alone.
  await form.getByRole("button", { name: "Edit: stock_room-2.py" }).press("Enter");
  await workbench.page.locator('.tab.active[aria-label*="stock_room-2.py"]').waitFor();
  await workbench.page.locator(".editor-group-container.active .view-lines").click();
  await workbench.press("ControlOrMeta+Home");
  await workbench.type("def (");
  await workbench.press("Escape");
  await workbench.save();
  await form.getByText("left out: not valid Python by itself").waitFor({ timeout: 30_000 });
});

test("reads well in all themes, and 200 pixels wide", async ({ workbench }) => {
  const form = await chooseSnippets(workbench);
  await inAllThemes(workbench, form, async (theme) => {
    await workbench.screenshot(`snippets, ${theme}`);
    expect(await violations(form)).toEqual([]);
  });
  await setSidebarWidth(workbench, 200);
  await fitsWidth(form, 200);
  await workbench.screenshot("snippets, 200 px");
  await setSidebarWidth(workbench, 340);
});

test("a removed snippet comes back by Undo", async ({ workbench }) => {
  const form = await chooseSnippets(workbench);
  const focused = (): Promise<string | null> =>
    form.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? null);
  await form.getByRole("button", { name: "Remove: stock_room.py" }).press("Enter");
  await form.getByText("1 snippet", { exact: true }).waitFor();
  // The focus goes to the next snippet, not to the top of the form, where a key would choose other data.
  await expect.poll(focused).toBe("Remove: stock_room-2.py");
  await form.getByRole("button", { name: "Undo: stock_room.py" }).click();
  await form.getByText("2 snippets").waitFor();
  // The snippet that does not parse is no longer needed.
  await form.getByRole("button", { name: "Remove: stock_room-2.py" }).press("Enter");
  await form.getByText("1 snippet", { exact: true }).waitFor();
});

test(
  "a training on snippets resumes after they are gone, and makes an adapter",
  { timeout: 300_000 },
  async ({ workbench }) => {
    await workbench.openFile("stock_room.py");
    const form = await chooseSnippets(workbench);
    await form.getByLabel("Name", { exact: true }).fill("pantry-snippets");
    await form.getByRole("button", { name: "Start training" }).click();
    await form.getByText("tokens/s").waitFor({ timeout: 60_000 });
    await form.getByRole("button", { name: "Pause" }).click();
    await form.getByText("Paused. It resumes from here").waitFor({ timeout: 30_000 });
    await form.getByRole("button", { name: "Back to the form" }).click();
    await form.getByRole("button", { name: "Remove: stock_room.py" }).click();
    await form.getByText("Add code to the snippets first.").waitFor();
    expect(kept()).toBe("");
    await form.getByRole("button", { name: "Resume: pantry-snippets" }).click();
    await form.getByText("tokens/s").waitFor({ timeout: 60_000 });
    await form.getByRole("button", { name: "Stop and keep the best" }).click();
    await form.getByText('Trained. "pantry-snippets" is in use now.').waitFor({ timeout: 60_000 });
    await graftReady(workbench, "pantry-snippets");
  },
);
