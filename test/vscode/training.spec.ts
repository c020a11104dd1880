import { expect } from "vitest";
import { graftReady, killEngine, openTrainingForm, typeUntilGhostText } from "./harness/graft.ts";
import { editorTest } from "./harness/spec.ts";

/** Code with a habit that no base can know. */
const sources = Object.fromEntries(
  ["tea", "milk", "bread", "rice", "salt", "oil", "jam", "nuts", "figs", "corn", "plum", "leek"].map((item) => {
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

const test = editorTest({ files: { ...sources, "main.py": "", "shapes.py": shapes } });

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
    await form.getByText("14 Python files").waitFor();
    await form.getByLabel("Name").fill("ledger style");
    await form.getByText("Use up to 64 letters").waitFor();
    expect(await form.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
    await form.getByLabel("Name").fill("ledger-style");
    await form.getByText("Advanced").click();
    await form.getByLabel("Epochs").fill("80");
    await form.getByRole("button", { name: "Start training" }).click();

    await form.getByText("tokens/s").waitFor({ timeout: 60_000 });

    // Completion goes on meanwhile, and the view, hidden and shown again, finds the training where it is.
    await workbench.command("View: Show Explorer");
    await workbench.openFile("shapes.py");
    await typeUntilGhostText(workbench, "        return self.side * self.side");
    form = await openTrainingForm(workbench);
    await form.getByText("tokens/s").waitFor();

    await form.getByText('Trained. "ledger-style" is the active adapter now.').waitFor({ timeout: 200_000 });
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
  await workbench.page.getByText("LoRA, rank 16").waitFor();
  // The one in use has the focus, below "None".
  await workbench.press("ArrowUp");
  await workbench.press("Enter");
  await graftReady(workbench, "none");
});

test(
  "a killed training is told in one message and goes on when resumed",
  { timeout: 240_000 },
  async ({ workbench }) => {
    let form = await openTrainingForm(workbench);
    await form.getByLabel("Name").fill("killed-once");
    await form.getByRole("button", { name: "Start training" }).click();
    await form.getByText("tokens/s").waitFor({ timeout: 60_000 });

    killEngine("training");
    await form.getByText("Graft's training process ended unexpectedly (killed by SIGKILL).").waitFor();
    expect(await workbench.notification("training process ended unexpectedly").count()).toBe(1);
    await graftReady(workbench, "none"); // Completion knows nothing of it.

    await form.getByRole("button", { name: "Resume" }).click();
    await form.getByText("tokens/s").waitFor({ timeout: 60_000 });
    await workbench.page.reload();
    form = await openTrainingForm(workbench);
    await form.getByText("The training of this adapter has not come to its end.").waitFor();
    await form.getByRole("button", { name: "Resume" }).click();
    await form.getByText("tokens/s").waitFor({ timeout: 60_000 });
    await form.getByRole("button", { name: "Cancel" }).click();
    await form.getByText("Cancelled. What it has learnt so far is kept.").waitFor();
    await form.getByRole("button", { name: "Discard it" }).click();
    expect(await form.getByLabel("Name").inputValue()).toBe("killed-once");
  },
);
