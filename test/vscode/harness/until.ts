/** Waiting for what has no event. */

import type { Locator } from "playwright-core";

/** Resolves once `holds`. @throws Error that names `what` after 20 s. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (
    const deadline = Date.now() + 20_000;
    !(await holds());
    await new Promise((resolve) => setTimeout(resolve, 20))
  ) {
    if (Date.now() > deadline) throw new Error(`Not within 20 s: ${what}.`);
  }
}

/** Whether the element is shown within this many milliseconds. */
export async function appears(element: Locator, timeout: number): Promise<boolean> {
  return await element.waitFor({ timeout }).then(
    () => true,
    () => false,
  );
}
