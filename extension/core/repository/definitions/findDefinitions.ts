/** Finds the definitions that the code at the cursor needs: those of names near it, of its class's bases, and of what the file imports. */

import type { PythonParser } from "../../python/pythonParser.ts";
import type { RepositoryQuery, Snippet } from "../repositoryQuery.ts";
import { importsOf } from "./imports.ts";
import { openLookup, type Files, type Found } from "./lookup.ts";
import { enclosingBases, namesAround, typeOf } from "./names.ts";
import { readDefinition } from "./readDefinition.ts";

const mostDefinitions = 12;
/** A name with more definitions is too ambiguous. */
const mostMeanings = 2;
/** Names farther from the cursor are looked up in the imports only. */
const nearReach = 300;

export function findDefinitions(
  files: Files,
  { path, prefix, suffix }: RepositoryQuery,
  parser: PythonParser,
): Snippet[] {
  const lookup = openLookup(files);
  const imports = importsOf(`${prefix}\n${suffix}`);
  const snippets = new Map<string, Snippet>();
  const add = (found: Found | undefined): void => {
    const snippet = found && snippets.size < mostDefinitions ? readDefinition(found, parser) : undefined;
    if (snippet) snippets.set(`${snippet.path}\n${snippet.text}`, snippet);
  };
  const addNamed = (name: string): void => add(lookup.byName(name.split("."), imports, path));

  const names = namesAround(prefix, suffix);
  const bases = enclosingBases(prefix);
  const rest: Found[] = [];
  for (const { parts, distance } of names) {
    const [first] = parts as [string];
    if (first === "self" || first === "cls" || first === "super") {
      for (const base of bases) addNamed(base);
    } else if (distance < nearReach && (parts.length > 1 || prefix.endsWith("."))) {
      const type = imports.names.has(first) ? undefined : typeOf(first, prefix);
      if (type !== undefined) addNamed(type);
    }
    const found = lookup.byName(parts, imports, path);
    if (found) add(found);
    else if (distance < nearReach) rest.push(...lookup.anywhere(parts.at(-1)!, path, mostMeanings));
  }
  for (const found of rest) add(found);
  for (const base of bases) addNamed(base);
  for (const name of imports.names.keys()) addNamed(name);
  return [...snippets.values()];
}
