import { execFileSync } from "node:child_process";
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Frame } from "playwright-core";
import { expect } from "vitest";
import { root } from "../../scripts/bed/paths.ts";
import type { StatisticsRecord } from "../../extension/core/statistics/record.ts";
import { fitsWidth } from "./harness/fitsWidth.ts";
import { graftReady, storage } from "./harness/graft.ts";
import { shapes } from "./harness/shapes.ts";
import { editorTest } from "./harness/spec.ts";
import { themes, useTheme } from "./harness/themes.ts";
import { appears } from "./harness/until.ts";
import type { Workbench } from "./harness/workbench.ts";

const test = editorTest({
  files: { "shapes.py": shapes },
  // Only what the test asks for appears, so that it knows the counts.
  settings: { "editor.inlineSuggest.enabled": false, "workbench.colorTheme": "Default Dark Modern" },
});

async function openStatistics(workbench: Workbench): Promise<Frame> {
  const { page } = workbench;
  await page.getByRole("tab", { name: "Graft" }).first().waitFor();
  await workbench.command("Graft: Show statistics");
  return workbench.webview('main[aria-label="Statistics"] .foot');
}

/** Continues below the last line of the file, which is already open. */
async function showFile({ page, press, type }: Workbench): Promise<void> {
  await page.locator('.tab[aria-label*="shapes.py"]').click();
  await page.locator(".editor-group-container.active .editor-instance .view-lines").click();
  await press("ControlOrMeta+End");
  await type("\n");
}

async function clear(workbench: Workbench, view: Frame): Promise<void> {
  await view.getByRole("button", { name: "Clear…" }).click();
  await workbench.page.locator(".monaco-dialog-box").getByRole("button", { name: "Clear" }).click();
  await view.getByText("Nothing counted in this period.").waitFor();
}

/**
 * Types into the file key by key, and asks for a suggestion after each, until there is one that fits. Returns how many
 * there were.
 */
async function suggestion(workbench: Workbench, text: string, fits = /^/): Promise<number> {
  let appearances = 0;
  for (const character of text) {
    await workbench.type(character);
    await workbench.press("Alt+\\");
    if (await appears(workbench.ghostPieces.first(), 1500)) {
      appearances++;
      await workbench.page.waitForTimeout(900);
      if (fits.test(await workbench.ghostText())) return appearances;
    }
    await stopAsking(workbench);
  }
  throw new Error(`No suggestion fitted while ${JSON.stringify(text)} was typed.`);
}

/** After one request, the editor asks at every keystroke, until the cursor moves. */
async function stopAsking({ press, ghostPieces }: Workbench): Promise<void> {
  await press("ArrowLeft");
  await press("ArrowRight");
  await ghostPieces.first().waitFor({ state: "detached" });
}

async function passOver(workbench: Workbench): Promise<void> {
  await workbench.press("Escape");
  await stopAsking(workbench);
  await workbench.type("!!");
}

/** Suggestions that have appeared in this file's tests. */
let shown = 0;

const figure = async (view: Frame, term: string): Promise<string | undefined> => {
  const text = await view.locator("dl").first().locator(`dt:text-is("${term}") + dd`).textContent();
  return text?.replaceAll("\u00A0", " ");
};

