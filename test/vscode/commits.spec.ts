/** "Your commits": a training on what the user's own commits added, in a repository with other authors. */

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Frame } from "playwright-core";
import { expect } from "vitest";
import { git } from "../git.ts";
import { violations } from "./harness/accessibility.ts";
import { fitsWidth } from "./harness/fitsWidth.ts";
import { openTrainingForm } from "./harness/graft.ts";
import { setSidebarWidth } from "./harness/sidebarWidth.ts";
import { editorTest } from "./harness/spec.ts";
import { inAllThemes } from "./harness/themes.ts";
import type { Workbench } from "./harness/workbench.ts";

const theirs = (name: string): string => `def rig_${name}(mast):\n    return mast.their_rigging("${name}")\n`;
const mine = `\n\ndef haul_anchor(ship):\n    return ship.my_capstan("anchor")\n`;

const test = editorTest({
  files: {
    "sails.py": theirs("sails"),
    "ropes.py": theirs("ropes"),
    "flags.py": theirs("flags"),
    ".vscode/settings.json": "{}",
  },
  name: "crew",
});

async function chooseCommits(workbench: Workbench): Promise<Frame> {
  const form = await openTrainingForm(workbench);
  await form.locator("#data-commits").check();
  return form;
}

test("tells whose lines there are, and reads no other file", async ({ workbench }) => {
  const { folder } = workbench;
  git(folder, "init", "-q");
  git(folder, "config", "user.email", "ann@example.org");
  git(folder, "add", "*.py");
  git(folder, "commit", "-q", "-m", "Rigging", "--author=Bob <bob@example.org>");
  await writeFile(join(folder, "ropes.py"), `${theirs("ropes")}${mine}`);
  git(folder, "commit", "-q", "-a", "-m", "Anchor");
  const form = await chooseCommits(workbench);
  await form.getByText("ann@example.org. Lines that are still there: 2, in files: 1").waitFor({ timeout: 60_000 });
  await form.getByRole("button", { name: "Preview data" }).click();
  await form.getByText("1 examples with").waitFor({ timeout: 60_000 });
  await form.getByText("Examples, as the model sees them").click();
  const texts: string[] = [];
  for (const next = form.getByRole("button", { name: "Next" }); ; await next.click()) {
    texts.push((await form.locator(".preview pre").textContent()) ?? "");
    if (await next.isDisabled()) break;
  }
  expect(texts.join("\n")).toContain("my_capstan");
  expect(texts.join("\n")).not.toMatch(/rig_(sails|flags)/);
  expect(await violations(form)).toEqual([]);
});

test("takes a number of months by keyboard, and refuses others", async ({ workbench }) => {
  const form = await chooseCommits(workbench);
  const start = form.getByRole("button", { name: "Start training" });
  await expect.poll(() => start.isEnabled(), { timeout: 60_000 }).toBe(true);
  const months = form.getByLabel("Last months");
  await months.press("ControlOrMeta+A");
  await months.press("0");
  // Below the field, and below the disabled button.
  const reason = form.getByText("Last months: a whole number from 1 to 120");
  await expect.poll(() => reason.count()).toBe(2);
  expect(await start.isDisabled()).toBe(true);
  await months.press("ControlOrMeta+A");
  await months.press("3");
  await expect.poll(() => start.isEnabled(), { timeout: 60_000 }).toBe(true);
});

test("reads well in all themes, and 200 pixels wide", async ({ workbench }) => {
  const form = await chooseCommits(workbench);
  await inAllThemes(workbench, form, async (theme) => {
    await workbench.screenshot(`commits, ${theme}`);
    expect(await violations(form)).toEqual([]);
  });
  await setSidebarWidth(workbench, 200);
  await fitsWidth(form, 200);
  await workbench.screenshot("commits, 200 px");
  await setSidebarWidth(workbench, 340);
});

test("trains an adapter on them", { timeout: 300_000 }, async ({ workbench }) => {
  const form = await chooseCommits(workbench);
  await form.getByLabel("Name", { exact: true }).fill("crew-commits");
  await form.getByRole("button", { name: "Start training" }).click();
  await form.getByText("tokens/s").waitFor({ timeout: 60_000 });
  await form.getByRole("button", { name: "Stop and keep the best" }).click();
  await form.getByText('Trained. "crew-commits" is in use now.').waitFor({ timeout: 60_000 });
  await form.getByRole("button", { name: "Train another" }).click();
});

test("says what is missing without a repository", async ({ workbench }) => {
  await rm(join(workbench.folder, ".git"), { recursive: true });
  const form = await chooseCommits(workbench);
  await form.getByLabel("Last months").fill("7");
  await form.getByText("Git finds no repository here, or does not know your address.").waitFor({ timeout: 60_000 });
  await form.getByText("Your commits of this period added no Python code here.").waitFor();
  expect(await form.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
});
