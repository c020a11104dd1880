/** The editor's context menus. */

import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

type Place = Parameters<Locator["click"]>[0];

/** Runs `command` from the menu of `element`. A menu that has just opened ignores the mouse at first. */
export async function chooseInMenu(page: Page, element: Locator, command: string, place: Place = {}): Promise<void> {
  await element.click({ ...place, button: "right" });
  const item = page.getByRole("menuitem", { name: command });
  await item.waitFor();
  const isGone = async (): Promise<boolean> => {
    await item.click({ timeout: 2000 }).catch(() => undefined);
    return !(await item.isVisible());
  };
  await expect.poll(isGone, { timeout: 30_000, interval: 200 }).toBe(true);
}
