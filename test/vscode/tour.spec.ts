/** The README's tour, literally: with the defaults, on the sample folder. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { root } from "../../scripts/bed/paths.ts";
import { graftReady } from "./harness/graft.ts";
import { editorTest } from "./harness/spec.ts";
import type { Workbench } from "./harness/workbench.ts";
import {
  habit,
  known,
  revertPlayground,
  sampleFiles,
  trainOnWorkspace,
  typeInPlayground,
  unknown,
} from "./harness/tour.ts";

// Has the name of the folder that `npm start` opens, because the folder's name determines the gaps to train on.
const test = editorTest({ files: sampleFiles, name: "sample" });
const readme = readFileSync(join(root, "README.md"), "utf8");

test("1. the base model proposes what other files have: Esc hides, asking brings it back, Tab accepts", async ({
  workbench,
}) => {
  expect(readme).toContain(`\`${known.trim()}\``);
  await workbench.openFile("playground.py");
  await graftReady(workbench);
  await workbench.page.getByRole("button", { name: /Repository index: \d+ files/ }).waitFor();
  const suggestion = await typeInPlayground(workbench, known);
  expect(suggestion).toContain(habit);
  await workbench.press("Escape");
  await workbench.ghostPieces.first().waitFor({ state: "detached" });
  await workbench.command("Trigger Inline Suggestion");
  expect(await workbench.ghostText()).toBe(suggestion);
  await workbench.press("Tab");
  await expect.poll(() => workbench.editorText()).toContain(`if item is None:\n        ${suggestion.trim()}`);
  await revertPlayground(workbench);
});

test(
  "2. and 3. an adapter trained with the defaults is in use, and suggests what the README promises",
  {
    timeout: 700_000,
  },
  async ({ workbench }) => {
    expect(readme).toContain(habit);
    expect(readme).toContain(`\`${unknown.trim()}\``);
    await trainOnWorkspace(workbench, "shop");
    expect(await typeInPlayground(workbench, unknown)).toContain(habit);
    await revertPlayground(workbench);
  },
);

test('3. "Select adapter" shows the base model without one, and the adapter again', async ({ workbench }) => {
  await selectAdapter(workbench, "None");
  await graftReady(workbench, "none");
  await workbench.openFile("playground.py");
  await workbench.type(unknown);
  // Far more time than an answer takes.
  await workbench.page.waitForTimeout(3000);
  expect(await workbench.ghostPieces.count()).toBe(0);
  await workbench.command("Trigger Inline Suggestion");
  const general = await workbench.ghostText();
  expect(general).not.toContain(habit);
  expect(readme).toContain(`\`${general.trim()}\``);
  await revertPlayground(workbench);
  await selectAdapter(workbench, "shop");
  await graftReady(workbench, "shop");
});

test("4. the benchmark opens, and offers the new adapter", async ({ workbench }) => {
  await workbench.command("Graft: Open benchmark");
  const view = await workbench.webview('main[aria-label="Benchmark"]');
  await view.locator("option", { hasText: "shop" }).first().waitFor({ state: "attached" });
});

/** Chooses by name, because other specs have left adapters in the list. */
async function selectAdapter(workbench: Workbench, name: string): Promise<void> {
  await workbench.command("Graft: Select adapter");
  const choice = workbench.page.getByRole("option", { name: new RegExp(`\\b${name}\\b`) }).first();
  await choice.waitFor();
  await workbench.type(name);
  // Enter takes the focused row, and the focus arrives a moment after the list is filtered.
  await workbench.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: name }).waitFor();
  await workbench.press("Enter");
}
