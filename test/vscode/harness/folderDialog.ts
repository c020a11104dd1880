/** The editor's own dialog for folders, and for files to write. */

import { expect } from "vitest";
import type { Workbench } from "./workbench.ts";

/** Chooses `folder` in a dialog with this button, and waits until the dialog is gone. */
export async function chooseFolder(
  workbench: Pick<Workbench, "page">,
  folder: string,
  button = "Choose",
): Promise<void> {
  await answer(workbench, `${folder}/`, button);
}

/** The same for a file to write. Its dialog has no button text of an extension. */
export async function chooseFile(workbench: Pick<Workbench, "page">, file: string): Promise<void> {
  await answer(workbench, file, "OK");
}

/**
 * Until the dialog has listed its first folder, it overwrites the typed text and ignores its button. How long that takes depends on the
 * machine.
 */
async function answer({ page }: Pick<Workbench, "page">, path: string, button: string): Promise<void> {
  const dialog = page.locator(".quick-input-widget:not([style*='display: none'])");
  const input = dialog.locator("input[type=text]").last();
  const choose = dialog.getByRole("button", { name: button, exact: true });
  await choose.waitFor();
  const isGone = async (): Promise<boolean> => {
    if (!(await choose.isVisible())) return true;
    if ((await input.inputValue()) === path) await choose.click();
    else await input.fill(path);
    return false;
  };
  await expect.poll(isGone, { timeout: 60_000, interval: 500 }).toBe(true);
}
