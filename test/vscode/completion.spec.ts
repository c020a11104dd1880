import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { graftReady, killEngine, typeUntilGhostText } from "./harness/graft.ts";
import { shapes } from "./harness/shapes.ts";
import { editorTest } from "./harness/spec.ts";

const test = editorTest({ files: { "shapes.py": shapes, "notes.txt": "No Python here.\n" } });

test("ghost text appears while typing, and Tab puts it into the file", async ({ workbench }) => {
  await workbench.openFile("shapes.py");
  await graftReady(workbench);
  const { typed, ghost } = await typeUntilGhostText(workbench, "        return self.side * self.side");
  expect(ghost.trim()).not.toBe("");
  await workbench.press("Tab");
  if (/^ {4}/.test(ghost)) {
    // The editor's own rule: before an indentation, Tab indents, and the next one accepts.
    await expect.poll(() => workbench.ghostText()).toBe(ghost.trimStart());
    await workbench.press("Tab");
  }
  await workbench.save();
  const saved = readFileSync(join(workbench.folder, "shapes.py"), "utf8");
  expect(saved).toBe(`${shapes}${typed}${ghost}`);
});

test("typing on along the ghost text keeps it, typing something else replaces it", async ({ workbench }) => {
  await workbench.type("\n");
  const { ghost } = await typeUntilGhostText(workbench, "self.circle = Circle");
  await workbench.type(ghost.slice(0, 1));
  expect(ghost.slice(1)).toContain((await workbench.ghostText()).split("\n")[0]);
  await workbench.type("!!");
  await expect.poll(() => workbench.ghostPieces.allInnerTexts()).not.toContain(ghost.slice(1));
});

test("a killed engine is told in one message, and the next completion works", async ({ workbench }) => {
  killEngine("completion");
  const told = workbench.notification("Graft's engine ended unexpectedly (killed by SIGKILL) and was started again.");
  await told.waitFor();
  await workbench.press("End");
  await workbench.type("\n");
  await typeUntilGhostText(workbench, "self.square = Square");
  await expect(told.count()).resolves.toBe(1);
  expect(await workbench.page.locator(".notification-list-item").count()).toBe(1);
});

test("other languages are left alone", async ({ workbench }) => {
  await workbench.openFile("notes.txt");
  await workbench.type("def add(a, b): return ");
  await workbench.page.waitForTimeout(1000);
  expect(await workbench.ghostPieces.count()).toBe(0);
});

test("nothing leaves this machine", ({ workbench }) => {
  expect([...workbench.offsite]).toEqual([]);
});
