import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { deleteRunsCommand, restoreRunsCommand } from "../../extension/cli/commands/runHistory.ts";
import type { Context } from "../../extension/cli/context.ts";

let home: string;
beforeEach(async () => (home = await mkdtemp(join(tmpdir(), "graft-history-"))));
afterEach(() => rm(home, { recursive: true }));

test("runs are deleted and restored all or none", async () => {
  const context = { places: { home }, output: { result: () => undefined } } as unknown as Context;
  const there = async (): Promise<string[]> => (await readdir(join(home, "runs"))).toSorted();
  for (const id of ["a", "b"]) await mkdir(join(home, "runs", id), { recursive: true });
  await expect(deleteRunsCommand(["a", "missing"], context)).rejects.toMatchObject({ code: "run-missing" });
  expect(await there()).toEqual(["a", "b"]);
  await deleteRunsCommand(["a", "b", "a"], context);
  expect(await there()).toEqual([]);
  await expect(restoreRunsCommand(["a", "missing"], context)).rejects.toMatchObject({ code: "run-missing" });
  expect(await there()).toEqual([]);
  await restoreRunsCommand(["a", "b"], context);
  expect(await there()).toEqual(["a", "b"]);
});
