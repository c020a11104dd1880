/** Two kinds of Vitest tests: units, which need nothing; UI specs, which drive the packaged extension in a browser. */

import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { scratch } from "./scripts/bed/paths.ts";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/vscode/**"],
          // One worker per core. Vitest leaves one core to its own process, which is half of a small machine and has little to do.
          maxWorkers: "100%",
          maxConcurrency: 2,
          // For the processes that tests start from sources: some two hundred of them would compile the same files.
          env: { NODE_COMPILE_CACHE: join(scratch, "compiled") },
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "ui",
          include: ["test/vscode/*.spec.ts"],
          globalSetup: ["test/vscode/harness/uiSetup.ts"],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          // One window at a time: two would fight for two cores, and for the focus.
          fileParallelism: false,
          // A browser, an editor and a person's pace on a shared machine: scripts/test.ts names what needed its second try, and why.
          retry: 1,
        },
      },
    ],
  },
});
