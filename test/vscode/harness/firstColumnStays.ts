/** Wide tables in narrow views. */

import type { Locator } from "playwright-core";
import { expect } from "vitest";

/** Expects that a table is wider than its region, and that the names of its rows stay visible when it is scrolled to its end. */
export async function firstColumnStays(region: Locator): Promise<void> {
  const ends = await region.evaluate(async (box) => {
    box.scrollLeft = box.scrollWidth;
    await new Promise(requestAnimationFrame);
    const left = (element: Element): number => element.getBoundingClientRect().left - box.getBoundingClientRect().left;
    const heading = [...box.querySelectorAll("thead th")].find(({ textContent }) =>
      textContent.startsWith("Candidate"),
    )!;
    return {
      scrolled: box.scrollLeft,
      names: [heading, ...box.querySelectorAll("tbody th")].map((name) => Math.round(left(name))),
      room: box.clientWidth - heading.clientWidth,
    };
  });
  expect(ends.scrolled).toBeGreaterThan(0);
  expect(new Set(ends.names)).toEqual(new Set([0]));
  // There is room for the other columns.
  expect(ends.room).toBeGreaterThan(60);
}
