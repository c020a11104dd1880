/**
 * The texts that an index holds and the files that have them. A text that several files share is kept once, under the first of
 * their paths. A file that is renamed, or returns after a checkout, needs no indexing.
 */

import { stemOf } from "./definitions/modules.ts";
import { compare } from "./nearness.ts";
import type { Part, Place } from "./segment.ts";

/** A text of the repository. */
export interface Content {
  readonly hash: string;
  /** The length of the text in UTF-8. */
  readonly bytes: number;
  /** The files that have it. */
  readonly paths: Set<string>;
  /** Where it is indexed; undefined if not yet, or if there was no room. */
  place: Place | undefined;
}

export interface FileTable {
  readonly paths: ReadonlyMap<string, Content>;
  /** Bytes of the texts that are indexed, and the number of files that have them. */
  readonly size: { readonly bytes: number; readonly files: number };
  /** Records that a file now has this text. */
  set(path: string, hash: string, bytes: number): Content;
  delete(path: string): void;
  /** Records where a text is indexed. */
  locate(content: Content, place: Place): void;
  /** Forgets the places in `part`, which is about to be dropped. Returns the texts there that files still have. */
  release(part: Part): Content[];
  /** Returns the paths of the files that a module named `stem` can be. */
  named(stem: string): Iterable<string>;
}

export function createFileTable(): FileTable {
  const paths = new Map<string, Content>();
  const contents = new Map<string, Content>();
  const stems = new Map<string, Set<string>>();

  const show = ({ place, paths: own }: Content): void => {
    if (!place) return;
    const { part, file } = place;
    part.hidden[file] = own.size > 0 ? 0 : 1;
    if (own.size > 0) part.paths[file] = [...own].toSorted(compare)[0]!;
  };

  const table: FileTable = {
    paths,
    get size() {
      const kept = [...contents.values()].filter(({ place, paths: own }) => place && own.size > 0);
      return {
        bytes: kept.reduce((sum, { bytes }) => sum + bytes, 0),
        files: kept.reduce((sum, { paths: own }) => sum + own.size, 0),
      };
    },
    set(path, hash, bytes) {
      if (paths.get(path)?.hash !== hash) table.delete(path);
      let content = contents.get(hash);
      if (!content) contents.set(hash, (content = { hash, bytes, paths: new Set(), place: undefined }));
      content.paths.add(path);
      paths.set(path, content);
      const stem = stemOf(path);
      if (!stems.has(stem)) stems.set(stem, new Set());
      stems.get(stem)!.add(path);
      show(content);
      return content;
    },
    delete(path) {
      const content = paths.get(path);
      if (!content) return;
      paths.delete(path);
      content.paths.delete(path);
      stems.get(stemOf(path))?.delete(path);
      if (content.place) show(content);
      else if (content.paths.size === 0) contents.delete(content.hash);
    },
    locate(content, place) {
      content.place = place;
      show(content);
    },
    release(part) {
      const own = part.segment.files.map(({ hash }) => contents.get(hash)).filter((one) => one?.place?.part === part);
      const kept: Content[] = [];
      for (const content of own as Content[]) {
        content.place = undefined;
        if (content.paths.size > 0) kept.push(content);
        else contents.delete(content.hash);
      }
      return kept;
    },
    named: (stem) => stems.get(stem) ?? [],
  };
  return table;
}
