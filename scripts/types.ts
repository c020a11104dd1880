/** Type-checks every part with its own libraries: pages have the DOM, the extension has Node. */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./bed/paths.ts";

const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
for (const part of ["extension", "webview", "test", "scripts"]) {
  const { status } = spawnSync(process.execPath, [compiler, "-p", part], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
