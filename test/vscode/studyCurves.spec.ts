/** A study with trained candidates: their learning curves, what was trained, and which is better. */

import { expect, onTestFinished } from "vitest";
import { violations } from "./harness/accessibility.ts";
import { fitsWidth } from "./harness/fitsWidth.ts";
import { graftReady, openStudies } from "./harness/graft.ts";
import { editorTest } from "./harness/spec.ts";
import { inAllThemes } from "./harness/themes.ts";
import { writeTrainedStudy } from "./harness/trainedStudy.ts";

const test = editorTest({
  files: { "taught.py": "x = 1\n" },
  settings: { "workbench.colorTheme": "Default Dark Modern" },
});

test(
  "curves, table and words of the trainings are shown, in every theme and width",
  { timeout: 300_000 },
  async ({ workbench }) => {
    const { page, folder } = workbench;
    await workbench.openFile("taught.py");
    await graftReady(workbench);
    onTestFinished(await writeTrainedStudy("Taught", folder));
    const view = await openStudies(workbench);
    await view.getByRole("button", { name: "Open Taught" }).click();
    const curves = view.getByRole("group", { name: "Learning curves" });
    const chart = curves.getByRole("img", { name: "Loss on validation data" });
    await chart.waitFor({ timeout: 120_000 });
    expect(await chart.textContent()).toContain("recorded: from 3.100 to 1.550 in 100 steps, lowest 1.500 at step 75");
    await curves.getByRole("img", { name: "Loss on training data" }).waitFor();
    await curves.getByText(/No losses are recorded of foreign: .* Train again to see a curve/).waitFor();
    await curves.getByText("As a table").click();
    const row = curves.getByRole("row", { name: /^recorded/ });
    expect(await row.getByRole("cell").allTextContents()).toEqual([
      "100",
      "3.10",
      "1.50",
      "75",
      "1.55",
      "3.00",
      "1.18",
    ]);

    const table = view.getByRole("region", { name: "taught.jsonl, graft" });
    const cells = (name: string): Promise<string[]> =>
      table
        .getByRole("row", { name: new RegExp(`^${name}`) })
        .getByRole("cell")
        .allTextContents();
    const headings = (await table.getByRole("columnheader").allTextContents()).map((text) => text.trim());
    const cell = async (name: string, heading: string): Promise<string> =>
      (await cells(name))[headings.indexOf(heading) - 1]!;
    expect(await cell("recorded", "Trained parameters")).toBe("1,024");
    expect(await cell("recorded", "Trained weights")).toMatch(/^4\.\d\skB$/);
    expect(await cell("nothing", "Trained parameters")).toBe("–");
    // The two adapters answer alike: nothing tells them apart, and both are better than the base.
    expect([await cell("recorded", "EM@1"), await cell("foreign", "EM@1"), await cell("nothing", "EM@1")]).toEqual([
      expect.stringMatching(/^= 90\.00 %/),
      expect.stringMatching(/^= 90\.00 %/),
      expect.stringMatching(/^10\.00 %/),
    ]);
    const effects = view.locator(".effects > li");
    expect(await effects.allTextContents()).toEqual([
      expect.stringMatching(/^recorded against nothing.*better by EM@1 \+80\.00 \(.*\), p = 0\.002/),
      expect.stringMatching(/^foreign against nothing.*better by EM@1 \+80\.00/),
    ]);
    await table.scrollIntoViewIfNeeded();
    await workbench.screenshot("studies, trained");
    await curves.scrollIntoViewIfNeeded();
    await workbench.screenshot("studies, curves, dark");
    expect(await violations(view, { inside: "editor" })).toEqual([]);

    await inAllThemes(workbench, view, async (theme) => {
      await curves.scrollIntoViewIfNeeded();
      await workbench.screenshot(`studies, curves, ${theme}`);
    });
    await workbench.command("View: Toggle Primary Side Bar Visibility");
    await page.setViewportSize({ width: 200, height: 900 });
    await fitsWidth(view, 200);
    await curves.scrollIntoViewIfNeeded();
    await workbench.screenshot("studies, curves, 200 px");
  },
);

test("the paper's questions are asked about some tasks, once", { timeout: 300_000 }, async ({ workbench }) => {
  const { page } = workbench;
  await page.setViewportSize({ width: 1280, height: 800 });
  const view = await openStudies(workbench);
  const button = (name: string) => view.getByRole("button", { name, exact: true });
  await button("All studies").click();
  const tasks = view.getByLabel("Tasks of each suite");
  await tasks.fill("0");
  await view.getByText("Tasks: give a whole number from 1 on, or none for all.").waitFor();
  const create = button("Create The paper's questions");
  expect(await create.isDisabled()).toBe(true);
  await tasks.fill("2");
  await workbench.screenshot("studies, starts");
  expect(await violations(view, { inside: "editor" })).toEqual([]);
  const title = "The paper's questions, first 2 tasks";
  const runs = view.getByRole("region", { name: "Runs" });
  for (const _ of ["made", "opened again"]) {
    await create.press("Enter");
    await view.getByRole("heading", { name: title }).waitFor({ timeout: 120_000 });
    await expect
      .poll(() => runs.getByRole("row", { name: /lora-conala .*trains first/ }).count(), { timeout: 120_000 })
      .toBe(1);
    await expect.poll(() => button("Start").isEnabled(), { timeout: 120_000 }).toBe(true);
    await workbench.screenshot("studies, paper");
    await button("All studies").click();
    await tasks.fill("2");
  }
  expect(await button(`Open ${title}`).count()).toBe(1);
  await button(`Delete ${title}`).click();
  await button(`Open ${title}`).waitFor({ state: "hidden" });
});
