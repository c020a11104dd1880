/** A folder for the files of data sets, new for each test. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach } from "vitest";

export interface DataFolder {
  /** Its path in the test that runs. */
  readonly path: string;
  /** Writes a file, and returns its path. */
  put(name: string, content: string | Uint8Array): Promise<string>;
}

export function dataFolder(): DataFolder {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "graft-dataset-"));
  });
  afterEach(() => rm(folder, { recursive: true }));
  return {
    get path() {
      return folder;
    },
    async put(name, content) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      return path;
    },
  };
}
