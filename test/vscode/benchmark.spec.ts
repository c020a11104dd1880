import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Frame } from "playwright-core";
import { beforeAll, expect } from "vitest";
import { chooseFolder } from "./harness/folderDialog.ts";
import { firstColumnStays } from "./harness/firstColumnStays.ts";
import { fitsWidth } from "./harness/fitsWidth.ts";
import { graftReady, storage } from "./harness/graft.ts";
import { editorTest } from "./harness/spec.ts";
import type { Workbench } from "./harness/workbench.ts";

const pairs = (count: number): string =>
  Array.from({ length: count }, (_, i) => {
    const name = ["sorted", "reversed", "max", "min", "len"][i % 5]!;
    return `${JSON.stringify({ intent: `apply ${name} to the list number ${i}`, code: `${name}(list_${i})` })}\n`;
  }).join("");

const withTests = {
  task_id: 1,
  text: "Write a function add of two numbers.",
  test_list: ["assert add(1, 2) == 3"],
};

const test = editorTest({
  files: {
    "main.py": "x = 1\n",
    "pairs.jsonl": pairs(6),
    "many.jsonl": pairs(400),
    "shown.jsonl": pairs(20),
    ...Object.fromEntries(["train", "validation", "test"].map((split) => [`alpaca/${split}.jsonl`, pairs(3)])),
    "tests.jsonl": `${JSON.stringify(withTests)}\n`,
    "heldout/totals.py":
      "def total(values):\n    result = 0\n    for value in values:\n        result += value\n    return result\n",
  },
  settings: { "workbench.colorTheme": "Default Dark Modern" },
});

// Other specs evaluate, too, and the panel shows all runs.
beforeAll(() => rm(join(storage, "runs"), { recursive: true, force: true }));

async function openBenchmark(workbench: Workbench): Promise<Frame> {
  await workbench.page.getByRole("tab", { name: "Graft" }).first().waitFor();
  await workbench.command("Graft: Open benchmark");
  return workbench.webview('main[aria-label="Benchmark"]');
}

async function chooseSuite(workbench: Workbench, view: Frame, file: string): Promise<void> {
  await view.getByLabel("Suite").selectOption("A file of mine");
  await view.getByRole("button", { name: "Choose…" }).click();
  await workbench.page.locator(".quick-input-list .monaco-list-row", { hasText: file }).click();
  await view.getByText(join(workbench.folder, file)).waitFor();
}

const evaluate = (view: Frame): Promise<void> => view.getByRole("button", { name: "Evaluate" }).click();

test("an evaluation leaves a run with scores and intervals", { timeout: 240_000 }, async ({ workbench }) => {
  await workbench.openFile("main.py");
  await graftReady(workbench);
  const view = await openBenchmark(workbench);
  await chooseSuite(workbench, view, "pairs.jsonl");
  await view.getByLabel("Tasks").fill("2");
  await evaluate(view);
  await view.getByText("Reading the suite and loading the model…").waitFor();
  const run = view.getByRole("row", { name: /graft-base/ }).first();
  await run.waitFor({ timeout: 120_000 });
  const table = view.getByRole("region", { name: "pairs.jsonl, graft" });
  expect(await table.getByRole("columnheader").allTextContents()).toEqual(
    expect.arrayContaining(["Candidate", "Tasks", "EM@1", "EM@10", "CodeBLEU", "chrF"]),
  );
  expect(await run.getByRole("cell").first().textContent()).toBe("2");
  expect(await run.locator(".interval").first().textContent()).toMatch(/^[\d.]+ to [\d.]+$/);
  // For users who look at something else meanwhile.
  const notice = workbench.notification("Evaluated: graft-base.");
  await notice.getByRole("button", { name: "Show Benchmark" }).click();
});

