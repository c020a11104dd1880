import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path));

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
