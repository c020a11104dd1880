/** "Did it help here?": a repository with a history, and an adapter that learns next to nothing. */

import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Frame } from "playwright-core";
import { expect } from "vitest";
import { root } from "../../scripts/bed/paths.ts";
import { violations } from "./harness/accessibility.ts";
import { fitsWidth } from "./harness/fitsWidth.ts";
import { graftReady, openTrainingForm, storage } from "./harness/graft.ts";
import { contrast, type Colour } from "./harness/pixels.ts";
import { editorTest } from "./harness/spec.ts";
import { inAllThemes } from "./harness/themes.ts";

const items = ["tea", "milk", "bread", "rice", "salt", "oil", "jam", "flour", "sugar", "honey"];
const parts = ["price", "stock", "label", "order"];

/** Short files of many short lines: a trial reads them quickly, and finds enough lines for a verdict. */
const source = (item: string, part: string): string =>
  Array.from(
    { length: 8 },
    (_, i) =>
      `def ${part}_${item}_${i}(ledger, count):\n    entry = ledger.find("${item}", ${i})\n` +
      `    entry.${part} = count + ${i}\n    return entry\n`,
  ).join("\n\n");

const pairs = items.flatMap((item) => parts.map((part) => [item, part] as const));
const latest = (["tea", "milk", "bread", "rice"] as const).map((item) => `order_${item}.py`);
const files = Object.fromEntries(pairs.map(([item, part]) => [`${part}_${item}.py`, source(item, part)]));

const test = editorTest({ files: { ...files, ".vscode/settings.json": "{}" }, name: "store" });

/** One commit of all files, and one that changes the latest. */
function commitAll(folder: string): void {
  const identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"];
  const git = (...parameters: string[]): void =>
    void execFileSync("git", [...identity, ...parameters], { cwd: folder });
  git("init", "-q");
  git("add", "-A", "--", ":!:order_tea.py", ":!:order_milk.py", ":!:order_bread.py", ":!:order_rice.py");
  git("commit", "-q", "-m", "The store");
  git("add", "-A");
  git("commit", "-q", "-m", "Orders");
}

/** Returns the contrast between an interval's line and its edge, which separates it from the bar. */
async function contrastOfInterval(form: Frame): Promise<number> {
  const colour = async (part: string): Promise<Colour> => {
    const stroke = await form
      .locator(`.bar .${part}`)
      .first()
      .evaluate((line) => getComputedStyle(line).stroke);
    return stroke.match(/\d+/g)!.slice(0, 3).map(Number) as unknown as Colour;
  };
  return contrast(await colour("whisker"), await colour("edge"));
}

test(
  "says that it did not help and keeps it out of use, until the user wants it",
  { timeout: 500_000 },
  async ({ workbench }) => {
    commitAll(workbench.folder);
    await workbench.openFile("label_bread.py");
    await graftReady(workbench);
    const form = await openTrainingForm(workbench);
    await form.getByText("40 Python files").waitFor();
    await form.getByText("Advanced").click();
    await form.getByLabel("IA3").check();
    await form.getByLabel("Name").fill("timid");
    await form.getByLabel("Epochs").fill("1");
    await form.getByRole("button", { name: "Start training" }).click();
    await form.getByText("Measuring whether it helps here").waitFor({ timeout: 120_000 });
    await form.getByText(/^Completing held-out lines with and without the adapter: \d+ of \d+$/).waitFor();
    await workbench.screenshot("trial runs");

    await form.getByText('Trained. "timid" is kept, but not in use.').waitFor({ timeout: 300_000 });
    await form.getByText(/^It (makes no clear difference|harms): right at \d+ of 100 lines instead of \d+;/).waitFor();
    await form.getByText(/ lines of 4 files that it was not trained on/).waitFor();
    await graftReady(workbench, "none");
    await form.getByText("All figures").click();
    await form.getByRole("rowheader", { name: "Exact lines, %" }).first().waitFor();
    await fitsWidth(form);
    const examples = form.getByText("Completions at held-out places");
    if ((await examples.count()) > 0) {
      await examples.click();
      const places = await form.locator(".examples .note").allTextContents();
      // Only files of the last commit are held out.
      expect(places.filter((place) => !latest.some((name) => place.startsWith(`${name}, line `)))).toEqual([]);
    }
    await inAllThemes(workbench, form, async (theme) => {
      await workbench.screenshot(`trial, ${theme}`);
      expect(await contrastOfInterval(form)).toBeGreaterThan(3);
    });
    expect(await violations(form)).toEqual([]);

    await form.getByRole("button", { name: "Use it anyway" }).click();
    await form.getByText('Trained. "timid" is in use now.').waitFor();
    await graftReady(workbench, "timid");
  },
);

test("the command line gives the same adapter for the same choices", { timeout: 200_000 }, async ({ workbench }) => {
  const out = await mkdtemp(join(tmpdir(), "graft-same-"));
  const choices = ["--method", "ia3", "--epochs", "1", "--validation", "0.1", "--no-trial"];
  const options = ["train", "--data", workbench.folder, "--out", join(out, "timid"), ...choices];
  const env = { ...process.env, GRAFT_HOME: join(out, "home") };
  await promisify(execFile)(process.execPath, [join(root, "dist/cli.js"), ...options], { env });
  const bytes = (folder: string): Promise<Buffer> => readFile(join(folder, "timid", "adapter_model.safetensors"));
  expect((await bytes(out)).equals(await bytes(join(storage, "adapters")))).toBe(true);
  await rm(out, { recursive: true });
});

test("the rest of a trial can be skipped", { timeout: 300_000 }, async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await form.getByRole("button", { name: "Train another" }).click();
  await form.getByLabel("Name").fill("hasty");
  await form.getByRole("button", { name: "Start training" }).click();
  await form.getByText("Completing held-out lines").waitFor({ timeout: 120_000 });
  await form.getByRole("button", { name: "Skip the rest" }).click();
  await form.getByText(/ lines of \d files? that it was not trained on/).waitFor({ timeout: 60_000 });
});