test("two runs are compared task by task, and exported", { timeout: 240_000 }, async ({ workbench }) => {
  const { page } = workbench;
  const view = await openBenchmark(workbench);
  await view.getByLabel("Prompts").selectOption("Nearest examples (RAG)");
  expect(await view.getByRole("button", { name: "Evaluate" }).isDisabled()).toBe(true);
  await view.getByText("Choose a file of examples first.").waitFor();
  await view.getByRole("button", { name: "Examples from" }).click();
  await page.locator(".quick-input-list .monaco-list-row", { hasText: "shown.jsonl" }).click();
  await view.getByText("shown.jsonl").waitFor();
  await evaluate(view);
  const rows = view.getByRole("checkbox");
  await rows.nth(1).waitFor({ timeout: 120_000 });

  const compare = view.getByRole("button", { name: "Compare" });
  await rows.first().check();
  expect(await compare.isDisabled()).toBe(true);
  await rows.last().check();
  await view.getByText("graft-base, 3 nearest against graft-base").waitFor();
  await compare.click();
  await view.getByText("On the 2 tasks that both have predictions for.").waitFor({ timeout: 60_000 });
  const difference = view.getByRole("region", { name: "Comparison" }).getByRole("row", { name: /^EM@1 / });
  expect(await difference.getByRole("cell").allTextContents()).toHaveLength(3);
  await workbench.screenshot("benchmark, dark");

  await view.getByRole("button", { name: "Export…" }).click();
  // The editor's own dialog, with a name that it takes some time to put there.
  const input = page.locator(".quick-input-widget:not([style*='display: none']) input[type=text]").last();
  await expect.poll(() => input.inputValue(), { timeout: 20_000 }).toMatch(/benchmark\.csv$/);
  await input.press("Enter");
  const path = join(workbench.folder, "benchmark.csv");
  const written = (): Promise<string> => readFile(path, "utf8").catch(() => "");
  await expect.poll(written, { timeout: 20_000 }).not.toBe("");
  const lines = (await written()).trim().split("\n");
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^suite,protocol,contender,.*em@1,em@1 low/);
  await workbench.notification(`Exported to ${path}`).waitFor();
  await view.getByRole("button", { name: "Close" }).click();
  await view.getByText("On the 2 tasks").waitFor({ state: "hidden" });
});

test("one that runs can be stopped, and says how far it is", { timeout: 120_000 }, async ({ workbench }) => {
  const view = await openBenchmark(workbench);
  await view.getByLabel("Prompts").selectOption("No examples");
  await chooseSuite(workbench, view, "many.jsonl");
  await view.getByLabel("Tasks").fill("");
  await evaluate(view);
  await view.getByText(/of 400 tasks, .*\stokens\/s, .* left/).waitFor({ timeout: 90_000 });
  await workbench.screenshot("benchmark, running");
  await view.getByRole("button", { name: "Cancel" }).press("Enter");
  await view.getByText("Stopped. Predictions so far are kept").waitFor({ timeout: 30_000 });
  await view.getByRole("button", { name: "Dismiss" }).press("Enter");
  await view.getByRole("row", { name: /graft-base.*of 400/ }).waitFor();
});

test("what the model writes is run only after consent", async ({ workbench }) => {
  const { page } = workbench;
  const view = await openBenchmark(workbench);
  await chooseSuite(workbench, view, "tests.jsonl");
  await evaluate(view);
  const dialog = page.locator(".monaco-dialog-box", { hasText: "Run what the model writes?" });
  await dialog.waitFor({ timeout: 30_000 });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await view.getByRole("button", { name: "Evaluate" }).waitFor();
  expect(await view.getByRole("region", { name: /tests.jsonl/ }).count()).toBe(0);
});

