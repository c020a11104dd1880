import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { openOutputFolder } from "../../extension/core/training/output/outputFolder.ts";
import { violations } from "./harness/accessibility.ts";
import { graftReady, killEngine, openTrainingForm, storage, typeUntilGhostText } from "./harness/graft.ts";
import { editorTest } from "./harness/spec.ts";

/** Code with a habit that no base can know: fewer than ten files, so that none of it is held out. */
const sources = Object.fromEntries(
  ["tea", "milk", "bread", "rice", "salt", "oil", "jam"].map((item) => {
    const check = (part: string): string =>
      `def check_${item}_${part}(ledger):\n    return ledger.verify_entry("${item}")\n`;
    return [`${item}.py`, [check("price"), check("stock")].join("\n\n")];
  }),
);

const shapes = `class Circle:
    def __init__(self, radius):
        self.radius = radius

    def area(self):
        return 3.14 * self.radius ** 2


class Square:
    def __init__(self, side):
        self.side = side

    def area(self):
`;

// A fixed name, because the folder's name determines the holes to train on.
const test = editorTest({ files: { ...sources, "main.py": "", "shapes.py": shapes }, name: "ledger" });

test(
  "trains an adapter on the workspace, which becomes active and changes what is completed",
  { timeout: 240_000 },
  async ({ workbench }) => {
    await workbench.openFile("main.py");
    await graftReady(workbench);
    await workbench.type("def check_wine_price(ledger):\nreturn "); // The editor indents.
    await workbench.page.waitForTimeout(1000);
    const before = await workbench.editorText();

    let form = await openTrainingForm(workbench);
    // main.py is empty, and does not count.
    await form.getByText("8 Python files").waitFor();
    await form.getByLabel("Name").fill("ledger style");
    await form
      .getByText("Use up to 64 letters from a to z, digits, dots, dashes and underscores, but no spaces")
      .waitFor();
    expect(await form.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
    await form.getByLabel("Name").fill("ledger-style");
    await form.getByText("Advanced").click();
    await form.getByLabel("Epochs").fill("40");
    await form.getByRole("button", { name: "Start training" }).click();

    await form.getByText("tokens/s").waitFor({ timeout: 60_000 });
    await form.getByRole("img", { name: /^Training loss from \d/ }).waitFor();
    await form.getByText("As a table").click();
    await form.getByRole("columnheader", { name: "Training loss" }).waitFor();
    // However long the table gets, it pushes nothing out of view, and its rows stay.
    const table = form.getByRole("region", { name: "Losses by step" });
    await expect
      .poll(() => table.evaluate((box) => box.scrollHeight > box.clientHeight), { timeout: 60_000 })
      .toBe(true);
    expect(await table.evaluate((box) => box.clientHeight)).toBeLessThan(200);
    await table.getByRole("rowheader", { name: "1", exact: true }).waitFor();
    expect(await violations(form)).toEqual([]);

    // Completion continues meanwhile, and the view, when hidden and shown again, shows the training's current state.
    await workbench.command("View: Show Explorer");
    await workbench.openFile("shapes.py");
    await typeUntilGhostText(workbench, "        return self.side * self.side");
    form = await openTrainingForm(workbench);
    await form.getByText("tokens/s").waitFor();

    await form.getByText('Trained. "ledger-style" is in use now.').waitFor({ timeout: 200_000 });
    await graftReady(workbench, "ledger-style");

    await workbench.page.locator(".tab", { hasText: "main.py" }).click();
    await workbench.press("Backspace");
    await workbench.type(" ");
    // The editor may still draw pieces of an earlier suggestion.
    await expect.poll(() => workbench.ghostText(), { timeout: 10_000 }).toContain("ledger.verify");
    expect(before).not.toContain("ledger.verify");
  },
);

test("a window that opens this folder again uses its adapter", async ({ workbench }) => {
  await workbench.save();
  await workbench.page.reload();
  await graftReady(workbench, "ledger-style");
});

test('"Select adapter" with "None" gives the base back', async ({ workbench }) => {
  await workbench.command("Graft: Select adapter");
  await workbench.page.getByText("LoRA, rank 64").first().waitFor();
  // By name: other specs may have left adapters between "None" and the one in use.
  await workbench.type("None");
  await workbench.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: "None" }).waitFor();
  await workbench.press("Enter");
  await graftReady(workbench, "none");
});

test(
  "a killed training is told once and goes on when resumed, also after a reload and an edit",
  { timeout: 240_000 },
  async ({ workbench }) => {
    let form = await openTrainingForm(workbench);
    await form.getByLabel("Name").fill("killed-once");
    await form.getByRole("button", { name: "Start training" }).click();
    await form.getByText("tokens/s").waitFor({ timeout: 60_000 });

    killEngine("training");
    await form.getByText("Graft's training process ended unexpectedly (killed by SIGKILL).").waitFor();
    // The view is visible, so a notification would only repeat it.
    expect(await workbench.notification("training process ended unexpectedly").count()).toBe(0);
    await graftReady(workbench, "none"); // Completion is not affected.

    await form.getByRole("button", { name: "Resume" }).click();
    await form.getByText("tokens/s").waitFor({ timeout: 60_000 });
    await workbench.page.reload();
    // The workspace changes, which does not affect the training.
    await writeFile(join(workbench.folder, "tea.py"), "edited = True\n");
    await workbench.notification('The training "killed-once" was interrupted.').waitFor({ timeout: 60_000 });
    form = await openTrainingForm(workbench);
    await form.getByText("Unfinished trainings").waitFor();
    await form.getByRole("button", { name: "Resume: killed-once" }).click();
    await form.getByText("tokens/s").waitFor({ timeout: 60_000 });
    await form.getByRole("button", { name: "Pause" }).click();
    await form.getByText("Paused. It resumes from here").waitFor({ timeout: 30_000 });
  },
);

