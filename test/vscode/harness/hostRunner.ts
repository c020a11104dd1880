/**
 * Runs inside VS Code's extension host: Mocha over the bundled *.test.ts next to it. The outcome goes to a file, because hosts treat their
 * console differently.
 */

import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Mocha from "mocha";
import type { HostResults } from "./hostResults.ts";

class Silent extends Mocha.reporters.Base {}

/** Called by VS Code. @throws Error when a test failed, from which VS Code derives its exit code. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: "bdd", timeout: 60_000, reporter: Silent });
  for (const name of readdirSync(__dirname)) if (name.endsWith(".test.js")) mocha.addFile(join(__dirname, name));
  const results: HostResults = { passed: 0, failed: 0, skipped: [], report: [] };
  const write = (): void => writeFileSync(join(__dirname, "results.json"), JSON.stringify(results));
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on("pass", (test) => {
      results.passed++;
      results.report.push(`✓ ${test.fullTitle()} ${test.duration ?? 0} ms`);
      write();
    });
    runner.on("pending", (test) => {
      results.skipped.push(test.fullTitle());
      results.report.push(`↓ ${test.fullTitle()} skipped`);
      write();
    });
    runner.on("fail", (test, error: unknown) => {
      results.failed++;
      results.report.push(
        `✗ ${test.fullTitle()}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      write();
    });
  });
  write();
  if (results.failed > 0) throw new Error(`${results.failed} failed`);
}
