/** Finds the definition that a name of a file means: in the module that it is imported from, or where that one has it from. */

import { isDefinition } from "../../python/statements.ts";
import type { PythonParser } from "../../python/pythonParser.ts";
import type { Snippet } from "../repositoryQuery.ts";
import { fileAt, textBetween, type Part } from "../segment.ts";
import { definitionText, memberText } from "./definitionText.ts";
import { importsOf, type Imported, type Imports } from "./imports.ts";
import { findModule, type Paths } from "./modules.ts";
import { definitionsOf, latestEnd } from "./outline.ts";

export interface Place {
  readonly part: Part;
  readonly file: number;
}

/** The files that a question may be answered from. */
export interface Files extends Paths {
  readonly parts: readonly Part[];
  place(path: string): Place | undefined;
}

/** A definition, by its index in the outline of its segment. */
export interface Found extends Place {
  readonly index: number;
  readonly name: string;
}

/** Larger classes are read up to here. */
const longest = 40_000;
/** How often a name may be passed on from module to module. */
const mostSteps = 5;

export interface Lookup {
  /** What a dotted name means in a file with these imports. */
  byName(parts: readonly string[], imports: Imports, path: string): Found | undefined;
  /** The definitions of a name anywhere, members of classes included. */
  anywhere(name: string): Found[];
  snippet(found: Found): Snippet | undefined;
}

export function openLookup(files: Files, parser: PythonParser): Lookup {
  const inModule = (module: string, name: string, steps: number): Found | undefined => {
    const place = files.place(module);
    if (!place || steps === 0) return undefined;
    const own = ownDefinition(place, name);
    if (own) return own;
    const { names, stars } = importsOfFile(place);
    const imported = names.get(name);
    if (imported) return follow(imported, [], module, steps - 1);
    for (const star of stars) {
      const target = findModule(files, star, module);
      const found = target === undefined ? undefined : inModule(target, name, steps - 1);
      if (found) return found;
    }
    return undefined;
  };

  /** `rest` follows the imported name: the first of it is a name in the module. */
  const follow = (
    { module, name }: Imported,
    rest: readonly string[],
    path: string,
    steps: number,
  ): Found | undefined => {
    const [next, ...others] = rest;
    const target = findModule(files, module, path);
    if (name === undefined) {
      if (next === undefined) return undefined;
      const found = target === undefined ? undefined : inModule(target, next, steps);
      return found ?? follow({ module: `${module}.${next}`, name: undefined }, others, path, steps);
    }
    const found = target === undefined ? undefined : inModule(target, name, steps);
    if (found) return found;
    const submodule = /^\.*$/.test(module) ? `${module}${name}` : `${module}.${name}`;
    return next === undefined ? undefined : follow({ module: submodule, name: undefined }, rest, path, steps);
  };

  return {
    byName(parts, { names, stars }, path) {
      for (let length = parts.length; length > 0; length--) {
        const imported = names.get(parts.slice(0, length).join("."));
        if (imported) return follow(imported, parts.slice(length), path, mostSteps);
      }
      for (const star of stars) {
        const target = findModule(files, star, path);
        const found = target === undefined ? undefined : inModule(target, parts[0]!, mostSteps);
        if (found) return found;
      }
      return undefined;
    },
    anywhere(name) {
      return files.parts.flatMap((part) =>
        [...definitionsOf(part.segment.outline, name)].flatMap((index) => {
          const file = fileAt(part.segment, part.segment.outline.places[index]!);
          return part.hidden[file] === 0 ? [{ part, file, index, name }] : [];
        }),
      );
    },
    snippet: (found) => snippetOf(found, parser),
  };
}

/** The first definition of a name at the left margin of a file. */
function ownDefinition({ part, file }: Place, name: string): Found | undefined {
  const { outline, files } = part.segment;
  const { start, end } = files[file]!;
  for (const index of definitionsOf(outline, name)) {
    const place = outline.places[index]!;
    if (place >= start && place < end && outline.owners[index] === -1) return { part, file, index, name };
  }
  return undefined;
}

/** Segments never change, so what was read of them stays true. */
const imports = new WeakMap<object, Imports>();
const snippets = new WeakMap<object, Map<number, Snippet | undefined>>();

function importsOfFile({ part: { segment }, file }: Place): Imports {
  const entry = segment.files[file]!;
  let known = imports.get(entry);
  if (!known) imports.set(entry, (known = importsOf(textBetween(segment, entry.start, entry.end))));
  return known;
}

function snippetOf(found: Found, parser: PythonParser): Snippet | undefined {
  const { segment } = found.part;
  let known = snippets.get(segment);
  if (!known) snippets.set(segment, (known = new Map()));
  if (!known.has(found.index)) known.set(found.index, readSnippet(found, parser));
  return known.get(found.index);
}

/** Undefined if the outline was mistaken, such as by a text in quotes. */
function readSnippet({ part: { segment }, file, index, name }: Found, parser: PythonParser): Snippet | undefined {
  const { outline, files } = segment;
  const { path, end } = files[file]!;
  const owner = outline.owners[index]!;
  const outer = owner < 0 ? index : owner;
  const start = outline.places[outer]!;
  const text = textBetween(segment, start, Math.min(latestEnd(outline, outer, end), start + longest));
  const [statement] = parser.statements(text);
  if (!statement) return undefined;
  if (owner < 0) {
    const isNamed = isDefinition(statement) ? statement.name === name : text.startsWith(name);
    return isNamed && statement.kind !== "other" ? { path, text: definitionText(text, statement) } : undefined;
  }
  if (!isDefinition(statement)) return undefined;
  const member = statement.members.find((one) => isDefinition(one) && one.name === name);
  return member && { path, text: memberText(text, statement, member) };
}
