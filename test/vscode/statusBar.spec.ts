import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { graftReady, openTrainingForm, storage, typeUntilGhostText } from "./harness/graft.ts";
import { editorTest } from "./harness/spec.ts";
import type { Workbench } from "./harness/workbench.ts";

const shape = (name: string, side: string): string => `class ${name}:
    def __init__(self, ${side}):
        self.${side} = ${side}

    def area(self):
        return self.${side} ** 2


`;
const shapes = ["Circle", "Square", "Rhomb", "Hexagon"].map((name, i) => shape(name, `side_${i}`)).join("");

const test = editorTest({ files: { "main.py": shapes, "pyproject.toml": "" } });

const item = (workbench: Workbench) => workbench.statusItem("Graft:");
const said = (workbench: Workbench): Promise<string | null> =>
  item(workbench).locator("[aria-label]").first().getAttribute("aria-label");
const rows = (workbench: Workbench) => workbench.page.locator(".quick-input-list .monaco-list-row");

const choose = (workbench: Workbench, text: string): Promise<void> =>
  workbench.choose(() => item(workbench).locator("a").click(), text);

test("stands there before a Python file is open", async ({ workbench }) => {
  await workbench.page.locator(".statusbar-item", { hasText: "Graft: no adapter" }).waitFor();
  expect(await workbench.page.locator(".tab").count()).toBe(0);
});

test("its menu switches completions off, which looks like nothing else, and on again", async ({ workbench }) => {
  await workbench.openFile("main.py");
  await graftReady(workbench);
  expect(await said(workbench)).toContain("Base: graft-base");
  await item(workbench).locator("a").click();
  await rows(workbench).filter({ hasText: "Show log" }).waitFor();
  await workbench.screenshot("status menu");
  await workbench.press("Escape");
  await choose(workbench, "Turn completions off");
  await workbench.statusItem("Graft: off").waitFor();
  expect(await said(workbench)).toContain("Completions are off.");
  expect(await said(workbench)).not.toContain("..");
  await choose(workbench, "Turn completions on");
  await workbench.statusItem("Graft: no adapter").waitFor();
});

test.for([
  ["Select adapter", ".quick-input-title", "Select adapter"],
  ["Base models", ".tab.active", "Base models"],
  ["Open benchmark", ".tab.active", "Benchmark"],
  ["Train adapter", ".part.sidebar .pane-header", "Train Adapter"],
  ["Show statistics", ".part.sidebar .composite.title", "Graft statistics"],
  ["Show log", ".part.panel", "Output"],
] as const)("its menu leads to %s", async ([label, place, title], { workbench }) => {
  await choose(workbench, label);
  await workbench.page
    .locator(place, { hasText: new RegExp(title, "i") })
    .first()
    .waitFor();
  await workbench.press("Escape");
});

test("Alt+\\ asks for a suggestion", async ({ workbench }) => {
  await workbench.openFile("main.py");
  const { typed } = await typeUntilGhostText(workbench, shape("Triangle", "side"));
  expect(typed).not.toBe("");
  await workbench.press("Escape");
  await workbench.ghostPieces.first().waitFor({ state: "detached" });
  await workbench.press("Alt+\\");
  expect(await workbench.ghostText()).not.toBe("");
});

test("the steps of the walkthrough are completed where they are taken, before it is opened or later", async ({
  workbench,
}) => {
  const { page } = workbench;
  const isDone = (title: string): Promise<string | null> =>
    page.locator(".getting-started-step", { hasText: title }).getByRole("checkbox").getAttribute("aria-checked");
  await workbench.openFile("main.py");
  await workbench.type("\n\n");
  await typeUntilGhostText(workbench, shape("Pentagon", "side"));
  await workbench.choose(() => workbench.command("Welcome: Open Walkthrough"), "Get started with Graft");
  await expect.poll(() => isDone("See a completion")).toBe("true");
  expect(await isDone("Switch adapters while you type")).toBe("false");
  await choose(workbench, "Select adapter");
  await rows(workbench).filter({ hasText: "None" }).click();
  await expect.poll(() => isDone("Switch adapters while you type")).toBe("true");
  await workbench.screenshot("walkthrough");
});

test("an adapter that cannot be read is listed with its reason, and the others can be chosen", async ({
  workbench,
}) => {
  const broken = join(storage, "adapters/odd");
  // A folder in place of a file, which no code foresees.
  await mkdir(join(broken, "adapter_config.json"), { recursive: true });
  try {
    await choose(workbench, "Select adapter");
    await rows(workbench).filter({ hasText: 'Cannot load adapter "odd"' }).waitFor();
    expect(await rows(workbench).filter({ hasText: "None" }).count()).toBe(1);
    await workbench.screenshot("adapters, one broken");
    await workbench.press("Escape");
  } finally {
    await rm(broken, { recursive: true });
  }
});

test("tells a screen reader how far a training is", { timeout: 120_000 }, async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await form.getByLabel("Name").fill("heard");
  await form.getByRole("button", { name: "Start training" }).click();
  await expect.poll(() => said(workbench), { timeout: 60_000 }).toMatch(/Training "heard": \d+ %/);
});
