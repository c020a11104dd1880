/** The width of the side bar, as a user sets it. */

import type { Workbench } from "./workbench.ts";

/** Drags the border of the side bar until it is `width` pixels wide. */
export async function setSidebarWidth({ page }: Pick<Workbench, "page">, width: number): Promise<void> {
  const sidebar = await page.locator(".part.sidebar").boundingBox();
  if (!sidebar) throw new Error("The sidebar is closed.");
  await page.mouse.move(sidebar.x + sidebar.width, 400);
  await page.mouse.down();
  await page.mouse.move(sidebar.x + width, 400, { steps: 5 });
  await page.mouse.up();
}
