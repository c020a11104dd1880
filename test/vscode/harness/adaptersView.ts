/** The view of adapters in the side bar. */

import type { Locator } from "playwright-core";
import { chooseInMenu } from "./contextMenu.ts";
import type { Workbench } from "./workbench.ts";

/** Shows the view. Its container may have to be opened first. */
export async function showAdapters(workbench: Workbench): Promise<void> {
  await workbench.page.getByRole("tab", { name: "Graft" }).first().waitFor();
  await workbench.command("Graft: Focus on Adapters View");
}

/** The row whose label begins with `name`, and not with a longer name. */
export function adapterRow(workbench: Workbench, name: string): Locator {
  const sideBar = workbench.page.locator(".part.sidebar");
  return sideBar.getByRole("treeitem", { name: new RegExp(`^${name}(?![\\w-])`) });
}

/** Runs a command of the row's menu. */
export async function fromAdapterMenu(workbench: Workbench, name: string, command: string): Promise<void> {
  await showAdapters(workbench);
  await chooseInMenu(workbench.page, adapterRow(workbench, name), command);
}
