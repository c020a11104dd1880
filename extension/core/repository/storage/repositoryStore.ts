/**
 * An index on disk: a folder for each repository, with its segments, named after their content, and a list of its files.
 *
 * All of it can be deleted at any time. Files that are damaged or from another version count as missing.
 */

import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { writeFileAtomic } from "../../foundation/atomicFile.ts";
import { UserError } from "../../foundation/errors.ts";
import { isFolder } from "../../foundation/exists.ts";
import { lockFolder } from "../../foundation/locks/folderLock.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import { rulesVersion } from "../../sources/rulesVersion.ts";
import type { Segment } from "../segment.ts";
import { readSegment, segmentBytes } from "./segmentFile.ts";
import { storeFolder } from "./storeFolder.ts";

/** A file as it was read last. */
const storedFile = z.object({
  /** The file's length in bytes, and its last change in milliseconds. */
  size: z.number(),
  modified: z.number(),
  /** When anything about the file last changed (ctime). Programs can set `modified`, but not this time. */
  changed: z.number(),
  /** Identifies its text; null if the rules leave it out. */
  hash: z.string().nullable(),
});
export type StoredFile = z.output<typeof storedFile>;

const list = z.object({
  version: z.literal(2),
  /** The rules by which its texts were read. */
  rules: z.literal(rulesVersion),
  root: z.string(),
  segments: z.array(z.string().regex(/^[0-9a-f]{64}\.segment$/)),
  files: z.record(z.string(), storedFile),
});

export interface StoredRepository {
  readonly files: ReadonlyMap<string, StoredFile>;
  readonly segments: readonly Segment[];
}

export interface RepositoryStore {
  /** Returns what is there and undamaged. */
  read(): Promise<StoredRepository>;
  /**
   * Replaces what is there. Segments that exist already are not written again.
   *
   * @throws UserError "index-busy" while another process writes
   */
  write(stored: StoredRepository): Promise<void>;
}

const [listName, lockName] = ["files.json", "lock"];

/** `home` holds the indexes of all repositories. */
export function openRepositoryStore(home: string, root: string): RepositoryStore {
  const folder = storeFolder(home, root);
  /** The names of the segments that were read or written. */
  const names = new WeakMap<Segment, string>();
  const replace = async ({ files, segments }: StoredRepository): Promise<void> => {
    const kept: string[] = [];
    for (const segment of segments) {
      let name = names.get(segment);
      if (name === undefined || !(await isThere(join(folder, name)))) {
        const bytes = segmentBytes(segment);
        name = `${createHash("sha256").update(bytes).digest("hex")}.segment`;
        await clear(join(folder, name));
        await writeFileAtomic(join(folder, name), bytes);
        names.set(segment, name);
      }
      kept.push(name);
    }
    const next: z.input<typeof list> = {
      version: 2,
      rules: rulesVersion,
      root,
      segments: kept,
      files: Object.fromEntries(files),
    };
    await clear(join(folder, listName));
    await writeFileAtomic(join(folder, listName), JSON.stringify(next));
    for (const name of await readdir(folder))
      if (name !== listName && !name.startsWith(lockName) && !kept.includes(name))
        await rm(join(folder, name), { recursive: true, force: true });
  };
  return {
    async read() {
      const text = await readFile(join(folder, listName), "utf8").catch(() => "null");
      const stored = list.safeParse(parsed(text)).data;
      if (stored?.root !== root) return { files: new Map(), segments: [] };
      const segments: Segment[] = [];
      for (const name of stored.segments) {
        const bytes = await readFile(join(folder, name)).catch(() => undefined);
        const segment = bytes && readSegment(bytes);
        if (!segment) continue;
        names.set(segment, name);
        segments.push(segment);
      }
      return { files: new Map(Object.entries(stored.files)), segments };
    },
    async write(stored) {
      await clear(join(folder, lockName));
      // Another window may have the folder open, too. Each removes the segments of the other, so they take turns.
      const release = await lockFolder(join(folder, lockName), busy);
      try {
        await replace(stored);
      } finally {
        await release();
      }
    },
  };
}

/** Deletes the least recently used indexes, until no more than `most` are left. */
export async function pruneRepositoryStores(home: string, most: number): Promise<void> {
  const folders = await readdir(home).catch(() => []);
  const used = await Promise.all(
    folders.map(async (name) => {
      const timeOf = async (file: string): Promise<number | undefined> =>
        (await stat(join(home, name, file)).catch(() => undefined))?.mtimeMs;
      // An index that is being written for the first time has no list yet, but a lock.
      return { name, at: Math.max((await timeOf(listName)) ?? 0, (await timeOf(lockName)) ?? 0) };
    }),
  );
  const old = used.toSorted((a, b) => b.at - a.at).slice(most);
  for (const { name } of old) await rm(join(home, name), { recursive: true, force: true });
}

function busy(owner: Said, escape: Said): UserError {
  return new UserError("index-busy", say`Cannot write the repository index: ${owner} is writing it.`, escape);
}

/** Removes a folder at the path of a file. */
async function clear(path: string): Promise<void> {
  if (await isFolder(path)) await rm(path, { recursive: true, force: true });
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
