/** A training that waits: while the user types, and on battery power. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Frame } from "playwright-core";
import { afterAll, expect, inject } from "vitest";
import { violations } from "./harness/accessibility.ts";
import { graftReady, openTrainingForm } from "./harness/graft.ts";
import { setSidebarWidth } from "./harness/sidebarWidth.ts";
import { editorTest } from "./harness/spec.ts";
import { inAllThemes } from "./harness/themes.ts";
import { openWorkbench, type Workbench } from "./harness/workbench.ts";

const sources = Object.fromEntries(
  ["north", "south", "east", "west", "up", "down"].map((way) => [
    `go_${way}.py`,
    `def go_${way}(ship, miles):\n    ship.turn("${way}")\n    return ship.sail(miles)\n`,
  ]),
);

const test = editorTest({ files: { ...sources, "log.py": "", ".vscode/settings.json": "{}" }, name: "ship" });

const set = (workbench: Workbench, settings: object): Promise<void> =>
  writeFile(join(workbench.folder, ".vscode/settings.json"), JSON.stringify(settings));

/** Shows an unplugged laptop, or one that charges, as Linux does. */
async function power(status: "Discharging" | "Charging"): Promise<void> {
  const supply = join(inject("powerSupplies"), "BAT0");
  await mkdir(supply, { recursive: true });
  await writeFile(join(supply, "type"), "Battery\n");
  await writeFile(join(supply, "status"), `${status}\n`);
}
afterAll(() => rm(inject("powerSupplies"), { recursive: true, force: true }));

const stepOf = async (form: Frame): Promise<number> =>
  Number(/^Step (\d+) of/.exec((await form.getByText(/^Step \d+ of \d+$/).textContent()) ?? "")?.[1]);

const whileTyping = "Waits while you type";
const onBattery = "Waits for mains power";

async function start(workbench: Workbench, name: string): Promise<Frame> {
  const form = await openTrainingForm(workbench);
  await form.getByLabel("Name").fill(name);
  const epochs = form.getByLabel("Epochs");
  if (!(await epochs.isVisible())) await form.getByText("Advanced").click();
  await epochs.fill("900");
  await form.getByRole("button", { name: "Start training" }).click();
  return form;
}

test("waits while the user types, and goes on afterwards", { timeout: 240_000 }, async ({ workbench }) => {
  await workbench.openFile("log.py");
  await graftReady(workbench);
  const form = await start(workbench, "at-sea");
  await form.getByText("tokens/s").waitFor({ timeout: 60_000 });
  await workbench.page.locator(".tab", { hasText: "log.py" }).click();

  const typeALine = async (): Promise<number> => {
    await workbench.type("ship.sail(12)  # miles\n");
    return form.getByText(whileTyping).count();
  };
  await expect.poll(typeALine, { timeout: 120_000, interval: 0 }).toBe(1);
  // The training stands still while the user types without a pause, however slow this machine is.
  const hasStoodStill = async (): Promise<boolean> => {
    const before = await stepOf(form);
    for (let line = 0; line < 4; line++) if ((await typeALine()) === 0) return false;
    return (await stepOf(form)) === before;
  };
  await expect.poll(hasStoodStill, { timeout: 120_000, interval: 0 }).toBe(true);
  // The wait is visible, but not announced at every burst.
  expect(await form.locator('[aria-live="polite"]').first().textContent()).toBe("Training");
  await showWaiting(workbench, form, typeALine, "waits for typing");

  const at = await stepOf(form);
  await form.getByText(whileTyping).waitFor({ state: "hidden" });
  await expect.poll(() => stepOf(form), { timeout: 60_000 }).toBeGreaterThan(at);
});

test('does not wait with the pace "full"', { timeout: 240_000 }, async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await workbench.page.locator(".tab", { hasText: "log.py" }).click();
  await expect
    .poll(
      async () => {
        await workbench.type("ship.sail(7)\n");
        return form.getByText(whileTyping).count();
      },
      { timeout: 120_000, interval: 0 },
    )
    .toBe(1);
  await set(workbench, { "graft.training.pace": "full" });
  await form.getByText(whileTyping).waitFor({ state: "hidden" });
  const at = await stepOf(form);
  await expect
    .poll(
      async () => {
        await workbench.type("ship.sail(9)\n");
        expect(await form.getByText(whileTyping).count()).toBe(0);
        return stepOf(form);
      },
      { timeout: 120_000, interval: 0 },
    )
    .toBeGreaterThan(at + 2);
  await set(workbench, {});
});