test("held-out Python code in a folder is completed as in the editor", { timeout: 240_000 }, async ({ workbench }) => {
  const folder = join(workbench.folder, "heldout");
  const view = await openBenchmark(workbench);
  expect(await view.getByLabel("Protocol").isVisible()).toBe(true);
  await view.getByLabel("Suite").selectOption("Held-out Python code");
  expect(await view.getByLabel("Protocol").isVisible()).toBe(false);
  await view.getByText("Choose a folder of Python code first.").waitFor();
  await view.getByRole("button", { name: "Choose…" }).click();
  await chooseFolder(workbench, folder);
  await view.getByText(folder).waitFor();
  await view.getByLabel("Tasks").fill("2");
  await evaluate(view);
  const table = view.getByRole("region", { name: "heldout, editor" });
  await table.getByRole("row", { name: /graft-base/ }).waitFor({ timeout: 120_000 });
  expect(await table.getByRole("columnheader").allTextContents()).toEqual(
    expect.arrayContaining(["Bits per byte", "Lines, exact", "Blocks, exact"]),
  );
  await view.getByLabel("Suite").selectOption("A file of mine");
  expect(await view.getByLabel("Protocol").isVisible()).toBe(true);
});

test("CoNaLa is there, offline", { timeout: 120_000 }, async ({ workbench }) => {
  const view = await openBenchmark(workbench);
  await view.getByLabel("Suite").selectOption("CoNaLa, 543 tasks");
  await view.getByLabel("Tasks").fill("1");
  await evaluate(view);
  const table = view.getByRole("region", { name: "conala, graft" });
  await table.getByRole("row", { name: /graft-base/ }).waitFor({ timeout: 90_000 });
});

test(
  "CodeAlpacaPy is offered under its licence, and taken from a folder",
  { timeout: 120_000 },
  async ({ workbench }) => {
    const { page } = workbench;
    const view = await openBenchmark(workbench);
    await view.getByLabel("Suite").selectOption("CodeAlpacaPy, 627 tasks");
    await view.getByText("Not on this machine yet").waitFor();
    expect(await view.getByRole("button", { name: "Evaluate" }).isDisabled()).toBe(true);
    const get = view.getByRole("button", { name: "Get CodeAlpacaPy…" });
    await get.click();
    const dialog = page.locator(".monaco-dialog-box", { hasText: "Get CodeAlpacaPy for non-commercial use?" });
    await dialog.getByText("CC BY-NC 4.0").waitFor();
    await dialog.getByRole("button", { name: "Accept and Download" }).click();
    // The only hub that this editor can reach does not have it.
    await workbench.notification("choose a folder that contains its parts").waitFor({ timeout: 30_000 });

    await get.click();
    await dialog.getByRole("button", { name: "Accept and Choose Folder…" }).click();
    await chooseFolder(workbench, join(workbench.folder, "alpaca"));
    await get.waitFor({ state: "hidden", timeout: 30_000 });
    expect(await view.getByRole("button", { name: "Evaluate" }).isEnabled()).toBe(true);
  },
);

test("the panel fits a narrow window, and light themes", async ({ workbench }) => {
  const { page, folder } = workbench;
  await workbench.command("Notifications: Clear All Notifications");
  await workbench.command("View: Toggle Primary Side Bar Visibility");
  const view = await openBenchmark(workbench);
  expect(await view.getByLabel("Adapter").locator("option").allTextContents()).toContain("None: the base alone");
  await page.setViewportSize({ width: 420, height: 900 });
  await fitsWidth(view, 420);
  await workbench.screenshot("benchmark, narrow");
  await view.getByRole("button", { name: "Export…" }).scrollIntoViewIfNeeded();
  await firstColumnStays(view.getByRole("region", { name: "pairs.jsonl, graft" }));
  await workbench.screenshot("benchmark, narrow, runs");
  await page.setViewportSize({ width: 1280, height: 800 });
  await writeFile(
    join(folder, ".vscode/settings.json"),
    JSON.stringify({ "workbench.colorTheme": "Default Light Modern" }),
  );
  await view.locator("body.vscode-light").waitFor();
  await page.waitForTimeout(500);
  await workbench.screenshot("benchmark, light");
});
