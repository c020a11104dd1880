/** What a user sees and does in VS Code, for tests: a page object for one window. Knows VS Code's DOM, but not Graft. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Frame, Locator, Page } from "playwright-core";
import { scratch } from "../../../scripts/bed/paths.ts";
import { appears } from "./until.ts";

export interface Workbench {
  readonly page: Page;
  /** The opened folder on disk: assert on saved files here. */
  readonly folder: string;
  /** Requests of the window that left this machine. */
  readonly offsite: ReadonlySet<string>;
  /** Runs a command by its title in the command palette, such as "Graft: Train adapter". */
  command(title: string): Promise<void>;
  /** Clicks the row with `text` of the list that `open` opens, the first of several. */
  choose(open: () => Promise<void>, text: string): Promise<void>;
  /** Opens a file of the folder's top level, waits until its language is known, and puts the cursor at its end. */
  openFile(name: string): Promise<void>;
  /** Types as a person does: key by key. */
  type(text: string): Promise<void>;
  press(key: string): Promise<void>;
  /** Saves the active editor. */
  save(): Promise<void>;
  /** Text of the active editor as shown (only lines in view). */
  editorText(): Promise<string>;
  /** Waits for ghost text in the active editor and returns all its lines. */
  ghostText(): Promise<string>;
  /** The pieces that ghost text is drawn in; none while there is no ghost text. */
  readonly ghostPieces: Locator;
  statusItem(text: string | RegExp): Locator;
  notification(text: string | RegExp): Locator;
  /** The frame of the webview whose content matches `selector`, as soon as there is one. */
  webview(selector: string): Promise<Frame>;
  /** Writes `.graft/screenshots/NAME.png`. */
  screenshot(name: string): Promise<string>;
}

/** Opens `folder`, or the workspace of a .code-workspace file, in the window `page` of the server at `url`, and waits until the workbench is there. */
export async function openWorkbench(
  page: Page,
  url: string,
  folder: string,
  /** VS Code's own start-up options, such as [["extensionTestsPath", …]]. */
  payload?: readonly (readonly [string, string])[],
): Promise<Workbench> {
  const offsite = new Set<string>();
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (/^(https?|wss?):$/.test(protocol) && hostname !== new URL(url).hostname) offsite.add(request.url());
  });
  const isWorkspace = folder.endsWith(".code-workspace");
  const what = isWorkspace ? "workspace" : "folder";
  const query = new URLSearchParams({ [what]: folder, ...(payload && { payload: JSON.stringify(payload) }) });
  await page.goto(`${url}/?${query.toString()}`, { waitUntil: "commit" });
  await page.locator(".monaco-workbench .part.statusbar").waitFor({ timeout: 60_000 });
  if (isWorkspace) await reloadUntilRootsAreShown(page);
  return workbench(page, folder, offsite);
}

/**
 * Works around VS Code, which sometimes opens a workspace before it can read its file, takes it for one without folders, and never looks
 * again.
 */
async function reloadUntilRootsAreShown(page: Page): Promise<void> {
  const root = page.locator(".explorer-folders-view").getByRole("treeitem").first();
  for (let attempt = 1; !(await appears(root, 15_000)); attempt++) {
    if (attempt === 5) throw new Error("VS Code does not show the folders of the workspace.");
    await page.reload({ waitUntil: "commit" });
  }
}

