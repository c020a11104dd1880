/**
 * Finds the names that an unfinished `from module import …` can import: the definitions of that module. They keep the model from
 * inventing some.
 */

import type { Copy, RepositoryQuery } from "../repositoryQuery.ts";
import { textBetween } from "../segment.ts";
import type { Files } from "./lookup.ts";
import { findModule } from "./modules.ts";

/** Matches the line before the cursor: the module, the names that are already listed, and the beginning of the next one. */
const unfinished = /^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+\(?((?:[ \t]*\w+[ \t]*,)*)[ \t]*(\w*)$/;
const defined = /^(?:(?:async[ \t]+def|def|class)[ \t]+(\w+)|([A-Za-z_]\w*)[ \t]*(?::[^=\n]*)?=(?!=))/gm;
const mostNames = 32;
/** In a longer line, the pattern would try too many ways to match the blanks. */
const longestLine = 400;

/** Returns the names as copies of the cursor's line, in the order of the module. */
export function findImportableNames(files: Files, { path, prefix }: RepositoryQuery): Copy[] {
  const before = prefix.slice(prefix.lastIndexOf("\n") + 1);
  const [, module, listed = "", begun = ""] = before.length > longestLine ? [] : (unfinished.exec(before) ?? []);
  const target = module === undefined ? undefined : findModule(files, module, path);
  const place = target === undefined ? undefined : files.place(target);
  if (!target || !place) return [];
  const { segment } = place.part;
  const { start, end } = segment.files[place.file]!;
  const taken = new Set(listed.split(",").map((name) => name.trim()));
  const names = new Set(
    Array.from(textBetween(segment, start, end).matchAll(defined), ([, block, variable]) => block ?? variable!),
  );
  return [...names]
    .filter((name) => name.startsWith(begun) && name !== begun && !taken.has(name) && isPublic(name, begun))
    .slice(0, mostNames)
    .map((name) => ({ path: target, before, after: `${name.slice(begun.length)}\n` }));
}

function isPublic(name: string, begun: string): boolean {
  return !name.startsWith("_") || begun.startsWith("_");
}
