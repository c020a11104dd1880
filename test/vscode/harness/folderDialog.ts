/** The editor's own dialog for folders. */

import { expect } from "vitest";
import type { Workbench } from "./workbench.ts";

/**
 * Chooses `folder`, and waits until the dialog is gone. Until the dialog has listed its first folder, it writes over what is
 * typed and takes no notice of its button: how long that takes is the machine's matter.
 */
export async function chooseFolder({ page }: Pick<Workbench, "page">, folder: string): Promise<void> {
  const dialog = page.locator(".quick-input-widget:not([style*='display: none'])");
  const input = dialog.locator("input[type=text]").last();
  const choose = dialog.getByRole("button", { name: "Choose" });
  await choose.waitFor();
  const path = `${folder}/`;
  const isGone = async (): Promise<boolean> => {
    if (!(await choose.isVisible())) return true;
    if ((await input.inputValue()) === path) await choose.click();
    else await input.fill(path);
    return false;
  };
  await expect.poll(isGone, { timeout: 60_000, interval: 500 }).toBe(true);
}