function workbench(page: Page, folder: string, offsite: ReadonlySet<string>): Workbench {
  const editor = page.locator(".editor-group-container.active .editor-instance");
  const ghostPieces = editor.locator(".ghost-text-decoration, .ghost-text, .ghost-text-decoration-preview");
  const statusItem = (text: string | RegExp): Locator => page.locator(".statusbar-item", { hasText: text });
  const list = page.locator('.quick-input-widget:not([style*="display: none"])');
  // A view that opens takes the focus when it has slid in, and the list closes. So the list is opened again, as a user would do.
  const choose = async (open: () => Promise<void>, text: string): Promise<void> => {
    const row = list.locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
    await open();
    for (const deadline = Date.now() + 30_000; ;) {
      const failure = await row.click({ timeout: 2000 }).then(() => undefined, String);
      if (failure === undefined) return;
      if (Date.now() > deadline) throw new Error(failure);
      if (!(await list.isVisible())) await open();
    }
  };
  const openPalette = async (title: string): Promise<void> => {
    // An input that fades out is still there, but inert, and soon invisible.
    const input = list.locator(".quick-input-box input:not([inert] *)");
    const ask = async (): Promise<boolean> => {
      if (!(await input.inputValue({ timeout: 1000 }).catch(() => "")).startsWith(">")) return false;
      return await input.fill(`>${title}`, { timeout: 1000 }).then(
        () => true,
        () => false,
      );
    };
    // F1 is lost while the window still starts or another list goes away: ask again until the palette is there.
    for (let attempt = 1; !(await ask()); attempt++) {
      if (attempt > 20) throw new Error("F1 does not open the command palette.");
      await page.keyboard.press("F1");
    }
  };
  const command = (title: string): Promise<void> => choose(() => openPalette(title), title);
  return {
    page,
    folder,
    offsite,
    ghostPieces,
    ghostText: async () => {
      await ghostPieces.first().waitFor();
      return textAsShown(ghostPieces);
    },
    statusItem,
    notification: (text) => page.locator(".notification-list-item", { hasText: text }),
    command,
    choose,
    openFile: async (name) => {
      const entry = page.getByRole("treeitem", { name }).first();
      if (!(await entry.isVisible())) await command("View: Show Explorer");
      await entry.dblclick();
      await page.locator(`.tab.active[aria-label*="${name}"]`).waitFor();
      await editor.locator(".view-line").first().waitFor();
      // Typed text reaches language features only once the editor knows the language.
      if (name.endsWith(".py")) await statusItem(/^Python$/).waitFor();
      await editor.locator(".view-lines").click();
      await page.keyboard.press("ControlOrMeta+End");
    },
    type: (text) => page.keyboard.type(text, { delay: 30 }),
    press: (key) => page.keyboard.press(key),
    save: async () => {
      await page.keyboard.press("ControlOrMeta+S");
      await page.locator(".tab.active.dirty").waitFor({ state: "detached" });
    },
    editorText: () => textAsShown(editor.locator(".view-lines > .view-line")),
    webview: async (selector) => {
      // A webview is an iframe within an iframe, both of our own origin; the inner one has the content.
      for (const deadline = Date.now() + 30_000; Date.now() < deadline; await page.waitForTimeout(100)) {
        for (const frame of page.frames().filter((frame) => frame.parentFrame() !== null)) {
          // A frame may go away between being listed and being asked.
          if (
            (await frame
              .locator(selector)
              .count()
              .catch(() => 0)) > 0
          )
            return frame;
        }
      }
      throw new Error(
        `No webview shows ${selector} within 30 s; frames: ${page
          .frames()
          .map((frame) => frame.url())
          .join(", ")}`,
      );
    },
    screenshot: async (name) => {
      const path = join(scratch, "screenshots", `${name}.png`);
      await mkdir(join(scratch, "screenshots"), { recursive: true });
      await page.screenshot({ path });
      return path;
    },
  };
}

/** VS Code draws a line in pieces and keeps them in no order: reads them by place, and non-breaking spaces as spaces. */
async function textAsShown(pieces: Locator): Promise<string> {
  const placed = await pieces.evaluateAll((elements) =>
    elements.map((element) => {
      const { top, left, height } = element.getBoundingClientRect();
      return { middle: top + height / 2, left, text: element.textContent };
    }),
  );
  placed.sort((a, b) => (Math.abs(a.middle - b.middle) < 6 ? a.left - b.left : a.middle - b.middle));
  let text = "";
  placed.forEach((piece, index) => {
    const above = placed[index - 1];
    if (above && piece.middle - above.middle >= 6) text += "\n";
    text += piece.text;
  });
  return text.replaceAll("\u00a0", " ");
}
