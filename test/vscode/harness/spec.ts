/**
 * The interface for the UI specs (test/vscode/*.spec.ts), which drive the packaged extension in a browser as a user would:
 *
 *     import { expect } from "vitest";
 *     import { editorTest } from "./harness/spec.ts";
 *
 *     const test = editorTest({ files: { "main.py": "def add(a, b):\n" } });
 *     test("Tab accepts the ghost text", async ({ workbench }) => {
 *       await workbench.openFile("main.py");
 *       await workbench.type("    return ");
 *       expect(await workbench.ghostText()).toBe("a + b");
 *     });
 *
 * A spec file has one window with one folder, opened at its first test; the server and its profile are shared by all.
 * A failed test leaves a screenshot in .graft/screenshots/, and the logs of the run are in .graft/ui/user/logs/.
 */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";
import { inject, test as base } from "vitest";
import { openWorkbench, type Workbench } from "./workbench.ts";

declare module "vitest" {
  interface TaskMeta {
    /** Whether the test failed and is tried again, which the end of `npm test` reports. */
    secondTry?: boolean;
  }
}

export interface EditorTestOptions {
  /** Path in the folder → content. */
  files?: Readonly<Record<string, string>>;
  /** Opens these folders of it as the roots of one window. */
  roots?: readonly string[];
  /** The folder's name; a unique one unless given. */
  name?: string;
  /** Settings of this folder, over those of settings.ts. */
  settings?: Readonly<Record<string, unknown>>;
  viewport?: { width: number; height: number };
  /**
   * The language that VS Code reports to its extensions, such as "zh-cn". Its own texts stay English, because no language pack is there.
   */
  language?: string;
}

export function editorTest(options: EditorTestOptions = {}) {
  return base
    .extend<{ workbench: Workbench }>({
      workbench: [
        // oxlint-disable-next-line no-empty-pattern -- Vitest reads a fixture's needs from this pattern.
        async ({}, use) => {
          const parent = await mkdtemp(join(tmpdir(), "graft-folder-"));
          const folder = options.name === undefined ? parent : join(parent, options.name);
          const settings = options.settings && { ".vscode/settings.json": JSON.stringify(options.settings) };
          for (const [path, content] of Object.entries({ ...options.files, ...settings })) {
            await mkdir(dirname(join(folder, path)), { recursive: true });
            await writeFile(join(folder, path), content);
          }
          const opened = options.roots ? await workspaceOf(folder, options.roots) : folder;
          const browser = await chromium.connect(inject("browserEndpoint"));
          const context = await browser.newContext({ viewport: options.viewport ?? { width: 1280, height: 800 } });
          if (options.language !== undefined) await context.addInitScript(speak, options.language);
          await use(await openWorkbench(await context.newPage(), inject("editorUrl"), opened));
          await browser.close();
          await rm(parent, { recursive: true, force: true });
        },
        { scope: "file" },
      ],
    })
    .extend<{ evidence: undefined }>({
      evidence: [
        async ({ workbench, task, onTestFailed }, use) => {
          if (task.result?.retryCount) {
            task.meta.secondTry = true;
            // Closes lists that the first try has left open.
            for (const _ of [1, 2]) await workbench.press("Escape");
          }
          onTestFailed(async () => {
            const path = await workbench.screenshot(`failed ${task.name.replaceAll(/[^\w ]/g, "")}`);
            console.error(`What the editor showed: ${path}`);
          });
          await use(undefined);
        },
        { auto: true },
      ],
    });
}

/** Runs in the page. A language pack would set this, and also its texts. */
function speak(language: string): void {
  Object.defineProperty(globalThis, "_VSCODE_NLS_LANGUAGE", { value: language });
}

/** Returns the path of a workspace file with these roots. */
async function workspaceOf(folder: string, roots: readonly string[]): Promise<string> {
  const path = join(folder, "roots.code-workspace");
  await writeFile(path, JSON.stringify({ folders: roots.map((root) => ({ path: root })) }));
  return path;
}
