/** The segments of an index: adds new ones, and merges old ones. */

import { buildSegment, type HashedText } from "./buildSegment.ts";
import type { Content, FileTable } from "./fileTable.ts";
import type { Part, Segment } from "./segment.ts";

/** A text to be indexed. */
export interface Source extends HashedText {
  readonly content: Content;
}

export interface PartList {
  readonly parts: readonly Part[];
  /** Adds a segment. Its files are hidden at first. */
  append(segment: Segment, isUnsaved: boolean): Part;
  /** Indexes texts, and records in the table where they are. */
  build(sources: readonly Source[], isUnsaved: boolean): void;
  /** Drops segments all of whose files are hidden. */
  dropHidden(): void;
  compact(isUnsaved: (path: string) => boolean): void;
  /** Rebuilds the segments that hold hidden texts, without these. */
  forget(): void;
}

/** Segments below this share of the limit are merged. */
const smallShare = 1 / 8;

/** `limit`: bytes of text in one segment. */
export function createPartList(table: FileTable, limit: number): PartList {
  let parts: readonly Part[] = [];

  /** Replaces some parts by new ones with their visible texts. */
  const merge = (merged: readonly Part[], isUnsaved: (path: string) => boolean): void => {
    const texts = new Map(merged.flatMap(visibleTexts));
    const sources = merged
      .flatMap((part) => table.release(part))
      .map((content) => ({ content, hash: content.hash, text: texts.get(content.hash)! }));
    parts = parts.filter((part) => !merged.includes(part));
    const isSaved = ({ content }: Source): boolean => [...content.paths].some((path) => !isUnsaved(path));
    list.build(sources.filter(isSaved), false);
    list.build(
      sources.filter((source) => !isSaved(source)),
      true,
    );
  };

  const list: PartList = {
    get parts() {
      return parts;
    },
    append(segment, isUnsaved) {
      const { length } = segment.files;
      const part = {
        segment,
        hidden: new Uint8Array(length).fill(1),
        paths: Array<string>(length).fill(""),
        isUnsaved,
      };
      parts = [...parts, part];
      return part;
    },
    build(sources, isUnsaved) {
      for (const batch of batchesOf(sources, limit)) {
        const part = list.append(buildSegment(batch), isUnsaved);
        for (const [file, { content }] of batch.entries()) table.locate(content, { part, file });
      }
    },
    dropHidden() {
      const dropped = parts.filter(({ hidden }) => !hidden.includes(0));
      for (const part of dropped) table.release(part);
      parts = parts.filter((part) => !dropped.includes(part));
    },
    compact(isUnsaved) {
      const merged = parts.filter((part) => {
        const isSaved = part.isUnsaved && part.paths.some((path, file) => !part.hidden[file] && !isUnsaved(path));
        return isSaved || visibleBytes(part) < Math.max(limit * smallShare, part.segment.text.length / 2);
      });
      const isWorthIt = merged.some(({ hidden, isUnsaved: was }) => was || hidden.includes(1));
      if (merged.length > 1 || isWorthIt) merge(merged, isUnsaved);
    },
    forget() {
      for (const part of parts.filter(({ hidden }) => hidden.includes(1))) merge([part], () => part.isUnsaved);
    },
  };
  return list;
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

function visibleBytes({ segment: { files }, hidden }: Part): number {
  return files.reduce((sum, { start, end }, file) => sum + (hidden[file] ? 0 : end - start), 0);
}

/** (hash, text) of the files that are not hidden. */
function visibleTexts({ segment: { files, text }, hidden }: Part): [string, string][] {
  return files.flatMap(({ hash, start, end }, file): [string, string][] =>
    hidden[file] ? [] : [[hash, text.toString("utf8", start, end)]],
  );
}
