/** A deletion holds the run's lock until the run has moved. */

import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { deleteRun, restoreRun } from "../../../../extension/core/evaluation/history/deleteRun.ts";
import { openRun } from "../../../../extension/core/evaluation/runs/runFolder.ts";
import { configurationOf, writeRun } from "../runs/writtenRun.ts";

const moves = vi.hoisted(() => ({ before: (_from: string): Promise<void> => Promise.resolve() }));
vi.mock("../../../../extension/core/foundation/atomicFile.ts", async (original) => {
  const real = await original<{ moveFolder(from: string, to: string): Promise<void> }>();
  return {
    ...real,
    moveFolder: async (from: string, to: string): Promise<void> => {
      await moves.before(from);
      await real.moveFolder(from, to);
    },
  };
});

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "graft-deleting-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

test("an evaluation that begins while a run is being deleted is refused, and no lock is left", async () => {
  const prediction = { id: "t1", intent: "set x", predictions: ["x = 1"], reference: "x = 1" };
  const written = await writeRun(home, configurationOf(), [prediction]);
  const { id } = written;
  const record = { ...written.record, configuration: configurationOf() };
  let refusal: unknown = "not asked";
  moves.before = async (from) => {
    moves.before = () => Promise.resolve();
    expect(existsSync(join(from, "run.json"))).toBe(true);
    refusal = await openRun(home, record).then(
      (run) => run.release(),
      (error: unknown) => error,
    );
  };
  await deleteRun(id, home);
  expect(refusal).toMatchObject({ code: "run-busy" });
  expect(await readdir(join(home, "runs"))).toEqual([]);
  expect(await readdir(join(home, "deleted-runs", id))).not.toContain("lock");
  await restoreRun(id, home);
  const run = await openRun(home, record);
  expect(run.result).toBeDefined();
  await run.release();
});
