/** What tests of the command line share: a folder with a home and data to train on, and the shape of refusals. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { run, type Outcome } from "./run.ts";

export interface CommandLineBed {
  /** Returns a path in the folder, which exists while the tests of the file run. */
  at(...path: string[]): string;
  graft(...args: string[]): Promise<Outcome>;
  /** The variables that point to the folder's home and data. */
  environment(): Record<string, string>;
  /** Returns the arguments of a short training on 24 pairs. */
  training(out: string, ...more: string[]): string[];
}

export function commandLineBed(): CommandLineBed {
  // Each test starts processes, on a machine that may be busy.
  vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });
  let folder: string;
  const at = (...path: string[]): string => join(folder, ...path);
  const environment = (): Record<string, string> => ({ GRAFT_HOME: at("home"), GRAFT_DATA: at("data") });
  const graft = (...args: string[]): Promise<Outcome> => run(args, environment());
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "graft-cli-"));
    const rows = Array.from({ length: 24 }, (_, i) => ({ intent: `add ${i} to x`, code: `x = x + ${i}` }));
    await writeFile(at("pairs.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    await graft("models"); // Installs the embedded base once for all tests.
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const training = (out: string, ...more: string[]): string[] => {
    return ["train", "--json", "--data", at("pairs.jsonl"), "--rank", "4", "--out", at(out), ...more];
  };
  return { at, graft, environment, training };
}

/** One line, with what is wrong and what to do. */
export function refusal(code: number, pattern: RegExp): object {
  return { code, stdout: "", stderr: expect.stringMatching(new RegExp(`^error: .*${pattern.source}.*\n$`)) };
}
