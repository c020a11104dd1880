/**
 * Every check there is, one after the other, and the sum of them on the last line: `N passed, N failed, N skipped`. What was
 * skipped stands above it, with the reason.
 *
 *     node scripts/test.ts         all (npm test)
 *     node scripts/test.ts fast    those that need neither a build nor an editor (npm run ok)
 *
 * A tool without single tests (the linter, the build) counts as one.
 */

import { spawn } from "node:child_process";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { findChromium } from "./bed/chromium.ts";
import { which } from "./bed/command.ts";
import { installPackages } from "./bed/debian.ts";
import { installBed } from "./bed/install.ts";
import { root, scratch } from "./bed/paths.ts";

interface Counts {
  passed: number;
  failed: number;
  /** A line for each, with what it needs where it says so. */
  skipped: string[];
}

interface Check {
  name: string;
  /** A script of ours, or a program of node_modules/.bin. */
  command: readonly string[];
  /** Where the counts are once it has run; without it, the exit code tells all. */
  results?: { path: string; read: (json: string) => Counts };
}

/** The part of Vitest's report that is read here. */
interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name: string;
    assertionResults: { status: string; fullName: string; meta?: { needs?: string } }[];
  }[];
}

function readVitest(json: string): Counts {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(json) as VitestReport;
  const skipped = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== "passed" && status !== "failed")
      .map(({ fullName, meta }) => {
        return `${relative(root, name)}: ${fullName}${meta?.needs === undefined ? "" : ` (needs ${meta.needs})`}`;
      }),
  );
  return { passed: numPassedTests, failed: numFailedTests, skipped };
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
      read: readVitest,
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

function noCounts(counts: Partial<Counts> = {}): Counts {
  return { passed: 0, failed: 0, skipped: [], ...counts };
}

function inWords({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped.length} skipped`;
}

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
    ? await readFile(results.path, "utf8").then(results.read, () => noCounts({ failed: 1 }))
    : noCounts();
  // A tool without counts is one check; a runner that fails beside its tests adds one.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  if (code === 0 && !results) counts.passed = 1;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${counts.failed === 0 ? "✓" : "✗"} ${name}: ${inWords(counts)}, ${seconds} s`);
  return counts;
}

const only = process.argv[2];
if (only !== undefined && only !== "fast") throw new Error(`Say "fast" or nothing, not "${only}".`);
await mkdir(join(scratch, "results"), { recursive: true });
const total = noCounts();
const failed: string[] = [];
const add = (name: string, counts: Counts): void => {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped.push(...counts.skipped);
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
    add("installing an editor", noCounts({ failed: 1 }));
  }
}
if (failed.length > 0) console.log(`\nFailed: ${failed.join(", ")}`);
if (total.skipped.length > 0) console.log(`\nSkipped:\n  ${total.skipped.join("\n  ")}`);
console.log(`\n${inWords(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
