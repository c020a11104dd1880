/** Deletes indexes from disk while no process writes them: the indexes of some roots, to rebuild them, or all. */

import { realpath, rm } from "node:fs/promises";
import { storeFolder } from "../../core/repository/storage/storeFolder.ts";

export interface IndexDeletion {
  /** Whether no index may be open: while some are being deleted, and after all were deleted. */
  readonly isDeleted: boolean;
  /** @throws the system's error if a file cannot be deleted; the roots are open again even then */
  rebuild(roots: readonly string[]): Promise<void>;
  /** @throws the system's error; then the indexes are as they were before */
  deleteAll(): Promise<void>;
}

export interface IndexDeletionOptions {
  /** Holds the indexes on disk. */
  home: string;
  /** Ends the process that writes them. */
  end: () => Promise<void>;
  /** Opens or closes indexes to match `isDeleted`. */
  follow: () => void;
}

export function createIndexDeletion({ home, end, follow }: IndexDeletionOptions): IndexDeletion {
  let isDeleted = false;
  const become = (next: boolean): void => {
    isDeleted = next;
    follow();
  };
  const remove = async (paths: readonly string[]): Promise<void> => {
    // No process may write what is about to be deleted, and none may start meanwhile.
    become(true);
    await end();
    for (const path of paths) await rm(path, { recursive: true, force: true, maxRetries: 5 });
  };
  return {
    get isDeleted() {
      return isDeleted;
    },
    async rebuild(roots) {
      const real = await Promise.all(roots.map((root) => realpath(root).catch(() => root)));
      await remove(real.map((root) => storeFolder(home, root))).finally(() => become(false));
    },
    async deleteAll() {
      const before = isDeleted;
      await remove([home]).catch((error: unknown) => {
        become(before);
        throw error;
      });
    },
  };
}
