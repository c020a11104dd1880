import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Frame, Page } from "playwright-core";
import { expect } from "vitest";
import { root } from "../../scripts/bed/paths.ts";
import { studiesFolder, type Study } from "../../extension/core/evaluation/study/studyFile.ts";
import { violations } from "./harness/accessibility.ts";
import { chooseFolder } from "./harness/folderDialog.ts";
import { firstColumnStays } from "./harness/firstColumnStays.ts";
import { fitsWidth } from "./harness/fitsWidth.ts";
import { graftReady, openStudies, storage } from "./harness/graft.ts";
import { editorHome } from "./harness/largeStudy.ts";
import { editorTest } from "./harness/spec.ts";
import { inAllThemes } from "./harness/themes.ts";

const pairs = (count: number): string =>
  Array.from({ length: count }, (_, i) => {
    const name = ["sorted", "reversed", "max", "min", "len"][i % 5]!;
    return `${JSON.stringify({ id: `task ${i}`, intent: `apply ${name} to the list number ${i}`, code: `${name}(list_${i})` })}\n`;
  }).join("");

const test = editorTest({
  files: { "main.py": "x = 1\n", "twenty.jsonl": pairs(20), "nearby.jsonl": pairs(10), "out/.keep": "" },
  settings: { "workbench.colorTheme": "Default Dark Modern" },
});

const file = async (page: Page, name: string): Promise<void> =>
  page.locator(".quick-input-list .monaco-list-row", { hasText: name }).click();

const button = (view: Frame, name: string | RegExp): ReturnType<Frame["getByRole"]> =>
  view.getByRole("button", { name });

const problems = (view: Frame): Promise<string[]> => violations(view, { inside: "editor", except: [] });

test("a study of three candidates is planned, with times", { timeout: 240_000 }, async ({ workbench }) => {
  const { page } = workbench;
  await workbench.openFile("main.py");
  await graftReady(workbench);
  const view = await openStudies(workbench);
  await view.getByText("None yet.").waitFor();
  await workbench.screenshot("studies, empty");
  await button(view, /^New study… A study of my own/).click();
  await view.getByText("Give the study a title.").waitFor();
  await expect.poll(() => view.evaluate(() => document.activeElement?.id)).toBe("title");
  await view.getByLabel("Title").fill("Three on twenty");
  await view.getByText("Choose a suite first.").waitFor();
  await button(view, "Add a file…").click();
  await file(page, "twenty.jsonl");
  await view.getByText("twenty.jsonl", { exact: false }).first().waitFor();
  await view.getByLabel("Drawn examples (ICL)").fill("1");
  await view.getByLabel("Nearest examples (RAG)").fill("2");
  await view.getByText("Choose a file of examples first.").waitFor();
  await button(view, "Examples from…").click();
  await file(page, "nearby.jsonl");
  await view.getByText(join(workbench.folder, "nearby.jsonl")).waitFor();
  await view.getByLabel("Decoding").selectOption("Greedy: one answer");
  await workbench.screenshot("studies, form");
  expect(await problems(view)).toEqual([]);
  await button(view, "Create and plan").press("Enter");
  const runs = view.getByRole("region", { name: "Runs" });
  await runs.getByRole("row", { name: /graft-base, 2 nearest/ }).waitFor({ timeout: 120_000 });
  expect(await runs.getByRole("row").count()).toBe(4);
  await view.getByText(/0 of 3 runs are finished\. About .* left\./).waitFor();
  // Estimated from the machine's speed, or from evaluations of earlier specs in this home.
  expect(await runs.getByRole("row", { name: /graft-base, 2 nearest/ }).innerText()).toMatch(/\d\s(s|min)/);
  await workbench.screenshot("studies, plan");
});

test("a form that is open offers the adapters that come, and none that went", async ({ workbench }) => {
  const view = await openStudies(workbench);
  await button(view, "All studies").click();
  await button(view, /^New study… A study of my own/).click();
  const adapter = join(storage, "adapters", "passing");
  await mkdir(adapter, { recursive: true });
  await writeFile(join(adapter, "adapter_config.json"), "{}");
  const choice = view.getByLabel("graft-base with the adapter passing");
  await choice.check({ timeout: 30_000 });
  await rm(adapter, { recursive: true });
  await choice.waitFor({ state: "detached", timeout: 30_000 });
  await button(view, "Back").click();
  await button(view, "Open Three on twenty").click();
});

