import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test, vi } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** Texts that the sources hand to vscode.l10n.t or, in webviews, to t. */
function textsOfSources(): string[] {
  const files = ["extension/vscode", "webview"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => join(folder, path)),
  );
  const call = /\bt\(\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')/g;
  const texts = files.flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(call)].map(([, text]) => text!),
  );
  return [
    ...new Set(
      texts.map((text) =>
        text.startsWith("'") ? text.slice(1, -1).replaceAll("\\'", "'") : (JSON.parse(text) as string),
      ),
    ),
  ];
}

test("the bundle for translators holds every text of the sources, and no other", () => {
  const bundle = JSON.parse(readFileSync(join(root, "l10n/bundle.l10n.json"), "utf8")) as Record<string, string>;
  expect(Object.keys(bundle).sort()).toEqual(textsOfSources().sort());
});

test("every text of the manifest that is a key has an entry in package.nls.json", () => {
  const keys = [...readFileSync(join(root, "package.json"), "utf8").matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
  const texts = JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8")) as Record<string, string>;
  expect(Object.keys(texts).sort()).toEqual([...new Set(keys)].sort());
});

describe.each(["l10n/bundle.l10n", "package.nls"])("%s in Chinese", (name) => {
  const read = (path: string): Record<string, string> =>
    JSON.parse(readFileSync(join(root, path), "utf8")) as Record<string, string>;
  const english = read(`${name}.json`);
  const chinese = read(`${name}.zh-cn.json`);
  const placesIn = (text: string): string[] => (text.match(/\{\d\}|\]\(command:[^)]+\)/g) ?? []).sort();

  test("has every text, and no other", () => {
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort());
    expect(Object.keys(chinese).filter((key) => chinese[key] === "")).toEqual([]);
  });

  test("says each value and each command that the English text has", () => {
    const astray = Object.entries(english).filter(
      ([key, text]) => placesIn(chinese[key] ?? "").join() !== placesIn(text).join(),
    );
    expect(astray).toEqual([]);
  });
});

test("t takes a translation from the page and puts the values in", async () => {
  vi.stubGlobal("document", { getElementById: () => ({ textContent: '{"Step {0} of {1}":"Schritt {0} von {1}"}' }) });
  const { t } = await import("../../webview/shared/l10n.ts");
  expect(t("Step {0} of {1}", 2, 9)).toBe("Schritt 2 von 9");
  expect(t("{0} files", 2)).toBe("2 files");
});

test("t keeps a number and its unit on one line", async () => {
  const { t } = await import("../../webview/shared/l10n.ts");
  expect(t("{0} s", 2)).toBe("2\u00A0s");
  expect(t("{0} % of {1} MB (95 %: {2} to {3})", 26, 9.5, 1, 2)).toBe("26\u00A0% of 9.5\u00A0MB (95\u00A0%: 1 to 2)");
  expect(t("{0} suites in {1} min or {2} hours", 2, 3, 4)).toBe("2 suites in 3\u00A0min or 4 hours");
  expect(t("{0} min {1} s", 2, 3)).toBe("2\u00A0min 3\u00A0s");
});
