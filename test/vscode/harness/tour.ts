/**
 * The README's tour on the sample folder, as the README describes it: for the spec that checks it, and for the script that takes its
 * picture.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../scripts/bed/paths.ts";
import { graftReady, openTrainingForm } from "./graft.ts";
import type { Workbench } from "./workbench.ts";

const sample = join(root, "sample");

/** The sample folder, by path. */
export const sampleFiles: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(sample).map((name) => [name, readFileSync(join(sample, name), "utf8")]),
);

/** What the tour asks its reader to type at the end of playground.py. The editor indents. Other files of the folder have the same line. */
export const known = "\nif item is None:\n";
/** The line of step 3, which no file of the folder has. */
export const unknown = "\nif not item:\n";
/**
 * What the sample's code does there: after the known line it can be copied, and after the other one only an adapter that has learned it
 * knows it.
 */
export const habit = 'return failure(f"unknown item: {name}")';

/** Types below the last line of playground.py, as it is on disk, and returns the suggestion. */
export async function typeInPlayground(workbench: Workbench, text: string): Promise<string> {
  await workbench.openFile("playground.py");
  await workbench.type(text);
  return await workbench.ghostText();
}

/** Reverts the typed text. */
export async function revertPlayground(workbench: Workbench): Promise<void> {
  await workbench.command("File: Revert File");
  await workbench.page.locator(".tab.active.dirty").waitFor({ state: "detached" });
}

/** Trains with everything that the form proposes, except the name. */
export async function trainOnWorkspace(workbench: Workbench, name: string): Promise<void> {
  const form = await openTrainingForm(workbench);
  await form.getByLabel("This workspace").check();
  await form.getByLabel("Name").fill(name);
  await form.getByRole("button", { name: "Start training" }).click();
  await form.getByText("Little data, so it is repeated:").waitFor({ timeout: 60_000 });
  await form.getByText(`Trained. "${name}" is in use now.`).waitFor({ timeout: 600_000 });
  await graftReady(workbench, name);
}
