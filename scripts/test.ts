/**
 * Runs all checks one after the other and prints their totals on the last line: `N passed, N failed, N skipped`. Above it is a
 * list of the skipped tests with reasons, one of those that passed only at their second try, and what each check took.
 *
 *     node scripts/test.ts         all (npm test)
 *     node scripts/test.ts fast    checks without a build or an editor (npm run ok)
 *
 * A tool without individual tests (the linter, the build) counts as one.
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
  /** One line per skipped test, with its requirement if the test states one. */
  skipped: string[];
  /** One line per test that failed at first and passed when it was tried again, with what had failed. */
  secondTry: string[];
}

interface Check {
  name: string;
  /** One of these scripts, or a program in node_modules/.bin. */
  command: readonly string[];
  /** File with the counts after the run; if absent, the exit code is the result. */
  results?: { path: string; read: (json: string) => Counts };
}

interface Assertion {
  status: string;
  fullName: string;
  meta?: { needs?: string; secondTry?: boolean };
  failureMessages: string[] | null;
}

/** The fields of Vitest's report that this script reads. */
interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name: string;
    assertionResults: Assertion[];
  }[];
}

function readVitest(json: string): Counts {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(json) as VitestReport;
  const list = (is: (test: Assertion) => boolean, because: (test: Assertion) => string | undefined): string[] =>
    testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.filter(is).map((test) => {
        const reason = because(test);
        return `${relative(root, name)}: ${test.fullName}${reason === undefined ? "" : ` (${reason})`}`;
      }),
    );
  return {
    passed: numPassedTests,
    failed: numFailedTests,
    skipped: list(
      ({ status }) => status !== "passed" && status !== "failed",
      ({ meta }) => meta?.needs && `needs ${meta.needs}`,
    ),
    secondTry: list(
      ({ status, meta }) => status === "passed" && meta?.secondTry === true,
      ({ failureMessages }) => failureMessages?.[0]?.split("\n", 1)[0],
    ),
  };
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
    results: {
      path: join(scratch, "host-tests", "results.json"),
      read: (json) => noCounts(JSON.parse(json) as Counts),
    },
  },
];

function noCounts(counts: Partial<Counts> = {}): Counts {
  return { passed: 0, failed: 0, skipped: [], secondTry: [], ...counts };
}

function inWords({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped.length} skipped`;
}

async function check({ name, command: [program, ...args], results }: Check): Promise<Counts> {
  const start = performance.now();
  console.log(`\n── ${name} ${"─".repeat(60 - name.length)}`);
  if (results) await rm(results.path, { force: true });
  // npm adds node_modules/.bin to PATH, which contains a Node that runs these TypeScript files.
  const shell = process.platform === "win32";
  const child = spawn(program!, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], shell });
  const code = await new Promise<number | null>((resolve) => {
    child.on("error", () => resolve(null)).on("close", resolve);
  });
  const counts = results
    ? await readFile(results.path, "utf8").then(results.read, () => noCounts({ failed: 1 }))
    : noCounts();
  // A tool without counts is one check. A runner that fails although its tests pass adds one failure.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  if (code === 0 && !results) counts.passed = 1;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  times.push(`${name} ${seconds} s`);
  console.log(`${counts.failed === 0 ? "✓" : "✗"} ${name}: ${inWords(counts)}`);
  return counts;
}

const only = process.argv[2];
if (only !== undefined && only !== "fast") throw new Error(`The argument must be "fast" or absent, not "${only}".`);
await mkdir(join(scratch, "results"), { recursive: true });
const total = noCounts();
const failed: string[] = [];
/** How long each check took, so that users know what they wait for. */
const times: string[] = [];
const add = (name: string, counts: Counts): void => {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped.push(...counts.skipped);
  total.secondTry.push(...counts.secondTry);
  if (counts.failed > 0) failed.push(name);
};

// The tests of the sandbox skip themselves if it is missing.
if (only !== "fast" && process.platform === "linux" && !which("bwrap")) {
  await installPackages(["bubblewrap", "python3"]).catch(console.warn);
}
// The tests of WebGPU use a driver that comes with Chromium. Without it, they are skipped, and the check below says why.
if (only !== "fast") await findChromium().catch(() => undefined);
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
if (total.secondTry.length > 0) console.log(`\nPassed only at the second try:\n  ${total.secondTry.join("\n  ")}`);
if (total.skipped.length > 0) console.log(`\nSkipped:\n  ${total.skipped.join("\n  ")}`);
console.log(`\nTook: ${times.join(", ")}`);
console.log(`\n${inWords(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
