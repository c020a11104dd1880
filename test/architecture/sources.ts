/** Our sources as the rules of the architecture see them: text, requests for modules, and exports. */

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseSync } from "oxc-parser";

export interface Source {
  /** From the root. */
  path: string;
  text: string;
  lines: number;
  /** Modules it asks for, types and dynamic imports included; ours as paths from the root. */
  requests: string[];
  /** The imports that bring more than types. */
  values: string[];
  defaultExport: boolean;
  /** Whether it exports something of another file. */
  reexports: boolean;
}

export const root = resolve(import.meta.dirname, "../..");

export const within = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

export const sources = ["extension", "webview", "test", "scripts"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
  )
  .filter((path) => /\.tsx?$/.test(path) && !within(path, "test/fixtures"))
  .sort()
  .map(read);

export const shipped = sources.filter(({ path }) => within(path, "extension") || within(path, "webview"));

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
  return {
    path,
    text,
    lines: text.split("\n").length - 1,
    requests,
    values,
    defaultExport: exported.some((entry) => entry.exportName.kind === "Default"),
    reexports: exported.some((entry) => entry.moduleRequest !== null),
  };
}

/** `path → request` for each request of a shipped file that `forbidden` picks. */
export function requestsThat(forbidden: (path: string, request: string) => boolean): string[] {
  return shipped.flatMap(({ path, requests }) =>
    requests.filter((request) => forbidden(path, request)).map((request) => `${path} → ${request}`),
  );
}
