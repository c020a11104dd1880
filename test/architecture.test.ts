/**
 * Enforces the architecture of docs/architecture.md: what each folder may import, what may reach native and editor code, and the few habits
 * that a machine can check. Each rule lists its violations; an empty list passes.
 */

import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { userErrorCodes } from "../extension/core/foundation/errors.ts";
import { fileCircles } from "./architecture/circles.ts";
import { longFunctions } from "./architecture/functionLengths.ts";
import { roomOf, rooms } from "./architecture/rooms.ts";
import { requestsThat, root, shipped, sources, within, type Source } from "./architecture/sources.ts";

/** Lowest first: code in a row may import from its own row and from rows above it, and from nothing else of ours. */
const layers = [
  "extension/core/foundation",
  "extension/core/hub",
  "extension/core/python",
  "extension/core/sources",
  "extension/core/repository",
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
  "extension/core/devices",
  "extension/core/completion",
  "extension/core/training",
  "extension/core/speed",
  "extension/core/evaluation",
  "extension/core/statistics",
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
  "webview/statistics",
  "webview/study",
] as const;

/** Rows that may import less than all rows above them. */
const narrower: Partial<Record<(typeof layers)[number], readonly string[]>> = {
  "webview/protocol": [],
  "extension/vscode": ["extension/core", "extension/engine", "webview/protocol"],
  "extension/main.ts": ["extension/core", "extension/engine", "extension/vscode"],
  // The way to print measures is defined once, in a file that imports nothing.
  "webview/shared": ["webview/protocol", "extension/core/evaluation/measures/measureFormat.ts"],
  "webview/training": ["webview/protocol", "webview/shared"],
  "webview/baseModels": ["webview/protocol", "webview/shared"],
  "webview/statistics": ["webview/protocol", "webview/shared"],
  "webview/study": ["webview/protocol", "webview/shared", "extension/core/evaluation/measures/measureFormat.ts"],
  "webview/benchmark": ["webview/protocol", "webview/shared", "extension/core/evaluation/measures/measureFormat.ts"],
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
  // Training makes requests as the editor does. In the benchmark, only the code that measures the editor's completions may.
  "extension/core/completion": [
    "extension/core/completion",
    "extension/core/evaluation/candidates",
    "extension/core/evaluation/context",
    "extension/core/evaluation/replay",
    "extension/core/evaluation/runs",
    "extension/core/evaluation/study/studyFile.ts",
    "extension/core/evaluation/suites/holes.ts",
    "extension/core/training/holes",
    "extension/core/statistics",
    "extension/engine",
    "extension/cli",
    "extension/vscode",
  ],
};

/** Ways to open a connection without a package: Node's modules, and a browser's globals. */
const connecting = {
  modules: /^(node:)?(net|tls|http|https|http2|dgram|dns|dns\/promises)$/,
  globals: /(?<![.\w])(fetch|sendBeacon|XMLHttpRequest|WebSocket|EventSource)\(/,
};

/** Code whose results do not depend on the time. Elsewhere a clock measures and reports, but decides no result. */
const withoutClock = [
  "extension/core/graph",
  "extension/core/onnx",
  "extension/core/weights",
  "extension/core/quantization",
  "extension/core/architectures",
  "extension/core/adapters",
  "extension/core/dataset",
];

const errorsFile = "extension/core/foundation/errors.ts";

/** Code that is a value or a page: no files, no processes. */
const withoutNode = ["extension/core/graph", "webview"];

const layerOf = (path: string): (typeof layers)[number] | undefined => layers.find((layer) => within(path, layer));

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

  test("what starts in the editor loads neither parsers nor tensors, nor what only a panel needs", () => {
    const started = new Set(["extension/main.ts"]);
    for (const path of started) {
      for (const request of sources.find((source) => source.path === path)?.values ?? []) started.add(request);
    }
    expect(started).toContain("extension/vscode/statusBar.ts");
    const later = [
      "web-tree-sitter",
      "extension/core/graph",
      "extension/core/adapters/methods",
      "extension/core/evaluation",
    ];
    const heavy = [...started].filter((path) => later.some((place) => within(path, place)));
    expect(heavy).toEqual([]);
  });

  test.each(withoutNode)("%s knows nothing of Node", (folder) => {
    expect(requestsThat((path, request) => within(path, folder) && request.startsWith("node:"))).toEqual([]);
  });
});

describe("the map in docs/architecture.md", () => {
  const text = readFileSync(join(root, "docs/architecture.md"), "utf8");
  const map = [...text.matchAll(/^\| (`.*?`) \| (.*) \|$/gm)].map(([, folders, owns]) => ({
    folders: [...folders!.matchAll(/`(.+?)`/g)].map(([, name]) =>
      name!.startsWith("webview") ? name! : `extension/${name}`,
    ),
    owns: owns!,
  }));
  const mapped = map.flatMap(({ folders }) => folders);

  test("it has a row for each layer, in their order", () => {
    const rowOf = (layer: string): string => mapped.find((folder) => folder === layer) ?? layer.split("/")[0]!;
    expect(mapped).toEqual([...new Set(layers.map(rowOf))]);
  });

  test("a row names the folders in its folder", () => {
    const unnamed = map.flatMap(({ folders: [folder], owns }) => {
      const inside = shipped
        .map(({ path }) => roomOf(path, folder!))
        .filter((room) => room !== undefined && room !== ".");
      const missing = [...new Set(inside)].filter((room) => !owns.includes(`\`${room}\``));
      return missing.map((room) => `${folder}/${room}`).filter((path) => !mapped.includes(path));
    });
    expect(unnamed).toEqual([]);
  });
});

