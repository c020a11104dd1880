/** Paired tests of two candidates, and which of their results are kept. */

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readRun } from "../../../../../extension/core/evaluation/runs/runFolder.ts";
import { countSeeds } from "../../../../../extension/core/evaluation/study/comparison/countSeeds.ts";
import { pairTest, type Tested } from "../../../../../extension/core/evaluation/study/comparison/pairTests.ts";
import { configurationOf, writeRun } from "../../runs/writtenRun.ts";

let home: string;
beforeEach(async () => (home = await mkdtemp(join(tmpdir(), "graft-pairs-"))));
afterEach(() => rm(home, { recursive: true }));

async function candidate(seed: number): Promise<string> {
  const predictions = [1, 2, 3].map((i) => ({ id: `t${i}`, intent: "x", predictions: ["x = 1"], reference: "x = 1" }));
  return (await writeRun(home, configurationOf({ seed }), predictions)).folder;
}

test.each(["", "{", undefined])("with predictions lost (%j), nothing is tested, and nothing is kept", async (left) => {
  const [first, second] = [await candidate(1), await candidate(2)];
  const tested = async (folder: string): Promise<Tested> => {
    return { runs: [await readRun(folder)], counted: async () => await countSeeds([folder]) };
  };
  const names = async () => Object.keys(await pairTest(await tested(first), await tested(second), home, undefined));
  const path = join(first, "predictions.jsonl");
  const whole = await readFile(path, "utf8");
  await writeFile(path, left ?? whole.slice(0, whole.indexOf("\n") + 1));
  expect(await names()).toEqual([]);
  expect(await readdir(home)).not.toContain("studies");
  await writeFile(path, whole);
  expect(await names()).toContain("em@1");
  expect(await readdir(join(home, "studies", "tests"))).toHaveLength(1);
});
