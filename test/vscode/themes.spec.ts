import type { Frame } from "playwright-core";
import { expect } from "vitest";
import { openTrainingForm } from "./harness/graft.ts";
import { coloursOf, contrast } from "./harness/pixels.ts";
import { editorTest } from "./harness/spec.ts";
import { themes, useTheme } from "./harness/themes.ts";

const test = editorTest({
  files: { "main.py": "x = 1\n", ".vscode/settings.json": "{}" },
  viewport: { width: 1280, height: 900 },
});

/** Adds a progress bar like all pages have, at 10 %, to the page of the form. */
async function addBar(form: Frame): Promise<void> {
  await form.evaluate(() => {
    const bar = document.createElement("progress");
    [bar.id, bar.max, bar.value] = ["bar-under-test", 1, 0.1];
    document.querySelector("form")?.before(bar);
  });
}

test.for(themes)("$name: a bar at 10 % is not full, and what is chosen looks chosen", async (theme, { workbench }) => {
  const form = await openTrainingForm(workbench);
  await useTheme(workbench, theme, form);
  expect(await form.evaluate(() => getComputedStyle(document.body).colorScheme)).toBe(theme.scheme);
  if ((await form.locator("#bar-under-test").count()) === 0) await addBar(form);

  const [done, left] = await coloursOf(form.locator("#bar-under-test"), [
    [0.04, 0.5],
    [0.6, 0.5],
  ]);
  expect(contrast(done!, left!)).toBeGreaterThan(3);

  const middle = [[0.5, 0.5]] as const;
  const [chosen] = await coloursOf(form.locator("#preset-balanced"), middle);
  const [other] = await coloursOf(form.locator("#preset-quick"), middle);
  const [page] = await coloursOf(form.locator("main"), [[0.999, 0.001]]);
  expect(contrast(chosen!, page!)).toBeGreaterThan(contrast(other!, page!));
  expect(contrast(chosen!, page!)).toBeGreaterThan(3);
  await workbench.screenshot(`form, ${theme.name}`);
});