describe("rooms", () => {
  test.each(Object.entries(rooms))("no room of %s imports from one that it may not know", (folder, allowed) => {
    const forbidden = (path: string, request: string): boolean => {
      const [from, to] = [roomOf(path, folder), roomOf(request, folder)];
      return from !== undefined && to !== undefined && from !== to && !allowed[from]?.includes(to);
    };
    expect(requestsThat(forbidden)).toEqual([]);
  });

  test("every folder that has rooms is in the table, unless none of them imports from another", () => {
    const unlisted = requestsThat((path, request) => {
      const folder = [...parents(path)].find((parent) => within(request, parent));
      if (folder === undefined || layerOf(path) !== layerOf(request) || folder in rooms) return false;
      return roomOf(path, folder) !== roomOf(request, folder) && layers.some((layer) => layer === folder);
    });
    expect(unlisted).toEqual([]);
  });

  test("no file imports itself through others", () => {
    const circles = fileCircles(shipped);
    expect(circles).toEqual([]);
  });

  test("a circle of files is found, and a chain is none", () => {
    const file = (path: string, ...requests: string[]): Pick<Source, "path" | "requests"> => ({ path, requests });
    expect(fileCircles([file("a", "b", "d"), file("b", "c"), file("c", "b", "zod"), file("d", "c")])).toEqual([
      ["b", "c"],
    ]);
    expect(fileCircles([file("a", "b", "c"), file("b", "c"), file("c")])).toEqual([]);
    expect(fileCircles([file("a", "a")])).toEqual([["a"]]);
  });

  test("a folder has at most 14 files, but for the one that has a file for each architecture", () => {
    const counts = new Map<string, number>();
    for (const { path } of shipped) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
    const full = [...counts].filter(([folder, files]) => files > 14 && folder !== "extension/core/architectures");
    expect(full).toEqual([]);
  });
});

describe("habits", () => {
  const offenders = (isOne: (source: Source) => boolean): string[] => sources.filter(isOne).map(({ path }) => path);

  test("a file that ships has at most 300 lines, any other 400", () => {
    const most = (path: string): number => (within(path, "test") || within(path, "scripts") ? 400 : 300);
    expect(offenders(({ path, lines }) => lines > most(path))).toEqual([]);
  });

  test("a function has at most 80 lines", () => {
    const files = sources.filter(({ path }) => !within(path, "test"));
    expect(files.flatMap((source) => longFunctions(source, 80))).toEqual([]);
  });

  test("a long function is found wherever it stands", () => {
    const body = "\n".repeat(3);
    const text = `export const a = {\n  b: () => {${body}},\n  c() {}\n};\nfunction d() {${body}\n}\n`;
    const source = { path: "x.ts", text };
    expect(longFunctions(source, 3)).toEqual(["x.ts:2 has 4 lines", "x.ts:8 has 5 lines"]);
    expect(longFunctions(source, 4)).toEqual(["x.ts:8 has 5 lines"]);
  });

  test("a file opens with a doc comment, unless it is the test of one that does", () => {
    const bare = ({ path, text }: Source): boolean =>
      !/^(#!.*\n)?\/\*\*/.test(text) && !/\.(test|spec)\.ts$/.test(path);
    expect(offenders(bare)).toEqual([]);
  });

  test("nothing is exported as default, and no file exports what another one holds", () => {
    expect(offenders(({ defaultExport }) => defaultExport)).toEqual([]);
    expect(offenders(({ reexports }) => reexports)).toEqual([]);
  });

  test("zod is imported as a namespace: its object named z keeps its texts in fifty languages in a bundle", () => {
    expect(offenders(({ text }) => /import (type )?\{[^}]*\bz\b[^}]*\} from "zod/.test(text))).toEqual([]);
  });

  test("core takes random numbers from a seed", () => {
    expect(offenders(({ path, text }) => within(path, "extension/core") && text.includes("Math.random"))).toEqual([]);
  });

  test.each(withoutClock)("%s reads no clock", (folder) => {
    const reads = /\b(performance\.now|Date\.now|new Date)\(/;
    expect(offenders(({ path, text }) => within(path, folder) && reads.test(text))).toEqual([]);
  });

  test("every code of a UserError has a place that throws it", () => {
    const thrown = (code: string): boolean =>
      shipped.some(({ path, text }) => path !== errorsFile && text.includes(`"${code}"`));
    expect(userErrorCodes.filter((code) => !thrown(code))).toEqual([]);
  });

  test("names say what a thing is", () => {
    expect(offenders(({ path }) => /(util|helper|manager|service|common|misc)s?(\/|\.ts$)/i.test(path))).toEqual([]);
    expect(offenders(({ path }) => basename(path) === "index.ts")).toEqual([]);
  });
});

/** The folders around `path`, the nearest first. */
function* parents(path: string): Generator<string> {
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) yield folder;
}

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
  // npm leaves out packages that its registry does not have; copy the entry of a sibling platform, without its integrity.
  expect(missing).toEqual([]);
});
