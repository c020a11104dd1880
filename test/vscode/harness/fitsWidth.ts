/** Pages in narrow views. */

import type { Frame } from "playwright-core";
import { expect } from "vitest";

/** Expects that a page is no wider than its view, once a change of the view's width has arrived there. */
export async function fitsWidth(view: Frame): Promise<void> {
  const overflow = (): Promise<number> =>
    view.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await expect.poll(overflow).toBe(0);
}
