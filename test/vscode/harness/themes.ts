/** VS Code's themes: one of each kind. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Frame } from "playwright-core";
import type { Workbench } from "./workbench.ts";

export interface Theme {
  /** As in the settings. */
  name: string;
  /** The kind, as a class of the window, and as pages get it. */
  window: string;
  page: string;
  scheme: "light" | "dark";
}

/** Dark, as most windows are, is the last. */
export const themes: readonly Theme[] = [
  { name: "Default Light Modern", window: "vs", page: "vscode-light", scheme: "light" },
  { name: "Default High Contrast", window: "hc-black", page: "vscode-high-contrast", scheme: "dark" },
  { name: "Default High Contrast Light", window: "hc-light", page: "vscode-high-contrast-light", scheme: "light" },
  { name: "Default Dark Modern", window: "vs-dark", page: "vscode-dark", scheme: "dark" },
];

/** Sets the window's theme, and waits until the window and its page `view` have it. Keeps the folder's other settings. */
export async function useTheme(workbench: Workbench, { name, window, page }: Theme, view?: Frame): Promise<void> {
  const path = join(workbench.folder, ".vscode/settings.json");
  const settings = await readFile(path, "utf8").catch(() => "{}");
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify({ ...(JSON.parse(settings) as object), "workbench.colorTheme": name }));
  await workbench.page.locator(`.monaco-workbench.${window}`).first().waitFor();
  await view?.locator(`body[data-vscode-theme-kind="${page}"]`).waitFor();
  await workbench.page.waitForTimeout(700); // Colours fade; nothing else depends on it.
}

/** Looks at the window, and its page `view`, in all themes. */
export async function inAllThemes(
  workbench: Workbench,
  view: Frame,
  look: (name: string) => Promise<unknown>,
): Promise<void> {
  for (const each of themes) {
    await useTheme(workbench, each, view);
    await look(each.name);
  }
}
