/** Finds the definition that a name of a file means: in the module that it is imported from, or where that one has it from. */

import { isDefinition } from "../../python/statements.ts";
import type { PythonParser } from "../../python/pythonParser.ts";
import { compare, nearness } from "../nearness.ts";
import type { Snippet } from "../repositoryQuery.ts";
import { fileAt, textBetween, type Part, type Place } from "../segment.ts";
import { definitionText, memberText } from "./definitionText.ts";
import { importsOf, type Imported, type Imports } from "./imports.ts";
import { findModule, type Paths } from "./modules.ts";
import { definitionsOf, latestEnd } from "./outline.ts";

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

/** Larger definitions are read up to here. */
const longest = 6000;
/** How often a name may be passed on from module to module. */
const mostSteps = 5;

export interface Lookup {
  /** What a dotted name means in a file with these imports. */
  byName(parts: readonly string[], imports: Imports, path: string): Found | undefined;
  /**
   * The definitions of a name anywhere, members of classes included, the nearest to `path` first; none if there are more than
   * `most`.
   */
  anywhere(name: string, path: string, most: number): Found[];
  snippet(found: Found): Snippet | undefined;
}

export function openLookup(files: Files, parser: PythonParser): Lookup {
  /** Modules that import all names of one another lead to the same question on many ways. */
  const known = new Map<string, Found | undefined>();
  const inModule = (module: string, name: string, steps: number): Found | undefined => {
    const question = `${steps} ${name} ${module}`;
    if (!known.has(question)) known.set(question, searchModule(module, name, steps));
    return known.get(question);
  };
  const searchModule = (module: string, name: string, steps: number): Found | undefined => {
    const place = files.place(module);
    if (!place || steps === 0) return undefined;
    const imports = importsOfFile(place);
    const own = ownDefinition(place, name);
    if (own) return aliased(own, imports, module, steps) ?? own;
    const { names, stars } = imports;
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

  const aliased = (found: Found, imports: Imports, path: string, steps: number): Found | undefined => {
    const [first, ...rest] = aliasOf(found)?.split(".") ?? [];
    if (first === undefined) return undefined;
    const imported = imports.names.get(first);
    return imported
      ? follow(imported, rest, path, steps - 1)
      : rest.length > 0
        ? undefined
        : inModule(path, first, steps - 1);
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
    anywhere(name, path, most) {
      const found: Found[] = [];
      for (const part of files.parts) {
        found.push(...definitionsIn(part, name));
        if (found.length > most) return [];
      }
      return found.toSorted(nearestFirst(path));
    },
    snippet: (found) => snippetOf(found, parser),
  };
}

function definitionsIn(part: Part, name: string): Found[] {
  const { outline } = part.segment;
  return [...definitionsOf(outline, name)]
    .map((index) => ({ part, file: fileAt(part.segment, outline.places[index]!), index, name }))
    .filter(({ file }) => part.hidden[file] === 0);
}

function nearestFirst(path: string): (a: Found, b: Found) => number {
  const pathOf = ({ part, file }: Found): string => part.paths[file]!;
  return (a, b) =>
    nearness(path, pathOf(b)) - nearness(path, pathOf(a)) || compare(pathOf(a), pathOf(b)) || a.index - b.index;
}

/** The name that a definition such as `Target = targets.Target` stands for. */
function aliasOf({ part: { segment }, index, name }: Found): string | undefined {
  const start = segment.outline.places[index]!;
  const line = segment.text.toString("latin1", start, start + 200).split("\n", 1)[0]!;
  const [, own, other] = /^([A-Za-z_]\w*)\s*=\s*([A-Za-z_]\w*(?:\.\w+)*)\s*$/.exec(line) ?? [];
  return own === name && other !== name ? other : undefined;
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
const texts = new WeakMap<object, Map<number, string | undefined>>();

function importsOfFile({ part: { segment }, file }: Place): Imports {
  const entry = segment.files[file]!;
  let known = imports.get(entry);
  if (!known) imports.set(entry, (known = importsOf(textBetween(segment, entry.start, entry.end))));
  return known;
}

function snippetOf(found: Found, parser: PythonParser): Snippet | undefined {
  const { part, file, index } = found;
  let known = texts.get(part.segment);
  if (!known) texts.set(part.segment, (known = new Map()));
  if (!known.has(index)) known.set(index, readText(found, parser));
  const text = known.get(index);
  return text === undefined ? undefined : { path: part.paths[file]!, text };
}

/** Undefined if the outline was mistaken, such as by a text in quotes. */
function readText(found: Found, parser: PythonParser): string | undefined {
  const { part, index, name } = found;
  const owner = part.segment.outline.owners[index]!;
  const own = blockOf(found, index);
  if (owner < 0) {
    const [statement] = parser.statements(own);
    if (!statement || statement.kind === "other") return undefined;
    const isNamed = isDefinition(statement) ? statement.name === name : own.startsWith(name);
    return isNamed ? definitionText(own, statement) : undefined;
  }
  // The header of the class and the one member, without what stands between them.
  const header = headerOf(blockOf(found, owner));
  const text = `${header}\n${own}`;
  const [statement] = parser.statements(text);
  const member = statement && isDefinition(statement) ? statement.members[0] : undefined;
  return member && isDefinition(member) && member.name === name ? memberText(text, header, member) : undefined;
}

function blockOf({ part: { segment }, file }: Found, index: number): string {
  const { outline, files } = segment;
  const start = outline.places[index]!;
  return textBetween(segment, start, Math.min(latestEnd(outline, index, files[file]!.end), start + longest));
}

/** The first lines of a class, up to the colon, without decorators. */
function headerOf(block: string): string {
  return /^class\b(?:[^:([]|\[[^\]]*\]|\((?:[^()]|\([^()]*\))*\))*:/m.exec(block)?.[0] ?? "";
}