test("its runs are reordered by keyboard and by mouse, and its file keeps the order", async ({ workbench }) => {
  const { page } = workbench;
  const view = await openStudies(workbench);
  const runs = view.getByRole("region", { name: "Runs" });
  const names = async (): Promise<string[]> =>
    (await runs.getByRole("rowheader").allTextContents()).map((name) => name.replace("graft-base", "").slice(2));
  const kept = async (): Promise<unknown> => {
    const study = JSON.parse(await readFile(join(studiesFolder(editorHome), "three-on-twenty.json"), "utf8")) as Study;
    return study.order;
  };
  await expect.poll(names, { timeout: 60_000 }).toEqual(["", "1 drawn (seed 42)", "2 nearest"]);
  const up = runs.getByRole("button", { name: "Move up: graft-base, 2 nearest on twenty.jsonl, seed 42" });
  await up.press("Enter");
  await expect.poll(names).toEqual(["", "2 nearest", "1 drawn (seed 42)"]);
  await view.getByText("graft-base, 2 nearest on twenty.jsonl, seed 42: place 2 of 3 to come.").waitFor();
  // The focus moves with the run, so that a key can be pressed again.
  await expect.poll(() => up.evaluate((button) => button === document.activeElement)).toBe(true);
  await page.keyboard.press("Alt+ArrowUp");
  await expect.poll(names).toEqual(["2 nearest", "", "1 drawn (seed 42)"]);
  expect(await up.getAttribute("aria-disabled")).toBe("true");
  await expect.poll(kept).toEqual([
    [0, 2, 42],
    [0, 0, 42],
    [0, 1, 42],
  ]);
  await workbench.screenshot("studies, order");
  expect(await problems(view)).toEqual([]);
  const row = (name: RegExp): ReturnType<Frame["getByRole"]> => runs.getByRole("row", { name });
  await row(/2 nearest/)
    .locator(".grip")
    .dragTo(row(/1 drawn/).getByRole("rowheader"));
  await expect.poll(names).toEqual(["", "1 drawn (seed 42)", "2 nearest"]);
  await row(/1 drawn/)
    .locator(".grip")
    .dragTo(row(/graft-base on|graft-base twenty/).getByRole("rowheader"));
  await expect.poll(names).toEqual(["1 drawn (seed 42)", "", "2 nearest"]);
  await expect.poll(kept).toEqual([
    [0, 1, 42],
    [0, 0, 42],
    [0, 2, 42],
  ]);
  await button(view, "All studies").click();
  await button(view, "Open Three on twenty").click();
  // It is planned again, from its file.
  await view.getByText(/0 of 3 runs are finished\. About .* left\./).waitFor({ timeout: 120_000 });
  expect(await names()).toEqual(["1 drawn (seed 42)", "", "2 nearest"]);
});

test("it is paused, and goes on after the window was reloaded", { timeout: 300_000 }, async ({ workbench }) => {
  const { page } = workbench;
  let view = await openStudies(workbench);
  await button(view, "Start").press("Enter");
  await view
    .getByText(/\d+ of 20/)
    .first()
    .waitFor({ timeout: 120_000 });
  await workbench.screenshot("studies, running");
  await button(view, "Pause").press("Enter");
  await button(view, "Resume").waitFor({ timeout: 120_000 });
  await view.getByText(/[12] of 3 runs are finished/).waitFor();
  await page.reload();
  await page.locator(".monaco-workbench .part.statusbar").waitFor({ timeout: 60_000 });
  // The panel is restored without any action.
  view = await workbench.webview('main[aria-label="Studies"]');
  await button(view, "Resume").click({ timeout: 60_000 });
  // A user who looks at something else meanwhile gets a notice at the end.
  await workbench.openFile("main.py");
  const notice = workbench.notification('The study "Three on twenty" is finished.');
  await notice.getByRole("button", { name: "Show Studies" }).click({ timeout: 200_000 });
  view = await openStudies(workbench);
  await view.getByText("3 of 3 runs are finished.").waitFor({ timeout: 60_000 });
  const table = view.getByRole("region", { name: "twenty.jsonl, graft" });
  expect(await table.getByRole("rowheader").allTextContents()).toEqual([
    "graft-base",
    "graft-base, 1 drawn (seed 42)",
    "graft-base, 2 nearest",
  ]);
  await table.getByRole("button", { name: "chrF" }).click();
  const sorted = table.getByRole("columnheader", { name: "chrF" });
  expect(await sorted.getAttribute("aria-sort")).toBe("descending");
  const scores = await table.locator("tbody tr").evaluateAll((rows) => rows.map((row) => row.textContent ?? ""));
  expect(scores).toHaveLength(3);
  await workbench.screenshot("studies, results");
  expect(await view.locator("svg[role=img]").count()).toBeGreaterThan(0);
});

