/** Finds the definition that a name in a file refers to: in the module that it is imported from, or where that module gets it from. */

import { compare, nearness } from "../nearness.ts";
import { fileAt, textBetween, type Part, type Place } from "../segment.ts";
import { importsOf, type Imported, type Imports } from "./imports.ts";
import { findModule, type Paths } from "./modules.ts";
import { definitionsOf } from "./outline.ts";

/** The files that an answer may come from. */
export interface Files extends Paths {
  readonly parts: readonly Part[];
  place(path: string): Place | undefined;
}

/** A definition, by its index in the outline of its segment. */
export interface Found extends Place {
  readonly index: number;
  readonly name: string;
}

/** The most imports to follow from module to module. */
const mostSteps = 5;

export interface Lookup {
  /** Returns the definition that a dotted name refers to in a file with these imports. */
  byName(parts: readonly string[], imports: Imports, path: string): Found | undefined;
  /** Returns all definitions of a name, members of classes included, the nearest to `path` first; none if there are more than `most`. */
  anywhere(name: string, path: string, most: number): Found[];
}

export function openLookup(files: Files): Lookup {
  /** The answers so far: modules that import all of each other's names lead to the same question many times. */
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

  /** `rest`: the parts of the dotted name after the imported one. If that is a module, the first part is a name in it. */
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
    anywhere: (name, path, most) => anywhere(files, name, path, most),
  };
}

function anywhere({ parts }: Files, name: string, path: string, most: number): Found[] {
  const found: Found[] = [];
  for (const part of parts) {
    for (const one of definitionsIn(part, name)) {
      if (found.length === most) return [];
      found.push(one);
    }
  }
  return found.toSorted(nearestFirst(path));
}

function* definitionsIn(part: Part, name: string): Generator<Found> {
  const { outline } = part.segment;
  for (const index of definitionsOf(outline, name)) {
    const file = fileAt(part.segment, outline.places[index]!);
    if (part.hidden[file] === 0) yield { part, file, index, name };
  }
}

function nearestFirst(path: string): (a: Found, b: Found) => number {
  const pathOf = ({ part, file }: Found): string => part.paths[file]!;
  return (a, b) =>
    nearness(path, pathOf(b)) - nearness(path, pathOf(a)) || compare(pathOf(a), pathOf(b)) || a.index - b.index;
}

/** Returns the name that a definition such as `Target = targets.Target` is an alias for. */
function aliasOf({ part: { segment }, index, name }: Found): string | undefined {
  const start = segment.outline.places[index]!;
  const line = segment.text.toString("latin1", start, start + 200).split("\n", 1)[0]!;
  const [, own, other] = /^([A-Za-z_]\w*)\s*=\s*([A-Za-z_]\w*(?:\.\w+)*)\s*$/.exec(line) ?? [];
  return own === name && other !== name ? other : undefined;
}

/** Returns the first definition of a name at the left margin of a file. */
function ownDefinition({ part, file }: Place, name: string): Found | undefined {
  const { outline, files } = part.segment;
  const { start, end } = files[file]!;
  for (const index of definitionsOf(outline, name)) {
    const place = outline.places[index]!;
    if (place >= start && place < end && outline.owners[index] === -1) return { part, file, index, name };
  }
  return undefined;
}

/** Segments never change, so what was read from them stays valid. */
const imports = new WeakMap<object, Imports>();

function importsOfFile({ part: { segment }, file }: Place): Imports {
  const entry = segment.files[file]!;
  let known = imports.get(entry);
  if (!known) imports.set(entry, (known = importsOf(textBetween(segment, entry.start, entry.end))));
  return known;
}
