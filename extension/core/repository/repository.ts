/**
 * The index of one repository in memory: answers questions about its files, and takes their changes.
 *
 * Knows no disk and no rules about which files belong: readRepository.ts reads a folder.
 */

import { openPythonParser, type PythonParser } from "../python/pythonParser.ts";
import { buildSegment, type RepositoryFile } from "./buildSegment.ts";
import { findCopies } from "./copies/findCopies.ts";
import { findDefinitions } from "./definitions/findDefinitions.ts";
import type { Files, Place } from "./definitions/lookup.ts";
import { stemOf } from "./definitions/modules.ts";
import type { RepositoryAnswer, RepositoryQuery } from "./repositoryQuery.ts";
import type { Part, Segment } from "./segment.ts";
import { findSimilar } from "./similar/findSimilar.ts";

export interface Repository {
  query(query: RepositoryQuery): RepositoryAnswer;
  /** Takes the text that a file has now; undefined if it is gone. */
  update(path: string, text: string | undefined): void;
  /** The same for several files at once, such as after a checkout, in one segment. */
  updateAll(changes: Iterable<Change>): void;
  /** Merges small segments, and those that are mostly hidden. For idle moments: questions slow down with their number. */
  compact(): void;
  readonly size: RepositorySize;
}

export interface Change {
  readonly path: string;
  readonly text: string | undefined;
}

export interface RepositorySize {
  readonly files: number;
  /** Of the text, in UTF-8. */
  readonly bytes: number;
  /** Files that had no room. */
  readonly leftOut: number;
}

export interface RepositoryLimits {
  /** The most bytes of text; files beyond are left out. */
  readonly bytes: number;
  /** Bytes of text in one segment. */
  readonly segment: number;
}

export const repositoryLimits: RepositoryLimits = { bytes: 80e6, segment: 4e6 };

/** Reads all files. Later files with the path of an earlier one replace it. */
export async function openRepository(
  files: Iterable<RepositoryFile> | AsyncIterable<RepositoryFile>,
  limits: RepositoryLimits = repositoryLimits,
): Promise<Repository> {
  const repository = emptyRepository(await openPythonParser(), limits);
  let batch: RepositoryFile[] = [];
  let bytes = 0;
  for await (const file of files) {
    batch.push(file);
    bytes += Buffer.byteLength(file.text);
    if (bytes < limits.segment) continue;
    repository.updateAll(batch);
    [batch, bytes] = [[], 0];
  }
  repository.updateAll(batch);
  return repository;
}

/** Segments below this share of the limit, and those with less than half of their text in use, are merged. */
const smallShare = 1 / 8;

function emptyRepository(parser: PythonParser, limits: RepositoryLimits): Repository {
  let parts: Part[] = [];
  const places = new Map<string, Place>();
  const stems = new Map<string, Set<string>>();
  const leftOut = new Set<string>();
  let bytes = 0;

  const remove = (path: string): void => {
    leftOut.delete(path);
    const place = places.get(path);
    if (!place) return;
    place.part.hidden[place.file] = 1;
    bytes -= lengthOf(place);
    places.delete(path);
    stems.get(stemOf(path))?.delete(path);
  };

  const append = (segment: Segment): void => {
    const part = { segment, hidden: new Uint8Array(segment.files.length) };
    parts.push(part);
    for (const [file, { path }] of segment.files.entries()) {
      places.set(path, { part, file });
      bytes += lengthOf({ part, file });
      const stem = stemOf(path);
      if (!stems.has(stem)) stems.set(stem, new Set());
      stems.get(stem)!.add(path);
    }
  };

  return {
    query(query) {
      const files = filesWithout(query.path, { parts, places, stems });
      return {
        definitions: findDefinitions(files, query, parser),
        similar: findSimilar(files.parts, query),
        copies: findCopies(files.parts, query),
      };
    },
    update(path, text) {
      this.updateAll([{ path, text }]);
    },
    updateAll(changes) {
      const latest = new Map([...changes].map(({ path, text }) => [path, text]));
      for (const path of latest.keys()) remove(path);
      let room = limits.bytes - bytes;
      const added: RepositoryFile[] = [];
      for (const [path, text] of latest) {
        if (text === undefined) continue;
        room -= Buffer.byteLength(text);
        if (room >= 0) added.push({ path, text });
        else leftOut.add(path);
      }
      parts = parts.filter(isInUse);
      if (added.length > 0) append(buildSegment(added));
    },
    compact() {
      const merged = parts.filter(
        (part) => usedBytes(part) < Math.max(limits.segment * smallShare, part.segment.text.length / 2),
      );
      if (merged.length < 2 && merged.every((part) => !part.hidden.includes(1))) return;
      this.updateAll(merged.flatMap(textsOf));
    },
    get size() {
      return { files: places.size, bytes, leftOut: leftOut.size };
    },
  };
}

interface State {
  readonly parts: readonly Part[];
  readonly places: ReadonlyMap<string, Place>;
  readonly stems: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The files that a question from the file `path` may be answered from. */
function filesWithout(path: string, { parts, places, stems }: State): Files {
  const own = places.get(path);
  const replaced = own && { segment: own.part.segment, hidden: own.part.hidden.with(own.file, 1) };
  const visible = (part: Part): Part => (replaced && part === own?.part ? replaced : part);
  return {
    parts: parts.map(visible),
    has: (other) => other !== path && places.has(other),
    named: (stem) => [...(stems.get(stem) ?? [])].filter((other) => other !== path),
    place(other) {
      const found = other === path ? undefined : places.get(other);
      return found && { part: visible(found.part), file: found.file };
    },
  };
}

function lengthOf({ part, file }: Place): number {
  const { start, end } = part.segment.files[file]!;
  return end - start;
}

function isInUse({ hidden }: Part): boolean {
  return hidden.includes(0);
}

function usedBytes(part: Part): number {
  return part.hidden.reduce((sum, isHidden, file) => sum + (isHidden ? 0 : lengthOf({ part, file })), 0);
}

function textsOf({ segment, hidden }: Part): RepositoryFile[] {
  return segment.files.flatMap(({ path, start, end }, file) =>
    hidden[file] ? [] : [{ path, text: segment.text.toString("utf8", start, end) }],
  );
}