test("waits while the user types in another window", { timeout: 240_000 }, async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  const folder = await mkdtemp(join(tmpdir(), "graft-beside-"));
  await writeFile(join(folder, "beside.py"), "");
  const other = await openWorkbench(await workbench.page.context().newPage(), inject("editorUrl"), folder);
  try {
    await other.openFile("beside.py");
    await expect
      .poll(
        async () => {
          await other.type("ship.sail(3)\n");
          return form.getByText(whileTyping).count();
        },
        { timeout: 120_000, interval: 0 },
      )
      .toBe(1);
    const at = await stepOf(form);
    await expect.poll(() => stepOf(form), { timeout: 60_000 }).toBeGreaterThan(at);
  } finally {
    await other.page.close();
    await rm(folder, { recursive: true, force: true });
    await workbench.page.bringToFront();
  }
});

test("waits on battery power, until mains power comes", { timeout: 240_000 }, async ({ workbench }) => {
  const form = await openTrainingForm(workbench);
  await power("Discharging");
  await form.getByText(onBattery).waitFor({ timeout: 60_000 });
  const at = await stepOf(form);
  await workbench.statusItem("Graft:").locator(".codicon-debug-pause").waitFor();
  expect(await violations(form)).toEqual([]);
  await showWaiting(workbench, form, async () => undefined, "waits for mains power");
  expect(await stepOf(form)).toBe(at);
  await power("Charging");
  await form.getByText(onBattery).waitFor({ state: "hidden", timeout: 60_000 });
  await expect.poll(() => stepOf(form), { timeout: 60_000 }).toBeGreaterThan(at);
});

test("can be told in a notification to train on battery", { timeout: 240_000 }, async ({ workbench }) => {
  let form = await openTrainingForm(workbench);
  await power("Charging");
  await form.getByRole("button", { name: "Pause" }).click();
  await form.getByRole("button", { name: "Resume" }).click({ timeout: 60_000 });
  await form.getByText("tokens/s").waitFor({ timeout: 60_000 });
  await workbench.command("View: Show Explorer");
  await power("Discharging");
  const notice = workbench.notification('The training "at-sea" waits for mains power.');
  await notice.getByRole("button", { name: "Train on Battery" }).click({ timeout: 60_000 });
  form = await openTrainingForm(workbench);
  const at = await stepOf(form);
  await expect.poll(() => stepOf(form), { timeout: 60_000 }).toBeGreaterThan(at);
  expect(await form.getByText(onBattery).count()).toBe(0);
});

test(
  "paused and resumed on battery it asks again, and ends when it is told to",
  { timeout: 240_000 },
  async ({ workbench }) => {
    const form = await openTrainingForm(workbench);
    await power("Discharging");
    await form.getByRole("button", { name: "Pause" }).click();
    await form.getByRole("button", { name: "Resume" }).click({ timeout: 60_000 });
    await form.getByText(onBattery).waitFor({ timeout: 60_000 });
    await form.getByRole("button", { name: "Train on battery" }).click();
    await form.getByText("tokens/s").waitFor({ timeout: 60_000 });
    await form.getByRole("button", { name: "Pause" }).click();
    await form.getByRole("button", { name: "Keep the best" }).click({ timeout: 60_000 });
    await form.getByText('Trained. "at-sea" is in use now.').waitFor({ timeout: 120_000 });
  },
);

async function showWaiting(
  workbench: Workbench,
  form: Frame,
  before: () => Promise<unknown>,
  name: string,
): Promise<void> {
  const show = async (title: string): Promise<void> => {
    await before();
    await workbench.screenshot(`${name}, ${title}`);
  };
  await inAllThemes(workbench, form, show);
  await setSidebarWidth(workbench, 200);
  await show("200 px");
  await setSidebarWidth(workbench, 340);
}
