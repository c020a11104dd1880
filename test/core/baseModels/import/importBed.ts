/** What tests of imports share: a folder with a place for a model's source and a home. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** Paths in a folder that is new for each test. Nothing is at `source` and `home` yet. */
export interface ImportBed {
  folder: string;
  source: string;
  home: string;
}

/** @param use receives the paths before each test */
export function importBed(use: (bed: ImportBed) => void): void {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "graft-import-"));
    use({ folder, source: join(folder, "tiny-model"), home: join(folder, "home") });
  });
  afterEach(() => rm(folder, { recursive: true }));
}
