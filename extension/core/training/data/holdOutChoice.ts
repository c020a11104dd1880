/**
 * Chooses the examples to hold out. In a folder of a git repository, these are the files of the last commits, because an adapter is
 * used on code that is written later. In other data, they are random, by the hashes of their content.
 */

import type { Dataset, Example } from "../../dataset/example.ts";
import { contentHash, countHashes } from "../../dataset/holdOut.ts";
import type { Log } from "../../foundation/log.ts";
import { counted } from "../../foundation/words/quantities.ts";
import { recentFiles } from "../../sources/git/recentFiles.ts";
import type { TrainOptions } from "../trainRequest.ts";

export interface HoldOutOptions {
  /** The share to hold out; 0 holds out nothing. */
  readonly fraction: number;
  readonly seed: number;
  readonly holdOut?: TrainOptions["holdOut"];
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
}

export interface HoldOutChoice {
  /** Takes each example of the data set `source` in the first reading. */
  add(source: Dataset, example: Example): void;
  /** Returns the test for held-out examples; undefined if nothing would be left to train on. */
  choose(): Promise<((source: Dataset, example: Example) => boolean) | undefined>;
}

export function holdOutChoice({ fraction, seed, holdOut, log, signal }: HoldOutOptions): HoldOutChoice {
  const random = countHashes();
  /** For each folder, the hash of each file by its path. */
  const folders = new Map<Dataset, Map<string, number>>();
  /** The hashes of texts that are held out by their content, which a folder with commits may hold, too. */
  const randomTexts = new Set<number>();
  let isRandomUsed = false;
  const addRandom = (hash: number, kind: Example["kind"]): void => {
    isRandomUsed = true;
    random.add(hash);
    if (kind === "text") randomTexts.add(hash);
  };

  /** Returns the hashes of a folder's newest files, if git knows enough of them. */
  const newest = async (folder: string, files: ReadonlyMap<string, number>): Promise<readonly number[]> => {
    const wanted = Math.max(1, Math.round(files.size * fraction));
    const recent = wanted < files.size ? await recentFiles(folder, new Set(files.keys()), signal) : [];
    if (recent.length < wanted) return [];
    return recent.slice(0, wanted).map((path) => files.get(path)!);
  };

  return {
    add(source, example) {
      const hash = contentHash(example, seed);
      if (holdOut === "random" || !source.folder || example.kind !== "text" || example.path === undefined) {
        return addRandom(hash, example.kind);
      }
      const files = folders.get(source) ?? new Map<string, number>();
      folders.set(source, files.set(example.path, hash));
    },
    async choose() {
      if (fraction === 0) return () => false;
      const held = new Set<number>();
      const byTime = new Set<Dataset>();
      for (const [source, files] of folders) {
        const hashes = await newest(source.folder!, files);
        for (const hash of hashes) held.add(hash);
        if (hashes.length === 0) for (const hash of files.values()) addRandom(hash, "text");
        else {
          byTime.add(source);
          const count = `${hashes.length} of ${counted(files.size, "file")}`;
          log.info(`${source.name}: held out ${count}, those of the last commits.`);
        }
      }
      const bound = isRandomUsed ? random.boundOf(fraction) : 0;
      if (bound === Infinity) return undefined;
      return (source, example) => {
        const hash = contentHash(example, seed);
        // No source may teach what another one holds out.
        return held.has(hash) || (hash < bound && (!byTime.has(source) || randomTexts.has(hash)));
      };
    },
  };
}
