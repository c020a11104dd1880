/** Finds with axe-core what is wrong with a page of Graft for people who use a screen reader or no mouse. */

import axe from "axe-core";
import type { Frame } from "playwright-core";

/** Rules about whole documents: the page is a part of the editor, which has title, language and landmarks. */
const ofDocuments = [
  "document-title",
  "html-has-lang",
  "landmark-one-main",
  "page-has-heading-one",
  "region",
  "bypass",
];

export interface ViolationOptions {
  /** The part of the window that the page is in. */
  inside?: "sideBar" | "editor";
  /** Rules that do not count. */
  except?: readonly string[];
}

/** Returns each violation with the elements that it is about; empty if there is none. */
export async function violations(
  page: Frame,
  { inside = "sideBar", except = ofDocuments }: ViolationOptions = {},
): Promise<string[]> {
  // Evaluated over the debugging protocol, which the page's content security policy does not limit.
  await page.evaluate(axe.source);
  const found = await page.evaluate(
    async ([behind, rules]) => {
      // The page is transparent, and shows the background of the editor behind it.
      document.documentElement.style.background = `var(--vscode-${behind}-background)`;
      const { axe: inPage } = window as unknown as { axe: typeof axe };
      const disabled = Object.fromEntries(rules.map((rule) => [rule, { enabled: false }]));
      return (await inPage.run(document, { rules: disabled })).violations;
    },
    [inside, except] as const,
  );
  return found.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ html }) => html).join(", ")})`);
}
