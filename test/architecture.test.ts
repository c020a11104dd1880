/**
 * The architecture of docs/architecture.md, kept: who imports whom, what native and editor code is reached from, and
 * the few habits that a machine can see. Each rule lists its violations; an empty list passes.
 */

import { readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { parseSync } from "oxc-parser";
import { describe, expect, test } from "vitest";

/** Lowest first: code in a row may import from its own row and from rows above it, and from nothing else of ours. */
const layers = [
  "extension/core/foundation",
  "extension/core/hub",
  "extension/core/python",
  "extension/core/sources",
  "extension/core/graph",
  "extension/core/onnx",
  "extension/core/weights",
  "extension/core/tokenizer",
  "extension/core/quantization",
  "extension/core/architectures",
  "extension/core/adapters",
  "extension/core/dataset",
  "extension/core/baseModels",
  "extension/core/runtime",
  "extension/core/inference",
  "extension/core/training",
  "extension/core/completion",
  "extension/core/speed",
  "extension/core/evaluation",
  "extension/engine",
  "extension/cli",
  "extension/cli.ts",
  "webview/protocol",
  "extension/vscode",
  "extension/main.ts",
  "webview/shared",
  "webview/training",
  "webview/baseModels",
  "webview/benchmark",
] as const;

/** Where a row may import less than all rows above it. */
const narrower: Partial<Record<(typeof layers)[number], readonly string[]>> = {
  "webview/protocol": [],
  "extension/vscode": ["extension/core", "extension/engine", "webview/protocol"],
  "extension/main.ts": ["extension/core", "extension/engine", "extension/vscode"],
  "webview/shared": ["webview/protocol"],
  "webview/training": ["webview/protocol", "webview/shared"],
  "webview/baseModels": ["webview/protocol", "webview/shared"],
  "webview/benchmark": ["webview/protocol", "webview/shared"],
};

/** Modules and rooms that only some code may reach, and that code. */
const confined: Record<string, readonly string[]> = {
  vscode: ["extension/vscode", "extension/main.ts"],
  "onnxruntime-node": ["extension/core/runtime"],
  "@xenova/transformers": ["extension/core/tokenizer", "extension/core/evaluation/retrieval"],
  "web-tree-sitter": ["extension/core/python"],
  ignore: ["extension/core/sources"],
  "@secretlint/core": ["extension/core/sources"],
  undici: ["extension/core/hub"],
  "@huggingface/hub": ["extension/core/hub"],
  commander: ["extension/cli", "extension/cli.ts"],
  "cli-progress": ["extension/cli"],
  // Of the benchmark, only what measures the editor's completions.
  "extension/core/completion": [
    "extension/core/completion",
    "extension/core/evaluation/infilling",
    "extension/engine",
    "extension/cli",
    "extension/vscode",
  ],
};

/** What could open a connection without a package: Node's modules, and what a browser has for it. */
const connecting = {
  modules: /^(node:)?(net|tls|http|https|http2|dgram|dns|dns\/promises)$/,
  globals: /(?<![.\w])(fetch|sendBeacon|XMLHttpRequest|WebSocket|EventSource)\(/,
};

/** Code that is a value or a page: no files, no clock, no processes. */
const withoutNode = ["extension/core/graph", "webview"];

const root = resolve(import.meta.dirname, "..");
const within = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
const layerOf = (path: string): (typeof layers)[number] | undefined => layers.find((layer) => within(path, layer));

interface Source {
  path: string;
  text: string;
  /** Modules it asks for, types and dynamic imports included; ours as paths from the root. */
  requests: string[];
  /** Of these, what it imports more than types from. */
  values: string[];
  defaultExport: boolean;
}

const sources = ["extension", "webview", "test", "scripts"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
  )
  .filter((path) => /\.tsx?$/.test(path) && !within(path, "test/fixtures"))
  .sort()
  .map(read);
const shipped = sources.filter(({ path }) => within(path, "extension") || within(path, "webview"));

function read(path: string): Source {
  const text = readFileSync(join(root, path), "utf8");
  const { staticImports, staticExports, dynamicImports } = parseSync(path, text).module;
  const exported = staticExports.flatMap(({ entries }) => entries);
  const ours = (request: string): string =>
    request.startsWith(".") ? relative(root, resolve(root, dirname(path), request)) : request;
  const values = staticImports
    .filter(({ entries }) => entries.length === 0 || entries.some(({ isType }) => !isType))
    .map((item) => ours(item.moduleRequest.value));
  const requests = [
    ...staticImports.map((item) => item.moduleRequest.value),
    ...exported.flatMap((entry) => entry.moduleRequest?.value ?? []),
    ...dynamicImports.map((item) => text.slice(item.moduleRequest.start + 1, item.moduleRequest.end - 1)),
  ].map(ours);
  return { path, text, requests, values, defaultExport: exported.some((entry) => entry.exportName.kind === "Default") };
}

/** `path → request` for each request of a shipped file that `forbidden` picks. */
function requestsThat(forbidden: (path: string, request: string) => boolean): string[] {
  return shipped.flatMap(({ path, requests }) =>
    requests.filter((request) => forbidden(path, request)).map((request) => `${path} → ${request}`),
  );
}

describe("layers", () => {
  test("there are sources to look at", () => {
    expect(shipped.length).toBeGreaterThan(40);
    expect(requestsThat((_, request) => layerOf(request) !== undefined).length).toBeGreaterThan(100);
  });

  test("every shipped file has its layer", () => {
    expect(shipped.map(({ path }) => path).filter((path) => !layerOf(path))).toEqual([]);
  });

  test("no file imports from a layer that it may not know", () => {
    const forbidden = (path: string, request: string): boolean => {
      const from = layerOf(path);
      if (!from || !/^(extension|webview)\//.test(request) || within(request, from)) return false;
      return !(narrower[from] ?? layers.slice(0, layers.indexOf(from))).some((layer) => within(request, layer));
    };
    expect(requestsThat(forbidden)).toEqual([]);
  });

  test.each(Object.entries(confined))("%s is imported in its place only", (name, places) => {
    const asked = requestsThat((_, request) => within(request, name)).length;
    const astray = requestsThat(
      (path, request) => within(request, name) && !places.some((place) => within(path, place)),
    );
    expect({ asked: asked > 0, astray }).toEqual({ asked: true, astray: [] });
  });

  test("what opens connections is used in core/hub only, and there through packages", () => {
    expect(requestsThat((_, request) => connecting.modules.test(request))).toEqual([]);
    expect(shipped.filter(({ text }) => connecting.globals.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test("a page takes types only from the messages' schemas, which are the extension's to check with", () => {
    const pages = shipped.filter(({ path }) => within(path, "webview") && !within(path, "webview/protocol"));
    expect(pages.some(({ requests }) => requests.some((request) => within(request, "webview/protocol")))).toBe(true);
    const checking = pages.filter(({ values }) =>
      values.some((request) => within(request, "webview/protocol") || within(request, "zod")),
    );
    expect(checking.map(({ path }) => path)).toEqual([]);
  });

  test.each(withoutNode)("%s knows nothing of Node", (folder) => {
    expect(requestsThat((path, request) => within(path, folder) && request.startsWith("node:"))).toEqual([]);
  });
});

describe("habits", () => {
  const offenders = (isOne: (source: Source) => boolean): string[] => sources.filter(isOne).map(({ path }) => path);

  test("a file has at most 400 lines", () => {
    expect(offenders(({ text }) => text.split("\n").length > 401)).toEqual([]);
  });

  test("a file opens with a doc comment, unless it is the test of one that does", () => {
    const bare = ({ path, text }: Source): boolean =>
      !/^(#!.*\n)?\/\*\*/.test(text) && !/\.(test|spec)\.ts$/.test(path);
    expect(offenders(bare)).toEqual([]);
  });

  test("nothing is exported as default", () => {
    expect(offenders(({ defaultExport }) => defaultExport)).toEqual([]);
  });

  test("names say what a thing is", () => {
    expect(offenders(({ path }) => /(util|helper|manager|service|common|misc)s?(\/|\.ts$)/i.test(path))).toEqual([]);
    expect(offenders(({ path }) => basename(path) === "index.ts")).toEqual([]);
  });
});

test("package-lock.json names no registry and every platform's packages, so that npm ci works anywhere", () => {
  interface Entry {
    resolved?: string;
    version?: string;
    optionalDependencies?: Record<string, string>;
  }
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, Entry>;
  };
  expect(Object.entries(packages).filter(([, { resolved }]) => resolved)).toEqual([]);
  const versions = new Set(
    Object.entries(packages).map(([at, { version }]) => `${at.split("node_modules/").at(-1)}@${version}`),
  );
  const missing = Object.entries(packages)
    .filter(([at]) => at !== "")
    .flatMap(([, { optionalDependencies = {} }]) => Object.entries(optionalDependencies))
    .filter(([name, version]) => /^\d/.test(version) && !versions.has(`${name}@${version}`));
  // npm leaves out what the registry at hand does not have; copy the entry of a sibling platform, without its integrity.
  expect(missing).toEqual([]);
});