test("its tasks are filtered, gone through by keyboard, and opened in the editor", async ({ workbench }) => {
  const { page } = workbench;
  const view = await openStudies(workbench);
  await button(view, "Show tasks: twenty.jsonl, graft").press("Enter");
  const list = view.getByRole("listbox", { name: "Tasks" });
  await view.getByText("20 of 20 tasks.").waitFor();
  await view.getByLabel("Search").fill("number 1");
  await view.getByText("11 of 20 tasks.").waitFor();
  await list.focus();
  await page.keyboard.press("ArrowDown");
  const tasks = view.getByRole("region", { name: "Tasks of twenty.jsonl" });
  await tasks.getByRole("heading", { name: "apply reversed to the list number 1", exact: true }).waitFor();
  await page.keyboard.press("ArrowDown");
  await tasks.getByRole("heading", { name: "apply sorted to the list number 10" }).waitFor();
  expect(await tasks.locator("pre").first().textContent()).toBe("sorted(list_10)");
  await tasks.getByText("Prompt, with its examples").last().click();
  await tasks.getByText("### Instruction:", { exact: false }).last().waitFor();
  await workbench.screenshot("studies, task");
  expect(await problems(view)).toEqual([]);
  await button(view, "Copy as issue").press("Enter");
  await page.getByText("Copied the task with its answers as Markdown.").first().waitFor();
  await button(view, "Open in editor: graft-base, 2 nearest").click();
  await page.getByRole("tab", { name: /task 10: reference and graft-base, 2 nearest/ }).waitFor();
});

