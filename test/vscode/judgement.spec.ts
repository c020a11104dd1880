import { expect } from "vitest";
import { graftReady, stopEngine, typeUntilGhostText } from "./harness/graft.ts";
import { shapes } from "./harness/shapes.ts";
import { editorTest } from "./harness/spec.ts";

const cell = (source: string) => ({ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source });
const notebook = JSON.stringify({
  cells: [cell("import math\nradius = 2"), cell(""), cell("print(area)")],
  metadata: { language_info: { name: "python" } },
  nbformat: 4,
  nbformat_minor: 5,
});

const test = editorTest({
  files: { "shapes.py": shapes, "frozen.py": shapes, "circle.ipynb": notebook },
  settings: { "files.readonlyInclude": { "**/frozen.py": true } },
});

test("typing along is answered without the engine", async ({ workbench }) => {
  await workbench.openFile("shapes.py");
  await graftReady(workbench);
  const { ghost } = await typeUntilGhostText(workbench, "        return self.side * self.side");
  const [first = ""] = ghost.trimStart().split("\n");
  await workbench.type(ghost.slice(0, ghost.length - ghost.trimStart().length));
  const resume = stopEngine("completion");
  try {
    await workbench.type(first.slice(0, 1));
    await workbench.press("Escape");
    await expect.poll(() => workbench.ghostPieces.count()).toBe(0);
    await workbench.press("Alt+\\");
    expect((await workbench.ghostText()).split("\n")[0]).toBe(first.slice(1));
  } finally {
    resume();
  }
});

test("nothing appears while the user deletes", async ({ workbench }) => {
  await workbench.press("Escape");
  for (let i = 0; i < 4; i++) await workbench.press("Backspace");
  await workbench.page.waitForTimeout(700);
  expect(await workbench.ghostPieces.count()).toBe(0);
});

test("nothing appears in a comment, nor at several cursors", async ({ workbench }) => {
  await workbench.press("End");
  await workbench.type("\n# the area of the squ");
  await workbench.page.waitForTimeout(700);
  expect(await workbench.ghostPieces.count()).toBe(0);
  await workbench.type("are\n");
  await workbench.command("Add Cursor Above");
  await workbench.type("s");
  await workbench.page.waitForTimeout(700);
  expect(await workbench.ghostPieces.count()).toBe(0);
  await workbench.press("Escape");
  await workbench.press("Escape");
});

test("snoozed completions are silent, and come back when they are resumed", async ({ workbench }) => {
  const choose = (label: string): Promise<void> =>
    workbench.choose(() => workbench.command("Graft: Snooze completions"), label);
  await choose("15 minutes");
  await workbench.statusItem("Graft: snoozed").waitFor();
  await workbench.press("ControlOrMeta+End");
  await workbench.type("\nself.circle = Circle(");
  await workbench.page.waitForTimeout(700);
  expect(await workbench.ghostPieces.count()).toBe(0);
  await workbench.statusItem("Graft: snoozed").click();
  await workbench.page
    .locator(".quick-input-list .monaco-list-row", { hasText: "Snooze completions" })
    .first()
    .waitFor();
  const row = workbench.page.locator(".quick-input-list .monaco-list-row", {
    hasText: "Completions are snoozed until",
  });
  await row.filter({ hasText: "Resume completions" }).click();
  await graftReady(workbench);
  await workbench.openFile("shapes.py"); // The status bar item has the focus.
  await workbench.type("\n");
  await typeUntilGhostText(workbench, "self.square = Square(self.side)");
});

test("a notebook's cells complete each other", async ({ workbench }) => {
  const { page } = workbench;
  await workbench.command("View: Show Explorer");
  await page.getByRole("treeitem", { name: "circle.ipynb" }).first().dblclick();
  const cells = page.locator(".notebookOverlay .monaco-list-row .cell-editor-container");
  await cells.nth(1).waitFor({ timeout: 30_000 });
  await cells.nth(1).click();
  // The notebook's editors are outside the group's own element.
  const ghost = page.locator(".notebookOverlay").locator(".ghost-text-decoration, .ghost-text");
  for (const key of "area = math.pi * radius ** 2") {
    await workbench.type(key);
    await ghost
      .first()
      .waitFor({ timeout: 1000 })
      .catch(() => undefined);
    if ((await ghost.count()) > 0) break;
  }
  expect(await ghost.count()).toBeGreaterThan(0);
});

test("a read-only file has none", async ({ workbench }) => {
  await workbench.openFile("frozen.py");
  await workbench.press("Alt+\\");
  await workbench.page.waitForTimeout(700);
  expect(await workbench.ghostPieces.count()).toBe(0);
});