test(
  "a failure is told in a notification while the view is out of sight",
  { timeout: 240_000 },
  async ({ workbench }) => {
    let form = await openTrainingForm(workbench);
    await form.getByRole("button", { name: "Resume" }).click();
    await form.getByText("tokens/s").waitFor({ timeout: 60_000 });
    await workbench.command("View: Show Explorer");
    killEngine("training");
    const notice = workbench.notification("training process ended unexpectedly");
    await notice.waitFor();
    expect(await notice.count()).toBe(1);
    await notice.getByRole("button", { name: "Resume" }).click();
    form = await openTrainingForm(workbench);
    await form.getByText("tokens/s").waitFor({ timeout: 60_000 });
    await form.getByRole("button", { name: "Pause" }).click();
    await form.getByText("Paused. It resumes from here").waitFor({ timeout: 30_000 });
  },
);

test("a paused training that another window takes is offered again only when it lies there", async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  // Takes the lock as the engine of another window does.
  const other = await openOutputFolder(join(storage, "adapters", "killed-once"));
  await form.getByText("Runs in another window").waitFor();
  expect(await form.getByRole("button", { name: /^(Resume|Keep the best|Discard)/ }).count()).toBe(0);
  await other.release();
  await form.getByRole("button", { name: "Resume: killed-once" }).waitFor();
});

test("a discarded training comes back by Undo, and its name is free without", async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await form.getByLabel("Name").fill("killed-once");
  await form.getByText('An unfinished training is named "killed-once".').waitFor();
  await form.getByText("Choose another name.").waitFor();
  await form.getByRole("button", { name: "Discard: killed-once" }).click();
  await workbench.notification("Discarded the training").getByRole("button", { name: "Undo" }).click();
  await form.getByRole("button", { name: "Discard: killed-once" }).click();
  await form.getByText("Unfinished trainings").waitFor({ state: "hidden" });
  await form.getByRole("button", { name: "Undo: killed-once" }).click();
  await form.getByRole("button", { name: "Discard: killed-once" }).click();
  await form.getByText("Unfinished trainings").waitFor({ state: "hidden" });
  await form.getByLabel("Name").fill("killed-twice");
  await expect.poll(() => form.getByRole("button", { name: "Start training" }).isEnabled()).toBe(true);
});

test('"Stop and keep the best" makes an adapter of what was learnt', { timeout: 240_000 }, async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await form.getByLabel("Name").fill("stopped-early");
  await form.getByRole("button", { name: "Start training" }).click();
  await form.getByText("tokens/s").waitFor({ timeout: 60_000 });
  await form.getByRole("button", { name: "Stop and keep the best" }).click();
  await form.getByText('Trained. "stopped-early" is in use now.').waitFor({ timeout: 60_000 });
  await form.getByText(/^Stopped after step \d+ of \d+, with the best so far\.$/).waitFor();
  await graftReady(workbench, "stopped-early");
});

test(
  "what is kept of a paused training has its losses from the first step on",
  { timeout: 240_000 },
  async ({ workbench }) => {
    const form = await openTrainingForm(workbench);
    await form.getByRole("button", { name: "Train another" }).click();
    await form.getByLabel("Name").fill("kept-later");
    await form.getByRole("button", { name: "Start training" }).click();
    await form.getByText("tokens/s").waitFor({ timeout: 60_000 });
    await form.getByRole("button", { name: "Pause" }).click();
    await form.getByRole("button", { name: "Keep the best" }).click({ timeout: 60_000 });
    await form.getByText('Trained. "kept-later" is in use now.').waitFor({ timeout: 60_000 });
    await form.getByText("In use instead of stopped-early.").waitFor();
    await form.getByText("Losses by step").click();
    await form.getByText("As a table").click();
    // A point of a long training is the mean of several steps.
    await form
      .getByRole("rowheader", { name: /^[12]$/ })
      .first()
      .waitFor();
  },
);

test("Undo at the end of a training brings back what it replaced, and the new one can be used again", async ({
  workbench,
}) => {
  const form = await openTrainingForm(workbench);
  await graftReady(workbench, "kept-later");
  await form.getByRole("button", { name: "Undo: stopped-early" }).click();
  await graftReady(workbench, "stopped-early");
  await form.getByText("In use instead of").waitFor({ state: "detached" });
  await form.getByRole("button", { name: "Use it" }).click();
  await graftReady(workbench, "kept-later");
  await form.getByText("In use instead of stopped-early.").waitFor();
});