test(
  "counts what is shown, accepted, accepted in part and passed over, and keeps no text",
  { timeout: 150_000 },
  async ({ workbench }) => {
    let view = await openStatistics(workbench);
    await clear(workbench, view);
    await workbench.screenshot("statistics, empty");
    await workbench.openFile("shapes.py");
    await graftReady(workbench);
    shown = 0;

    await workbench.type("        ");
    shown += await suggestion(workbench, "return self.side * self.side", /^\S{2}/);
    await workbench.press("Tab");
    await stopAsking(workbench);

    await workbench.type("\n\n");
    shown += await suggestion(workbench, "return math.sqrt(self.side) * self.radius", /^\w{2}\w*\W/);
    await workbench.press("ControlOrMeta+ArrowRight");
    await workbench.page.waitForTimeout(300);
    await passOver(workbench);

    await workbench.press("ControlOrMeta+End");
    await workbench.type("\n");
    shown += await suggestion(workbench, "square = Square(3)");
    await passOver(workbench);

    view = await openStatistics(workbench);
    await expect.poll(() => figure(view, "Shown"), { timeout: 20_000 }).toBe(String(shown));
    expect(await figure(view, "Read")).toBe(`${shown} (100 %)`);
    expect(await figure(view, "Accepted")).toMatch(/^1 \(/);
    expect(await figure(view, "Accepted in part")).toMatch(/^1 \(/);
    expect(await figure(view, "Typed out by hand")).toBe("0 (0 %)");
    expect(Number(await figure(view, "Characters saved"))).toBeGreaterThan(2);
    expect(await figure(view, "Median time")).toMatch(/^\d+ ms$/);

    const [day, marker, ...others] = (await readdir(join(storage, "statistics"))).toSorted();
    expect(day).toMatch(/^\d{4}-\d\d-\d\d\.jsonl$/);
    expect([marker, others]).toEqual(["cleared", []]);
    const written = await readFile(join(storage, "statistics", day!), "utf8");
    expect(written).toContain('"base":"graft-base"');
    expect(written).not.toMatch(/self|side|return|square|shapes/i);
  },
);

test("an accepted text is looked after: kept after 30 seconds", async ({ workbench }) => {
  const view = await openStatistics(workbench);
  await expect.poll(() => figure(view, "Kept after 30 s"), { timeout: 45_000 }).toMatch(/^(100|50) %$/);
});

test("export writes a table of the counts", async ({ workbench }) => {
  const view = await openStatistics(workbench);
  await view.getByRole("button", { name: "Export…" }).click();
  // The editor's own dialog, with a name that it takes some time to put there.
  const input = workbench.page.locator(".quick-input-widget:not([style*='display: none']) input[type=text]").last();
  await expect.poll(() => input.inputValue(), { timeout: 20_000 }).toMatch(/statistics\.csv$/);
  await input.press("Enter");
  const written = (): Promise<string> => readFile(join(workbench.folder, "statistics.csv"), "utf8").catch(() => "");
  await expect.poll(written, { timeout: 20_000 }).not.toBe("");
  const [header, row, ...rest] = (await written()).trim().split("\n");
  expect(rest).toEqual([]);
  expect(header).toMatch(/^day,base,adapter,context,shown,read,accepted,accepted in part,/);
  expect(row).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\d,graft-base,,\\w+,${shown},${shown},1,1,0,`));
});

test("off counts nothing; on counts again", async ({ workbench }) => {
  let view = await openStatistics(workbench);
  await view.getByRole("button", { name: "Turn off" }).press("Enter");
  await view.getByText("Counting is off.").waitFor();
  await showFile(workbench);
  await suggestion(workbench, "small = Square(1)");
  await passOver(workbench);
  await workbench.page.waitForTimeout(3000);
  view = await openStatistics(workbench);
  expect(await figure(view, "Shown")).toBe(String(shown));
  await view.getByRole("button", { name: "Turn on" }).press("Enter");
  await view.getByText("Counting is off.").waitFor({ state: "detached" });
});

test(
  "two settings take turns, their suggestions are told apart, and a stop ends it",
  { timeout: 120_000 },
  async ({ workbench }) => {
    const data = join(workbench.folder, "shapes.py");
    const adapter = join(storage, "adapters/styled");
    const options = ["train", "--base", "graft-base", "--data", data, "--out", adapter, "--steps", "1", "--rank", "2"];
    execFileSync(process.execPath, [join(root, "dist/cli.js"), ...options], { stdio: "ignore" });
    let view = await openStatistics(workbench);
    const [styled, alone] = ["styled", null].map((adapter) => JSON.stringify({ adapter, context: true }));
    const start = view.getByRole("button", { name: "Start comparing" });
    await start.waitFor();
    await view.getByLabel("A", { exact: true }).selectOption(styled!);
    expect(await start.isDisabled()).toBe(false);
    await view.getByLabel("B", { exact: true }).selectOption(styled!);
    expect(await start.isDisabled()).toBe(true);
    await view.getByLabel("B", { exact: true }).selectOption(alone!);
    await start.press("Enter");
    await view.getByText("Too few suggestions for a verdict.").waitFor();
    await workbench.statusItem("Graft: A/B").waitFor();

    await showFile(workbench);
    await suggestion(workbench, "large = Square(9)");
    await passOver(workbench);
    const [day] = (await readdir(join(storage, "statistics"))).toSorted();
    const path = join(storage, "statistics", day!);
    const part = async (): Promise<RegExpExecArray | null> =>
      /"kind":"suggestion".*"part":\{"comparison":"([^"]+)","arm":"[ab]","block":\d+\}/.exec(
        await readFile(path, "utf8"),
      );
    await expect.poll(part, { timeout: 20_000 }).not.toBeNull();
    await writeComparison(path, (await part())![1]!);

    view = await openStatistics(workbench);
    await view.getByText("A is better: 40 of 100 suggestions are kept instead of 25 (95 %: +").waitFor();
    await view.getByRole("heading", { name: "A/B comparison" }).scrollIntoViewIfNeeded();
    await view.locator(".interval").scrollIntoViewIfNeeded();
    await workbench.screenshot("statistics, comparison");
    await view.getByRole("button", { name: "Stop comparing" }).press("Enter");
    await view.getByText("They take turns of five minutes.").waitFor({ state: "detached" });
    await graftReady(workbench);
    await view.getByRole("button", { name: "Dismiss" }).press("Enter");
    await view.getByText("A is better").waitFor({ state: "detached" });
    await rm(adapter, { recursive: true });
  },
);

/** Sixty blocks of either arm: 8 of 20 suggestions of A are kept, and 5 of B. */
async function writeComparison(path: string, comparison: string): Promise<void> {
  const suggestion = (arm: "a" | "b", block: number, isAccepted: boolean): StatisticsRecord => ({
    kind: "suggestion",
    at: Date.now(),
    variant: { base: "graft-base", adapter: arm === "a" ? "styled" : null, context: false },
    part: { comparison, arm, block },
    outcome: isAccepted ? "accepted" : "passed",
    read: true,
    characters: 20,
    acceptedCharacters: isAccepted ? 20 : 0,
    acceptances: isAccepted ? 1 : 0,
    milliseconds: arm === "a" ? 80 : 70,
  });
  const lines = Array.from({ length: 2400 }, (_, i) =>
    suggestion(i % 2 === 0 ? "a" : "b", i % 120, Math.floor(i / 120) < (i % 2 === 0 ? 8 : 5)),
  );
  await appendFile(path, `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`);
}

/** Two months of two adapters, as windows have written them. */
async function writeMonths(): Promise<void> {
  await mkdir(join(storage, "statistics"), { recursive: true });
  for (let age = 60; age >= 0; age--) {
    const at = new Date();
    at.setDate(at.getDate() - age);
    if (at.getDay() % 6 === 0) continue;
    const lines: StatisticsRecord[] = [];
    for (let i = 0; i < 30 + ((age * 37) % 40); i++) {
      const adapter = i % 3 === 0 ? null : "our-style";
      const variant = { base: "graft-base", adapter, context: false };
      const isAccepted = (i * 7 + age) % 10 < (adapter === null ? 2 : 4);
      const whole = { outcome: "accepted", acceptedCharacters: 18, acceptances: 1 } as const;
      const none = { outcome: i % 11 === 0 ? "typedOut" : "passed", acceptedCharacters: 0, acceptances: 0 } as const;
      const milliseconds = 30 + ((i * 53) % 90);
      const common = { at: at.getTime(), variant };
      lines.push({
        kind: "suggestion",
        ...common,
        read: i % 4 !== 1 || isAccepted,
        characters: 18,
        milliseconds,
        ...(isAccepted ? whole : none),
      });
      if (isAccepted)
        lines.push(
          { kind: "kept", ...common, after: 30, kept: i % 8 !== 0 },
          { kind: "kept", ...common, after: 120, kept: i % 5 !== 0 },
        );
      lines.push({ kind: "silence", ...common, times: i % 3 });
    }
    const two = (number: number): string => String(number).padStart(2, "0");
    const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
    await writeFile(
      join(storage, "statistics", `${day}.jsonl`),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
  }
}

test.for(themes)("$name: two months fit a narrow sidebar", async (theme, { workbench }) => {
  await writeMonths();
  await workbench.command("Notifications: Clear All Notifications");
  const view = await openStatistics(workbench);
  await useTheme(workbench, theme, view);
  await view.getByLabel("Time", { exact: true }).selectOption("Last 12 months");
  await view.getByText("our-style on graft-base").waitFor();
  await view.getByLabel("Time", { exact: true }).selectOption("Last 30 days");
  await expect.poll(() => view.locator(".bars g").count()).toBe(30);
  await fitsWidth(view);
  await view.evaluate(() => window.scrollTo(0, 0));
  await workbench.screenshot(`statistics, ${theme.name}`);
  if (theme === themes.at(-1)) await clear(workbench, view);
});
