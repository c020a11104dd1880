import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Frame } from "playwright-core";
import { beforeAll, expect, inject } from "vitest";
import { violations } from "./harness/accessibility.ts";
import { openTrainingForm, storage } from "./harness/graft.ts";
import { fitsWidth } from "./harness/fitsWidth.ts";
import { setSidebarWidth } from "./harness/sidebarWidth.ts";
import { editorTest } from "./harness/spec.ts";

const test = editorTest({
  files: { "one.py": "x = 1\n", "two.py": "y = 2\n", ".venv/three.py": "z = 3\n", "pairs.jsonl": "{}\n" },
  // A side bar of usual height: 700 pixels without the editor's title and status bars.
  viewport: { width: 1280, height: 757 },
});

/** Opens a fold by its summary, if it is closed. */
async function openFold(form: Frame, title: string): Promise<void> {
  const fold = form.locator("details", { has: form.locator("summary", { hasText: title }) });
  if ((await fold.getAttribute("open")) === null) await fold.locator("summary").click();
}

// The benchmark's spec gets CodeAlpacaPy, and may have run before.
beforeAll(() => rm(inject("userData"), { recursive: true, force: true }));
// Other specs may leave unfinished trainings, which appear above the form.
beforeAll(() => rm(join(storage, "adapters"), { recursive: true, force: true }));

test("counts the workspace's own Python files, and new ones as they come", async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await form.getByText("2 Python files").waitFor();
  await writeFile(join(workbench.folder, "new.py"), "w = 4\n");
  await form.getByText("3 Python files").waitFor();
});

test("suggests a name, so that one key starts the training", async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  expect(await form.getByLabel("Name").inputValue()).toMatch(/^graft-folder-/);
  expect(await form.getByRole("button", { name: "Start training" }).isEnabled()).toBe(true);
});

test.for([300, 400])(
  "shows all that a first training needs without scrolling, %i px wide",
  async (width, { workbench }) => {
    const form = await openTrainingForm(workbench);
    await setSidebarWidth(workbench, width);
    await fitsWidth(form, width);
    const steps = form.getByRole("region", { name: "Estimate" }).getByText(/\d+ steps/);
    await steps.waitFor({ timeout: 60_000 });
    const { scrolled, hidden } = await form.evaluate(() => ({
      scrolled: globalThis.scrollY,
      hidden: document.documentElement.scrollHeight - globalThis.innerHeight,
    }));
    expect(scrolled).toBe(0);
    expect(hidden).toBeLessThanOrEqual(0);
    for (const name of ["Start training", "Preview data"])
      expect(await form.getByRole("button", { name }).isVisible()).toBe(true);
    for (const label of ["This workspace", "Balanced", "Name"])
      expect(await form.getByLabel(label).isVisible()).toBe(true);
    await workbench.screenshot(`training form, ${width} px`);
  },
);

test("keeps Start in sight while its folds are open, and remembers them", async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await openFold(form, "Advanced");
  await openFold(form, "The paper's data sets");
  await form.getByLabel("Epochs").focus();
  const isClear = await form.evaluate(() => {
    const bottomOf = (selector: string): number => document.querySelector(selector)!.getBoundingClientRect().bottom;
    const start = document.querySelector(".start")!.getBoundingClientRect();
    return start.bottom <= globalThis.innerHeight && bottomOf("#epochs") <= start.top;
  });
  expect(isClear).toBe(true);
  await workbench.screenshot("training form, folds open");
  await workbench.command("View: Show Explorer");
  await workbench.page.getByRole("treeitem", { name: "one.py" }).waitFor();
  const again = await openTrainingForm(workbench);
  await again.getByLabel("LoRA").waitFor();
  await again.getByLabel("CoNaLa").waitFor();
});

