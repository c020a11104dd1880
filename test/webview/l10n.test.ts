import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseSync, visitorKeys, type Node } from "oxc-parser";
import { describe, expect, test, vi } from "vitest";

const root = resolve(import.meta.dirname, "../..");

function filesIn(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => join(folder, path)),
  );
}

/** Texts that the sources hand to vscode.l10n.t or, in webviews, to t. */
function textsOfEditor(): string[] {
  const files = filesIn("extension/vscode", "webview");
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

interface CoreTexts {
  /** The templates of `say`. */
  templates: string[];
  /** Texts that cannot be translated, by place. */
  astray: string[];
}

/** The texts of core and engine, which the editor translates. */
function textsOfCore(path: string, text: string): CoreTexts {
  const found: CoreTexts = { templates: [], astray: [] };
  const refuse = (node: Node): void => {
    found.astray.push(`${path}:${text.slice(0, node.start).split("\n").length} ${text.slice(node.start, node.end)}`);
  };
  const visit = (node: Node): void => {
    if (node.type === "TaggedTemplateExpression" && node.tag.type === "Identifier" && node.tag.name === "say") {
      const { quasis, expressions } = node.quasi;
      found.templates.push(quasis.map(({ value }, i) => (i === 0 ? "" : `{${i - 1}}`) + value.cooked).join(""));
      expressions.flatMap((value) => wordsOf(value, /[a-z]/)).forEach(refuse);
    }
    if (node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "verbatim") {
      node.arguments.flatMap((text) => wordsOf(text, /[a-z] | [a-z]/)).forEach(refuse);
    }
    for (const key of visitorKeys[node.type] ?? []) {
      const child = node[key as keyof Node] as unknown as Node | null | undefined | readonly (Node | null)[];
      for (const one of [child ?? []].flat()) if (one) visit(one);
    }
  };
  visit(parseSync(path, text).program);
  return found;
}

/**
 * Returns the strings with words among the possible values of an expression: "a file" and "a folder" of `isFile ? "a file" : "a folder"`.
 */
function wordsOf(node: Node, words: RegExp): Node[] {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string" && words.test(node.value) ? [node] : [];
    case "TemplateLiteral":
      return node.quasis.some(({ value }) => words.test(value.raw)) ? [node] : [];
    case "ConditionalExpression":
      return [node.consequent, node.alternate].flatMap((one) => wordsOf(one, words));
    case "LogicalExpression":
      return [node.left, node.right].flatMap((one) => wordsOf(one, words));
    case "ParenthesizedExpression":
      return wordsOf(node.expression, words);
    default:
      return [];
  }
}

const core = filesIn("extension/core", "extension/engine").map((path) =>
  textsOfCore(path, readFileSync(join(root, path), "utf8")),
);

test("the bundle for translators holds every text of the sources, and no other", () => {
  const bundle = JSON.parse(readFileSync(join(root, "l10n/bundle.l10n.json"), "utf8")) as Record<string, string>;
  const texts = new Set([...textsOfEditor(), ...core.flatMap(({ templates }) => templates)]);
  expect(Object.keys(bundle).sort()).toEqual([...texts].sort());
});

test("what core says can be translated whole", () => {
  expect(core.flatMap(({ astray }) => astray)).toEqual([]);
});

test("a text that cannot be translated is found wherever it stands", () => {
  const source = [
    "say`Cannot read ${path}: ${isThere ? `it has ${n} bytes` : say`it is gone`}.`;",
    'say`It is ${why ?? "gone"}.`;',
    'verbatim("Try again.");',
    "verbatim(`${name}.json`);",
  ].join("\n");
  expect(textsOfCore("x.ts", source)).toEqual({
    templates: ["Cannot read {0}: {1}.", "it is gone", "It is {0}."],
    astray: ["x.ts:1 `it has ${n} bytes`", 'x.ts:2 "gone"', 'x.ts:3 "Try again."'],
  });
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

  test("has one word for each thing, and one way to address the user", () => {
    const others = /前缀微调|提示微调|撤回|未采用|仓库|你/;
    expect(Object.entries(chinese).filter(([, text]) => others.test(text))).toEqual([]);
  });

  test("says each value and each command that the English text has", () => {
    const astray = Object.entries(english).filter(
      ([key, text]) => placesIn(chinese[key] ?? "").join() !== placesIn(text).join(),
    );
    expect(astray).toEqual([]);
  });
});

test("each page of the walkthrough has a Chinese one, where VS Code looks for it, with the same code and as many items", () => {
  const manifest = readFileSync(join(root, "package.json"), "utf8");
  const pages = [...manifest.matchAll(/"markdown": "([^"]+)"/g)].map(([, path]) => join(root, path!));
  expect(pages).toHaveLength(4);
  const shapeOf = (path: string): unknown => {
    const text = readFileSync(path, "utf8");
    return {
      code: text.match(/^```\w+\n.*?^```$/gms),
      items: text.match(/^(-|\d\.) /gm),
      paragraphs: text.split("\n\n").length,
    };
  };
  for (const page of pages) expect(shapeOf(page.replace(/\.md$/, ".nls.zh-cn.md"))).toEqual(shapeOf(page));
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
