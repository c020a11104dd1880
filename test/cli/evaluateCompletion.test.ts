/** graft evaluate on published completion benchmarks, on a tiny base of random weights. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { writeTinyCheckpoint } from "../core/baseModels/tinyCheckpoint.ts";
import { run, type Outcome } from "./run.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-benchmarks-"));
  await writeTinyCheckpoint(join(folder, "tiny"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const evaluate = (suite: string, ...args: string[]): Promise<Outcome> => {
  const path = join(import.meta.dirname, "../fixtures/benchmarks", suite);
  return run(["evaluate", "--base", join(folder, "tiny"), "--suite", path, ...args], {
    GRAFT_HOME: join(folder, "home"),
  });
};

test.each([
  ["crosscodeeval.jsonl", 3, ["exactMatch", "editRatio", "identifierMatch", "identifierF1"], 0],
  ["repobench.parquet", 3, ["exactMatch", "editRatio"], 0],
  ["repopeftbench.parquet", 2, ["exactMatch", "editRatio"], 1],
])("%s: %d holes, each by the benchmark's own measures", async (suite, items, names, problems) => {
  const out = join(folder, `${suite}.predictions.jsonl`);
  const { code, result, events } = await evaluate(suite, "--context", "repository", "--predictions", out, "--json");
  expect(code).toBe(0);
  expect(result).toMatchObject({ suite, protocol: suite.split(".")[0], items });
  expect(result["candidate"]).toMatch(/^tiny.* \+ repository$/);
  expect(result["problems"]).toHaveLength(problems);
  expect(Object.keys(result["metrics"] as object)).toEqual(names);
  const filled = events("progress").filter(({ phase }) => phase === "fills");
  expect(filled.at(-1)).toMatchObject({ done: items, total: items });
  const rows = (await readFile(out, "utf8")).trimEnd().split("\n");
  expect(rows).toHaveLength(items);
  expect(JSON.parse(rows[0]!)).toMatchObject({ id: expect.any(String), reference: expect.any(String) });
  // The finished run is shown again, and the same rows without context make another run.
  expect((await evaluate(suite, "--context", "repository", "--json")).result["run"]).toBe(result["run"]);
  const without = await evaluate(suite, "--limit", "1", "--json");
  expect(without.result).toMatchObject({ items: 1, suite });
  expect(without.result["candidate"]).not.toMatch(/repository/);
});

test("refuses options that a benchmark has no use for", async () => {
  const refused = async (...args: string[]): Promise<string> => (await evaluate("crosscodeeval.jsonl", ...args)).stderr;
  expect(await refused("--mode", "icl")).toMatch(
    /^error: Cannot use --mode with .*: it holds a benchmark's holes, not tasks/,
  );
  expect(await refused("--context", "repository", "--repository", folder)).toMatch(
    /its rows give the context themselves/,
  );
});