test("estimates what the training takes, and again with each choice", async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  const needs = form.getByRole("region", { name: "Estimate" });
  const stepsTold = async (): Promise<number> =>
    Number(/(\d+) steps/.exec((await needs.textContent()) ?? "")?.[1] ?? 0);
  await expect.poll(stepsTold, { timeout: 60_000 }).toBeGreaterThan(0);
  const balanced = await stepsTold();
  for (const figure of ["Time", "Memory", "Disk"]) await needs.getByText(figure, { exact: true }).waitFor();
  // By keyboard alone. The editor may still be giving the focus to the view, and then a key is lost.
  const press = async (from: string, key: string, to: string): Promise<void> => {
    const isChosen = async (): Promise<boolean> => {
      await form.locator(from).press(key);
      return await form.locator(to).isChecked();
    };
    await expect.poll(isChosen).toBe(true);
  };
  await press("#preset-balanced", "ArrowUp", "#preset-quick");
  await expect.poll(stepsTold, { timeout: 60_000 }).toBe(balanced / 2);
  await press("#preset-quick", "ArrowDown", "#preset-balanced");
  await expect.poll(stepsTold, { timeout: 60_000 }).toBe(balanced);
  // The old figures are in italics until the new ones arrive, which are requested 300 ms after the choice.
  const styleAfter = (id: string): Promise<string> =>
    form.evaluate(async (chosen) => {
      document.querySelector<HTMLElement>(chosen)!.click();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return getComputedStyle(document.querySelector(".needs dd")!).fontStyle;
    }, id);
  expect(await styleAfter("#preset-thorough")).toBe("italic");
  await needs.getByText("No more steps than Balanced").waitFor({ timeout: 60_000 });
  expect(await styleAfter("#preset-paper")).toBe("italic");
  await needs.getByText(`Too few steps to learn much: Balanced takes ${balanced}.`).waitFor({ timeout: 60_000 });
  await workbench.screenshot("estimate of the paper's preset");
  await form.locator("#preset-balanced").check();
  await expect.poll(stepsTold, { timeout: 60_000 }).toBe(balanced);
  expect(await violations(form)).toEqual([]);
});

test("takes a data file through the editor's dialog", async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await form.getByLabel("A file or folder").check();
  expect(await form.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
  await form.getByText("Choose a file or a folder to train on.").waitFor();
  await form.getByRole("button", { name: "File…" }).click();
  await workbench.page.locator(".quick-input-list .monaco-list-row", { hasText: "pairs.jsonl" }).click();
  await form.getByText(join(workbench.folder, "pairs.jsonl")).waitFor();
  expect(await form.getByRole("button", { name: "Start training" }).isEnabled()).toBe(true);
});

test("offers CoNaLa, which is there, and CodeAlpacaPy, which is not", async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await openFold(form, "The paper's data sets");
  await form.getByLabel("CoNaLa").check();
  expect(await form.getByRole("button", { name: "Start training" }).isEnabled()).toBe(true);
  await form.getByLabel("CodeAlpacaPy").check();
  expect(await form.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
  await form.getByRole("button", { name: "Get CodeAlpacaPy…" }).click();
  const dialog = workbench.page.locator(".monaco-dialog-box", { hasText: "Get CodeAlpacaPy for non-commercial use?" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await form.getByLabel("A file or folder").check();
});

test("keeps what was typed while it is hidden", async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await openFold(form, "Advanced");
  await form.getByLabel("IA3").check();
  await form.getByLabel("Name").fill("kept");
  await workbench.command("View: Show Explorer");
  await workbench.page.getByRole("treeitem", { name: "one.py" }).waitFor();
  const again = await openTrainingForm(workbench);
  expect(await again.getByLabel("Name").inputValue()).toBe("kept");
  expect(await again.getByLabel("IA3").isChecked()).toBe(true);
  expect(await again.getByLabel("A file or folder").isChecked()).toBe(true);
});

test("offers the size that the method has, and refuses numbers out of range", async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await openFold(form, "Advanced");
  expect(await form.getByLabel("Rank").isHidden()).toBe(true);
  await form.getByLabel("LoRA").check();
  await form.getByLabel("Rank").fill("0");
  expect(await form.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
  await form.getByText("Rank: a whole number from 1 to 1024").waitFor();
  await form.getByLabel("Rank").fill("8");
  expect(await form.getByRole("button", { name: "Start training" }).isEnabled()).toBe(true);
  await form.getByLabel("Prefix tuning").check();
  expect(await form.getByLabel("Rank").isHidden()).toBe(true);
  await form.getByLabel("Virtual tokens").fill("3000");
  expect(await form.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
  await form.getByLabel("Virtual tokens").fill("10");
  expect(await form.getByRole("button", { name: "Start training" }).isEnabled()).toBe(true);
});

test("tells what is wrong with data it cannot use, and the way back", async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await form.getByRole("button", { name: "Start training" }).click();
  await form.getByText("Cannot use the data set").waitFor({ timeout: 30_000 });
  expect(await workbench.notification("Cannot use the data set").count()).toBe(0);
  expect(await form.getByRole("button", { name: "Resume" }).count()).toBe(0);
  await form.getByRole("button", { name: "Back to the form" }).click();
  expect(await form.getByLabel("Name").inputValue()).toBe("kept");
});

test("fits a sidebar of 200 pixels", async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await setSidebarWidth(workbench, 200);
  await fitsWidth(form, 200);
  await workbench.screenshot("training form, narrow");
});
