/**
 * The index of one repository in memory: answers questions about its files, and takes their changes.
 *
 * Knows no disk and no rules about which files belong: folderRepository.ts follows a folder.
 */

import { createHash } from "node:crypto";
import { openPythonParser } from "../python/pythonParser.ts";
import type { RepositoryFile } from "./buildSegment.ts";
import { findCopies } from "./copies/findCopies.ts";
import { findDefinitions } from "./definitions/findDefinitions.ts";
import { findImportableNames } from "./definitions/importableNames.ts";
import type { Files } from "./definitions/lookup.ts";
import { createFileTable, type Content, type FileTable } from "./fileTable.ts";
import { createPartList, type Source } from "./partList.ts";
import { findEdited } from "./findEdited.ts";
import type { RepositoryAnswer, RepositoryQuery } from "./repositoryQuery.ts";
import type { Part, Segment } from "./segment.ts";
import { findSimilar } from "./similar/findSimilar.ts";

/** `text` is undefined if the file is gone. */
export interface Change {
  readonly path: string;
  readonly text: string | undefined;
}

export interface Repository {
  query(query: RepositoryQuery): RepositoryAnswer;
  /** Takes the text that a file has now; undefined if it is gone. */
  update(path: string, text: string | undefined): void;
  /** The same for many files at once, such as after a checkout. `isUnsaved`: the texts are in no file. */
  updateAll(changes: Iterable<Change>, isUnsaved?: boolean): void;
  /**
   * Merges small segments and those that are mostly hidden, because each segment slows down questions. Unsaved texts that have been
   * saved become ordinary texts. Call it in idle moments: it takes up to a second.
   */
  compact(isUnsaved?: (path: string) => boolean): void;
  /** Removes texts that no file has any more, also from memory. */
  forget(): void;
  /** Takes segments that were kept on disk, and the files that have their texts, with the hash of each text. */
  restore(segments: readonly Segment[], files: Iterable<readonly [path: string, hash: string]>): void;
  /** Returns the hash of the text that a file has in the index. */
  hashOf(path: string): string | undefined;
  readonly parts: readonly Part[];
  readonly size: RepositorySize;
}

export interface RepositorySize {
  readonly files: number;
  /** The length of the texts in UTF-8; each counts once. */
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
  const repository = await emptyRepository(limits);
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

export async function emptyRepository(limits: RepositoryLimits = repositoryLimits): Promise<Repository> {
  const parser = await openPythonParser();
  const table = createFileTable();
  const list = createPartList(table, limits.segment);

  const repository: Repository = {
    get parts() {
      return list.parts;
    },
    get size() {
      return { ...table.size, leftOut: table.paths.size - table.size.files };
    },
    hashOf: (path) => table.paths.get(path)?.hash,
    query(query) {
      const files = filesWithout(query.path, list.parts, table);
      return {
        definitions: findDefinitions(files, query, parser),
        similar: findSimilar(files.parts, query),
        ...(query.edited && { edited: findEdited(files, query) }),
        copies: [...findImportableNames(files, query), ...findCopies(files.parts, query)],
        ...(query.shown && { gone: query.shown.filter((path) => !table.paths.has(path)) }),
      };
    },
    update(path, text) {
      repository.updateAll([{ path, text }]);
    },
    updateAll(changes, isUnsaved = false) {
      const missing = new Map<Content, Source>();
      for (const [path, text] of new Map([...changes].map((change) => [change.path, change.text]))) {
        if (text === undefined) {
          table.delete(path);
          continue;
        }
        const hash = hashOfText(text);
        const content = table.set(path, hash, Buffer.byteLength(text));
        if (!content.place) missing.set(content, { hash, text, content });
      }
      let room = limits.bytes - table.size.bytes;
      const fitting = [...missing.values()].filter(({ content: { bytes } }) => (room -= bytes) >= 0);
      list.dropHidden();
      list.build(fitting, isUnsaved);
    },
    compact: (isUnsaved = () => false) => list.compact(isUnsaved),
    forget: () => list.forget(),
    restore(segments, files) {
      const places = new Map(
        segments.flatMap((segment) => {
          const part = list.append(segment, false);
          return segment.files.map(({ hash }, file) => [hash, { part, file }] as const);
        }),
      );
      for (const [path, hash] of files) {
        const place = places.get(hash);
        if (!place) continue;
        const { start, end } = place.part.segment.files[place.file]!;
        table.locate(table.set(path, hash, end - start), place);
      }
      list.dropHidden();
    },
  };
  return repository;
}

function hashOfText(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

/** Returns the files from which a question in the file `path` may be answered: those with a different text. */
function filesWithout(path: string, parts: readonly Part[], table: FileTable): Files {
  const { paths } = table;
  const own = paths.get(path);
  const place = own?.place;
  const replaced = place && { ...place.part, hidden: place.part.hidden.with(place.file, 1) };
  const visible = (part: Part): Part => (replaced && part === place?.part ? replaced : part);
  const isOther = (other: string): boolean => paths.has(other) && paths.get(other) !== own;
  return {
    parts: parts.map(visible),
    has: isOther,
    named: (stem) => [...table.named(stem)].filter(isOther),
    place(other) {
      const found = isOther(other) ? paths.get(other)?.place : undefined;
      return found && { part: visible(found.part), file: found.file };
    },
  };
}
