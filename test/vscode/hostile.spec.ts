/** A folder from strangers: names that are markup, files that are not what they seem, settings that are nonsense. */

import { execFileSync } from "node:child_process";
import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { graftReady, openTrainingForm } from "./harness/graft.ts";
import { editorTest } from "./harness/spec.ts";

const code = (number: number): string =>
  `class Shelf${number}:\n    def take_${number}(self, wanted):\n        return self.places_${number}[wanted].pop()\n`;
const linkName = "[Open me](command:workbench.action.toggleZenMode).py";
const otherNames = [
  "new\nline.py",
  "quo\"te's.py",
  "`tick` **bold** <b>.py",
  "a&lt;b.py",
  "%41{0}{1}.py",
  "gnp.\u202Ey",
];

const test = editorTest({
  name: "strangers",
  files: {
    [linkName]: code(0),
    ...Object.fromEntries(otherNames.map((name, i) => [`${name}.py`, code(i + 1)])),
    ...Object.fromEntries([1, 2, 3, 4].map((i) => [`binary${i}.py`, `x = ${i}\0\0\n`])),
  },
  settings: {
    "graft.device": "cuda",
    "graft.enable": "yes",
    "graft.completion.debounce": -5,
    "graft.completion.maxTokens": 1e9,
    "graft.completion.exclude": "nothing",
    "graft.repository.enable": 17,
  },
});

const patient = { timeout: 240_000 };

test(
  "completion is ready beside a pipe, links in circles, and settings of wrong types",
  patient,
  async ({ workbench }) => {
    const { page, folder } = workbench;
    execFileSync("mkfifo", [join(folder, "pipe.py")]);
    await symlink(folder, join(folder, "circle"));
    await symlink("/etc/passwd", join(folder, "outside.py"));
    await page.getByRole("treeitem", { name: "Open me" }).click();
    await page.keyboard.press("Enter");
    await graftReady(workbench);
  },
);

test("a base that the folder's settings name, and that is not there, is told with ways out", async ({ workbench }) => {
  const settings = join(workbench.folder, ".vscode/settings.json");
  const before = await readFile(settings, "utf8");
  await writeFile(settings, JSON.stringify({ ...JSON.parse(before), "graft.base": "/nowhere" }));
  try {
    const notice = workbench.notification('Cannot find the base "/nowhere"');
    await notice.getByRole("button", { name: "Show Base Models" }).waitFor({ timeout: 30_000 });
    await notice.getByRole("button", { name: "Open Settings" }).click();
    // The settings of the folder, which name the base.
    const setting = workbench.page.locator('.settings-editor input[aria-label="graft.base"]');
    await expect
      .poll(() => setting.inputValue({ timeout: 1000 }).catch(() => ""), { timeout: 30_000 })
      .toBe("/nowhere");
    await workbench.press("Escape");
  } finally {
    await writeFile(settings, before);
  }
  await graftReady(workbench);
});

test("the name of a file is no link in a notification", async ({ workbench }) => {
  const { page } = workbench;
  await page.locator(".editor-group-container.active .view-lines").click();
  await workbench.press("ControlOrMeta+A");
  await workbench.command("Graft: Add selection to snippets");
  const notice = workbench.notification("Snippets to train on: 1");
  await notice.waitFor({ timeout: 30_000 });
  expect(await notice.locator("a[href]").count()).toBe(0);
  expect((await notice.textContent())?.replaceAll("\u200B", "")).toContain(`Added code of ${linkName}.`);
});

test("the form and the preview agree on what is there to learn, and to hold out", patient, async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await form.locator("#data-workspace").check();
  // Seven files can be learned, out of eleven with a matching name.
  await form.getByText("strangers: 7 Python files. Too few to hold some out for validation.").waitFor();
  await form.getByRole("button", { name: "Preview data" }).click();
  await form.getByText("7 examples with").waitFor({ timeout: 120_000 });
  await form.getByText("; 0 held out.").waitFor();
  await form.getByText("Left out: 4").click();
  await form.getByText("binary1.py").waitFor();
});
