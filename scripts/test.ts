/**
 * Every check there is, one after the other, and the sum of them on the last line: `N passed, N failed`.
 *
 *     node scripts/test.ts         all (npm test)
 *     node scripts/test.ts fast    those that need neither a build nor an editor (npm run ok)
 *
 * A tool without single tests (the linter, the build) counts as one.
 */

import { spawn } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { findChromium } from "./bed/chromium.ts";
import { which } from "./bed/command.ts";
import { installPackages } from "./bed/debian.ts";
import { installBed } from "./bed/install.ts";
import { root, scratch } from "./bed/paths.ts";

interface Counts {
  passed: number;
  failed: number;
}

interface Check {
  name: string;
  /** A script of ours, or a program of node_modules/.bin. */
  command: readonly string[];
  /** Where the counts are once it has run; without it, the exit code tells all. */
  results?: { path: string; read: (json: string) => Counts };
}

const vitest = (project: string): Check => {
  const path = join(scratch, "results", `${project}.json`);
  return {
    name: project === "unit" ? "unit tests" : "tests in the editor's window",
    command: [
      "vitest",
      "run",
      "--project",
      project,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${path}`,
    ],
    results: {
      path,
      read: (json) => {
        const { numPassedTests, numFailedTests } = JSON.parse(json) as Record<string, number>;
        return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0 };
      },
    },
  };
};

const fast: readonly Check[] = [
  { name: "format", command: ["oxfmt", "--check"] },
  { name: "lint", command: ["oxlint", "--type-aware", "--deny-warnings"] },
  { name: "types", command: ["node", "scripts/types.ts"] },
  { name: "dead code", command: ["knip"] },
  vitest("unit"),
];

const slow: readonly Check[] = [
  { name: "build and package", command: ["node", "scripts/package.ts"] },
  vitest("ui"),
  {
    name: "tests in the extension host",
    command: ["node", "test/vscode/harness/runHostTests.ts"],
    results: { path: join(scratch, "host-tests", "results.json"), read: (json) => JSON.parse(json) as Counts },
  },
];

async function check({ name, command: [program, ...args], results }: Check): Promise<Counts> {
  const start = performance.now();
  console.log(`\n── ${name} ${"─".repeat(60 - name.length)}`);
  if (results) await rm(results.path, { force: true });
  // npm puts node_modules/.bin on PATH, with a Node that runs these TypeScript files.
  const shell = process.platform === "win32";
  const child = spawn(program!, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], shell });
  const code = await new Promise<number | null>((resolve) => {
    child.on("error", () => resolve(null)).on("close", resolve);
  });
  const counts = results
    ? await readFile(results.path, "utf8").then(results.read, () => ({ passed: 0, failed: 1 }))
    : { passed: 0, failed: 0 };
  // A tool without counts is one check; a runner that fails beside its tests adds one.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  if (code === 0 && !results) counts.passed = 1;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${counts.failed === 0 ? "✓" : "✗"} ${name}: ${counts.passed} passed, ${counts.failed} failed, ${seconds} s`,
  );
  return counts;
}

const only = process.argv[2];
if (only !== undefined && only !== "fast") throw new Error(`Say "fast" or nothing, not "${only}".`);
await mkdir(join(scratch, "results"), { recursive: true });
const total: Counts = { passed: 0, failed: 0 };
const failed: string[] = [];
const add = (name: string, counts: Counts): void => {
  total.passed += counts.passed;
  total.failed += counts.failed;
  if (counts.failed > 0) failed.push(name);
};

// The tests of its sandbox leave themselves out where it is missing.
if (only !== "fast" && process.platform === "linux" && !which("bwrap")) {
  await installPackages(["bubblewrap", "python3"]).catch(console.warn);
}
for (const item of fast) add(item.name, await check(item));
if (only !== "fast") {
  try {
    await installBed();
    await findChromium();
    for (const item of slow) add(item.name, await check(item));
  } catch (error) {
    console.error(String(error));
    add("installing an editor", { passed: 0, failed: 1 });
  }
}
if (failed.length > 0) console.log(`\nFailed: ${failed.join(", ")}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