test("its tasks are as the user left them after a look into the editor", async ({ workbench }) => {
  const { page } = workbench;
  const view = await openStudies(workbench);
  const list = view.getByRole("listbox", { name: "Tasks" });
  const chosen = list.getByRole("option", { name: "apply sorted to the list number 10" });
  await chosen.and(view.locator("[aria-selected=true]")).waitFor({ timeout: 60_000 });
  expect(await view.getByLabel("Search").inputValue()).toBe("number 1");
  await view.getByText("11 of 20 tasks.").waitFor();
  const table = view.getByRole("region", { name: "twenty.jsonl, graft", exact: true });
  const sorted = table.getByRole("columnheader", { name: "chrF" });
  expect(await sorted.getAttribute("aria-sort")).toBe("descending");
  // By keyboard alone: the list has the focus again, and continues where it was.
  await expect.poll(() => list.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press("ArrowDown");
  const tasks = view.getByRole("region", { name: "Tasks of twenty.jsonl" });
  await tasks.getByRole("heading", { name: "apply reversed to the list number 11" }).waitFor();
});

test("two candidates are compared task by task", async ({ workbench }) => {
  const view = await openStudies(workbench);
  const group = view.getByRole("group", { name: "Task by task: twenty.jsonl, graft" });
  await view.getByLabel("Measure").selectOption("chrF", { timeout: 60_000 });
  await group.getByLabel("Candidate").selectOption("graft-base, 2 nearest");
  await group.getByLabel("Minus").selectOption("graft-base");
  const show = button(view, "Show differences: twenty.jsonl, graft");
  await show.press("Enter");
  const chart = group.getByRole("img", { name: "twenty.jsonl, graft: chrF of each task" });
  await chart.waitFor({ timeout: 60_000 });
  // The button was disabled meanwhile, and has the focus again.
  await expect.poll(() => show.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await chart.textContent()).toMatch(
    /graft-base, 2 nearest minus graft-base: won \d+, lost \d+, tied \d+ of 20 tasks\./,
  );
  await chart.scrollIntoViewIfNeeded();
  await workbench.screenshot("studies, differences");
  await group.getByLabel("Minus").selectOption("graft-base, 2 nearest");
  await view.getByText("Choose two different candidates.").waitFor();
  expect(await chart.count()).toBe(0);
});

test("the panel fits a narrow window, and other themes", async ({ workbench }) => {
  const { page } = workbench;
  await workbench.command("View: Toggle Primary Side Bar Visibility");
  const view = await openStudies(workbench);
  await view.getByRole("region", { name: "twenty.jsonl, graft" }).waitFor({ timeout: 60_000 });
  for (const width of [420, 260]) {
    await page.setViewportSize({ width, height: 900 });
    await fitsWidth(view, width);
    await workbench.screenshot(`studies, ${width} px`);
  }
  await firstColumnStays(view.getByRole("region", { name: "twenty.jsonl, graft" }));
  await firstColumnStays(view.getByRole("region", { name: "Runs" }));
  await page.setViewportSize({ width: 1280, height: 800 });
  await inAllThemes(workbench, view, async (theme) => {
    await view.locator("svg[role=img]").first().scrollIntoViewIfNeeded();
    await workbench.screenshot(`studies, ${theme}`);
  });
});

test("its export, run again by the command line, has equal figures", { timeout: 300_000 }, async ({ workbench }) => {
  const { folder } = workbench;
  const view = await openStudies(workbench);
  await button(view, "Export…").click();
  await chooseFolder(workbench, join(folder, "out"));
  const exported = async (): Promise<string[]> => readdir(join(folder, "out", "three-on-twenty")).catch(() => []);
  await expect.poll(exported, { timeout: 60_000 }).toContain("README.md");
  const home = await mkdtemp(join(tmpdir(), "graft-again-"));
  try {
    const study = join(folder, "out", "three-on-twenty", "study.json");
    const args = [join(root, "dist", "cli.js"), "study", "run", study, "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      env: { ...process.env, GRAFT_HOME: home },
      maxBuffer: 1e8,
    });
    const result = JSON.parse(stdout.trim().split("\n").at(-1)!) as { reproduced: { isEqual: boolean }[] };
    expect(result.reproduced.map(({ isEqual }) => isEqual)).toEqual([true, true, true]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

test("its runs say what they were made of; a deleted run comes back, and an export's are known", async ({
  workbench,
}) => {
  const { page, folder } = workbench;
  const view = await openStudies(workbench);
  const history = view.getByRole("region", { name: "History" });
  const run = history.getByRole("row", { name: /graft-base, 2 nearest/ });
  await run.waitFor({ timeout: 60_000 });
  expect(await history.getByRole("row").count()).toBe(4);
  await run.getByText("What it was made of").click();
  await run.getByText("Hash of the suite").waitFor();
  await run.scrollIntoViewIfNeeded();
  await workbench.screenshot("studies, history");
  expect(await problems(view)).toEqual([]);
  await run.getByRole("button", { name: "Delete" }).press("Enter");
  await view.getByText(/2 of 3 runs are finished\./).waitFor({ timeout: 60_000 });
  // The focus stays among the runs, on the same button of another one.
  const focused = (): Promise<string | null> =>
    history.evaluate((part) => (part.contains(document.activeElement) ? document.activeElement!.textContent : null));
  await expect.poll(focused).toBe("Delete");
  await page.getByRole("button", { name: "Undo" }).press("Enter");
  await view.getByText("3 of 3 runs are finished.").waitFor({ timeout: 60_000 });
  await button(view, "Import runs…").click();
  await chooseFolder(workbench, join(folder, "out", "three-on-twenty"));
  await page.getByText("Imported 0 runs; 3 were here.").first().waitFor({ timeout: 60_000 });
  await run.waitFor({ timeout: 60_000 });
});

test("a suite that is gone is told, and does not end the panel", async ({ workbench }) => {
  const view = await openStudies(workbench);
  await rm(join(workbench.folder, "twenty.jsonl"));
  await button(view, "Plan again").click();
  await view
    .getByText(/Cannot read the suite .*twenty\.jsonl/)
    .first()
    .waitFor({ timeout: 60_000 });
  await workbench.screenshot("studies, broken suite");
  await button(view, "All studies").click();
  await button(view, "Delete Three on twenty").click();
  await view.getByText("None yet.").waitFor();
  await workbench.page.getByRole("button", { name: "Undo" }).press("Enter");
  await button(view, "Open Three on twenty").waitFor();
});
