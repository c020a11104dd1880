/**
 * The index of one repository in memory: answers questions about its files, and takes their changes.
 *
 * Knows no disk and no rules about which files belong: folderRepository.ts follows a folder.
 */

import { createHash } from "node:crypto";
import { openPythonParser } from "../python/pythonParser.ts";
import { buildSegment, type SourceText } from "./buildSegment.ts";
import { findCopies } from "./copies/findCopies.ts";
import { findDefinitions } from "./definitions/findDefinitions.ts";
import type { Files } from "./definitions/lookup.ts";
import { createFileTable, type Content, type FileTable } from "./fileTable.ts";
import type { RepositoryAnswer, RepositoryQuery } from "./repositoryQuery.ts";
import type { Part, Segment } from "./segment.ts";
import { findSimilar } from "./similar/findSimilar.ts";

export interface RepositoryFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  /** With "\n" line ends. */
  readonly text: string;
}

/** `text` is undefined where the file is gone. */
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
   * Merges small segments and those that are mostly hidden: questions slow down with their number. Unsaved texts that have
   * been saved become texts like others. For idle moments; takes up to a second.
   */
  compact(isUnsaved?: (path: string) => boolean): void;
  /** Removes hidden texts from memory: for files that are no longer allowed. */
  forgetHidden(): void;
  /** Takes segments that were kept on disk, and the files that have their texts, by the hashes of these. */
  restore(segments: readonly Segment[], files: Iterable<readonly [path: string, hash: string]>): void;
  /** The hash of the text that a file has in the index. */
  hashOf(path: string): string | undefined;
  readonly parts: readonly Part[];
  readonly size: RepositorySize;
}

export interface RepositorySize {
  readonly files: number;
  /** Of the texts, in UTF-8; each counts once. */
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

export const repositoryLimits: RepositoryLimits = { bytes: 96e6, segment: 4e6 };

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

/** A text to be indexed. */
interface Source extends SourceText {
  readonly content: Content;
}

/** Segments below this share of the limit, and those with less than half of their text in use, are merged. */
const smallShare = 1 / 8;

export async function emptyRepository(limits: RepositoryLimits = repositoryLimits): Promise<Repository> {
  const parser = await openPythonParser();
  const table = createFileTable();
  let parts: Part[] = [];

  const append = (segment: Segment, isUnsaved: boolean): Part => {
    const { length } = segment.files;
    const part = { segment, hidden: new Uint8Array(length).fill(1), paths: Array<string>(length).fill(""), isUnsaved };
    parts.push(part);
    return part;
  };
  const build = (sources: readonly Source[], isUnsaved: boolean): void => {
    for (const batch of batchesOf(sources, limits.segment)) {
      const part = append(buildSegment(batch), isUnsaved);
      for (const [file, { content }] of batch.entries()) table.locate(content, { part, file });
    }
  };
  const drop = (dropped: readonly Part[]): void => {
    for (const part of dropped) table.release(part);
    parts = parts.filter((part) => !dropped.includes(part));
  };
  /** Builds the texts of some parts anew. */
  const merge = (merged: readonly Part[], isUnsaved: (path: string) => boolean): void => {
    const texts = new Map(merged.flatMap(visibleTexts));
    const sources = merged.flatMap((part) => table.release(part)).map((content) => ({ ...sourceOf(content, texts), content }));
    parts = parts.filter((part) => !merged.includes(part));
    const isSaved = ({ content }: Source): boolean => [...content.paths].some((path) => !isUnsaved(path));
    build(sources.filter(isSaved), false);
    build(
      sources.filter((source) => !isSaved(source)),
      true,
    );
  };

  const repository: Repository = {
    get parts() {
      return parts;
    },
    get size() {
      return { ...table.size, leftOut: table.paths.size - table.size.files };
    },
    hashOf: (path) => table.paths.get(path)?.hash,
    query(query) {
      const files = filesWithout(query.path, parts, table);
      return {
        definitions: findDefinitions(files, query, parser),
        similar: findSimilar(files.parts, query),
        copies: findCopies(files.parts, query),
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
      drop(parts.filter(({ hidden }) => !hidden.includes(0)));
      build(fitting, isUnsaved);
    },
    compact(isUnsaved = () => false) {
      const merged = parts.filter((part) => {
        const isSaved = part.isUnsaved && part.paths.some((path, file) => !part.hidden[file] && !isUnsaved(path));
        return isSaved || visibleBytes(part) < Math.max(limits.segment * smallShare, part.segment.text.length / 2);
      });
      if (merged.length > 1 || merged.some(({ hidden, isUnsaved: was }) => was || hidden.includes(1))) merge(merged, isUnsaved);
    },
    forgetHidden() {
      for (const part of parts) if (part.hidden.includes(1)) merge([part], () => part.isUnsaved);
    },
    restore(segments, files) {
      const places = new Map(
        segments.flatMap((segment) => {
          const part = append(segment, false);
          return segment.files.map(({ hash }, file) => [hash, { part, file }] as const);
        }),
      );
      for (const [path, hash] of files) {
        const place = places.get(hash);
        if (!place) continue;
        const { start, end } = place.part.segment.files[place.file]!;
        table.locate(table.set(path, hash, end - start), place);
      }
      drop(parts.filter(({ hidden }) => !hidden.includes(0)));
    },
  };
  return repository;
}

export function hashOfText(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

/** The files that a question from the file `path` may be answered from: those with another text. */
function filesWithout(path: string, parts: readonly Part[], { paths, named }: FileTable): Files {
  const own = paths.get(path);
  const place = own?.place;
  const replaced = place && { ...place.part, hidden: place.part.hidden.with(place.file, 1) };
  const visible = (part: Part): Part => (replaced && part === place?.part ? replaced : part);
  const isOther = (other: string): boolean => paths.has(other) && paths.get(other) !== own;
  return {
    parts: parts.map(visible),
    has: isOther,
    named: (stem) => [...named(stem)].filter(isOther),
    place(other) {
      const found = isOther(other) ? paths.get(other)?.place : undefined;
      return found && { part: visible(found.part), file: found.file };
    },
  };
}

function* batchesOf(sources: readonly Source[], limit: number): Generator<Source[]> {
  let batch: Source[] = [];
  let bytes = 0;
  for (const source of sources) {
    batch.push(source);
    bytes += source.content.bytes;
    if (bytes < limit) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

function sourceOf({ hash }: Content, texts: ReadonlyMap<string, string>): SourceText {
  return { hash, text: texts.get(hash) ?? "" };
}

function visibleBytes({ segment: { files }, hidden }: Part): number {
  return files.reduce((sum, { start, end }, file) => sum + (hidden[file] ? 0 : end - start), 0);
}

/** (hash, text) of the files that are not hidden. */
function visibleTexts({ segment: { files, text }, hidden }: Part): [string, string][] {
  return files.flatMap(({ hash, start, end }, file): [string, string][] =>
    hidden[file] ? [] : [[hash, text.toString("utf8", start, end)]],
  );
}
