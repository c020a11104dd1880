/** Builds for production and packages the VSIX for one platform: `node scripts/package.ts [--target linux-x64]`. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkPlatform } from "../extension/core/foundation/platform.ts";
import { fail, run } from "./bed/command.ts";
import { root, target as ours } from "./bed/paths.ts";

const { values } = parseArgs({ options: { target: { type: "string", default: ours } } });
try {
  checkPlatform(values.target);
} catch (error) {
  fail(error);
}
const path = join(root, `graft-${values.target}.vsix`);
// vsce calls the script vscode:prepublish without its --target.
const env = { ...process.env, GRAFT_TARGET: values.target };
const vsce = join(root, "node_modules", "@vscode", "vsce", "vsce");
const flags = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"];
await run(process.execPath, [vsce, "package", ...flags, "--target", values.target, "--out", path], {
  cwd: root,
  env,
}).catch(fail);
const megabytes = (await stat(path)).size / 1e6;
console.log(`packaged ${path} (${megabytes.toFixed(1)} MB)`);
// Users download this file; most of it is ONNX Runtime.
if (megabytes > 45) fail(`The VSIX has ${megabytes.toFixed(1)} MB, more than the allowed 45 MB.`);
