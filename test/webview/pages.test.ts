import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };

const root = resolve(import.meta.dirname, "../..");

const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path));

const sources = filesIn("extension")
  .filter((path) => path.endsWith(".ts"))
  .map((path) => readFileSync(join(root, path), "utf8"));

test("every panel comes back when the window is reloaded", () => {
  const named = (pattern: RegExp): string[] =>
    sources.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name!)).sort();
  const panels = named(/\bpage: "(\w+)"/g);
  expect(panels.length).toBeGreaterThan(0);
  expect(named(/\brestorePanels\("(\w+)"/g)).toEqual(panels);
  const { activationEvents } = packageJson;
  expect(activationEvents).toEqual(expect.arrayContaining(panels.map((name) => `onWebviewPanel:graft.${name}`)));
});

test("the extension shows every page that is built, by the name of its folder", () => {
  const built = filesIn("webview").flatMap((path) => /^webview\/(\w+)\/main\.tsx$/.exec(path)?.[1] ?? []);
  const shown = filesIn("extension/vscode")
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) => [
      ...readFileSync(join(root, path), "utf8").matchAll(/(?:showWebviewPage\([^"()]*|\bpage: )"(\w+)"/g),
    ])
    .map(([, name]) => name);
  expect(built.length).toBeGreaterThan(0);
  expect(shown.sort()).toEqual(built.sort());
});
