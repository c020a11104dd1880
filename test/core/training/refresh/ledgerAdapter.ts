/** An adapter of a small folder on the embedded base, to be refreshed with trials whose findings the tests decide. */

import { mkdtempSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import { copyAdapter } from "../../../../extension/core/adapters/library/copyAdapter.ts";
import { silentLog } from "../../../../extension/core/foundation/log.ts";
import {
  refreshAdapter,
  type RefreshControl,
  type RefreshOptions,
  type RefreshResult,
} from "../../../../extension/core/training/refresh/refreshAdapter.ts";
import { train } from "../../../../extension/core/training/train.ts";
import type { TrialResult, TrialSubject } from "../../../../extension/core/training/trialReport.ts";

const root = join(import.meta.dirname, "../../../..");
export const folder = mkdtempSync(join(tmpdir(), "graft-refresh-"));
export const data = join(folder, "ledger");
/** What each test refreshes: a new copy of the trained one. */
export const adapter = join(folder, "ledger-adapter");
const trained = join(folder, "trained");

export const places = (): { base: string; home: string; embedded: string; dataFolder: string } => {
  return { base: "", home: join(folder, "home"), embedded: join(root, "base"), dataFolder: "" };
};

export const longAgo = new Date("2020-01-01T00:00:00Z");

export async function write(name: string, when?: Date): Promise<void> {
  const path = join(data, `${name}.py`);
  await writeFile(path, `def ${name}(ledger):\n    entry = ledger.verify_entry("${name}")\n    return entry\n`);
  if (when) await utimes(path, when, when);
}

/** Trains the adapter before the tests of a file, and gives each test its own copy. */
export function ledgerAdapter(): void {
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
  beforeAll(async () => {
    await mkdir(data);
    for (let i = 0; i < 6; i++) await write(`old${i}`, longAgo);
    const options = { ...places(), data: [data], method: "ia3" as const, steps: 2, out: trained };
    await train(options, { log: silentLog });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  beforeEach(async () => {
    await copyAdapter(trained, adapter);
    // Pretends that the adapter was trained a while ago, but after the old files.
    const then = new Date("2024-01-01T00:00:00Z");
    await utimes(join(adapter, "adapter_model.safetensors"), then, then);
  });
  afterEach(async () => {
    await rm(adapter, { recursive: true, force: true });
    await rm(join(data, "fresh.py"), { force: true });
  });
}

export async function weightsOf(at: string): Promise<string> {
  return await readFile(join(at, "adapter_model.safetensors"), "hex");
}

/** Copies the record of what the training learned. Without it, as in a copy for others, only the files' times count. */
export async function copyRecord(): Promise<void> {
  await copyFile(join(trained, "learned.json"), join(adapter, "learned.json"));
}

export const difference = { value: 0, low: -1, high: 1, p: 1 };
export const scores = { exact: { value: 30, low: 20, high: 40 }, editSimilarity: { value: 50, low: 40, high: 60 } };
const comparison = { lines: 120, base: scores, adapter: scores, exact: difference, editSimilarity: difference };
export const finding: TrialResult = {
  verdict: "alike",
  files: 6,
  seconds: 1,
  served: comparison,
  best: [],
  worst: [],
};

/** @param found what the trial finds that differs from {@link finding}; undefined if no trial is possible */
export async function refresh(
  found: Partial<TrialResult> | undefined,
  more: Partial<RefreshControl> = {},
  asked: Partial<RefreshOptions> = {},
): Promise<{ result: RefreshResult; subject: TrialSubject }> {
  let subject: TrialSubject | undefined;
  const trial: RefreshControl["trial"] = async (given) => {
    subject = given;
    return found && { ...finding, ...found };
  };
  const result = await refreshAdapter(
    { ...places(), adapter, data: [data], steps: 2, ...asked },
    { log: silentLog, trial, ...more },
  );
  return { result, subject: subject! };
}
