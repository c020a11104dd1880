import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";

const start = join(import.meta.dirname, "../scripts/start.mjs");
const wanted = {
  "": {},
  "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
  "node_modules/mac": { version: "2.0.0", integrity: "sha512-m", optional: true },
};
const { "node_modules/mac": _, ...here } = wanted;

/** Runs `npm start` in a checkout with an npm that only notes that it was called. Returns whether it was. */
function installs(packages: object | string): boolean {
  const root = mkdtempSync(join(tmpdir(), "graft-start-"));
  for (const folder of ["scripts", "node_modules", "bin"]) mkdirSync(join(root, folder));
  copyFileSync(start, join(root, "scripts/start.mjs"));
  writeFileSync(join(root, "scripts/openEditor.ts"), "");
  const record = join(root, "node_modules/.package-lock.json");
  writeFileSync(record, typeof packages === "string" ? packages : JSON.stringify({ packages }));
  utimesSync(record, new Date(), new Date(2020, 1));
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages: wanted }));
  writeFileSync(join(root, "bin/npm"), "#!/bin/sh\ntouch called\n");
  chmodSync(join(root, "bin/npm"), 0o755);
  const env = { ...process.env, PATH: `${join(root, "bin")}${delimiter}${process.env["PATH"]}` };
  spawnSync(process.execPath, [join(root, "scripts/start.mjs")], { env, cwd: root });
  return existsSync(join(root, "called"));
}

test.skipIf(process.platform === "win32").each([
  ["what the lock file asks for is there, whatever the files' times", here, false],
  ["a package has another version", { ...here, "node_modules/a": { version: "0.9.0", integrity: "sha512-a" } }, true],
  ["a package has other contents", { ...here, "node_modules/a": { version: "1.0.0", integrity: "sha512-b" } }, true],
  ["a package is missing", {}, true],
  ["npm was interrupted", "{", true],
])("npm start: %s", (_name, packages, isInstalled) => {
  expect(installs(packages)).toBe(isInstalled);
});
