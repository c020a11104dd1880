/** Pages in narrow views. */

import type { Frame } from "playwright-core";
import { expect } from "vitest";

/**
 * Expects that nothing sticks out of a page, once its view is at most `width` CSS pixels wide. The editor takes a while to pass on a new
 * width.
 */
export async function fitsWidth(view: Frame, width = Infinity): Promise<void> {
  const wide = () => view.evaluate(() => globalThis.innerWidth);
  await expect.poll(wide, { timeout: 30_000 }).toBeLessThanOrEqual(width);
  await expect.poll(() => view.evaluate(stickingOut), { timeout: 10_000 }).toEqual([]);
}

/** Runs in the page. Names the first elements whose right edge is out of sight; none if the page cannot be scrolled sideways. */
function stickingOut(): string[] {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > clientWidth)
    .slice(0, 5)
    .map((element) => `<${element.localName} class="${element.getAttribute("class") ?? ""}">`);
}
