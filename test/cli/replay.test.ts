/** graft replay from outside, on a tiny base of random weights. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { writeTinyCheckpoint } from "../core/baseModels/tinyCheckpoint.ts";
import { run, type Outcome } from "./run.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-replay-"));
  await writeTinyCheckpoint(at("tiny"));
  await mkdir(at("suite"));
  for (const name of ["a", "b", "c"]) {
    const functions = [1, 2].map((n) => `def ${name}${n}(value):\n    other = value + ${n}\n    return other\n`);
    await writeFile(at("suite", `${name}.py`), functions.join("\n\n"));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (...path: string[]): string => join(folder, ...path);
const replay = (...args: string[]): Promise<Outcome> =>
  run(["replay", "--base", at("tiny"), "--suite", at("suite"), ...args], { GRAFT_HOME: at("home") });

function withoutTimes({ scores, ...result }: Outcome["result"]): object {
  const { tokensPerSecond: _measured, ...counted } = scores as Record<string, unknown>;
  return { ...result, scores: counted };
}

test("types functions, the same each time where every answer takes the same time", async () => {
  const out = at("sessions.jsonl");
  // How much is guessed depends on how long runs take.
  const flags = ["--limit", "2", "--answer-time", "30", "--typos", "0.1", "--no-draft", "--json"];
  const { code, result, events } = await replay(...flags, "--sessions", out);
  expect(code).toBe(0);
  const expected = { suite: "suite", sessions: 2, problems: [], scores: { exact: {}, keystrokesSaved: {}, late: {} } };
  expect(result).toMatchObject(expected);
  expect(result["latency"]).toMatchObject({ computed: { p50: 30, p99: 30 }, remembered: { p50: 30 } });
  expect(events("progress")).toEqual([1, 2].map((done) => ({ event: "progress", done, total: 2 })));
  const rows = (await readFile(out, "utf8")).trimEnd().split("\n");
  expect(rows).toHaveLength(2);
  const { requests, cost } = JSON.parse(rows[0]!) as { requests: number; cost: { runs: number; prefilled: number } };
  expect(requests).toBeGreaterThan(20);
  expect(cost.prefilled).toBeGreaterThan(cost.runs / 20);
  expect(withoutTimes((await replay(...flags)).result)).toEqual(withoutTimes(result));
});

test("shows people a table", async () => {
  const { code, stdout } = await replay("--limit", "1", "--no-cache");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^suite: 1 function, tiny.*; 95 % intervals over functions\nkeystrokes, .*\n/);
  expect(stdout).toMatch(/\nkeystrokes saved, % +−?\d+\.\d \(.*\n(.*\n)+milliseconds, computed +p50 \d+, p95 \d+/);
});

test("without caches, every answer is computed from the beginning", async () => {
  const flags = ["--limit", "1", "--answer-time", "0", "--json"];
  const [kept, fresh] = [await replay(...flags), await replay(...flags, "--no-cache")];
  const prefilled = ({ result }: Outcome): number =>
    (result["scores"] as { prefilledPerRequest: { value: number } }).prefilledPerRequest.value;
  expect(prefilled(fresh)).toBeGreaterThan(5 * prefilled(kept));
});

test("refuses what it cannot replay in one line", async () => {
  const { code, stdout, stderr } = await replay("--typos", "2");
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/^error: Cannot replay with typos 2: it must be a number from 0 to 0\.5\..*\n$/);
});
