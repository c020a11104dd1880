/** graft evaluate of tasks and graft runs from outside, on a tiny base of random weights. */

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { writeTinyCheckpoint } from "../core/baseModels/tinyCheckpoint.ts";
import { run, start, type Outcome } from "./run.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let folder: string;
const at = (...path: string[]): string => join(folder, ...path);
const environment = (): Record<string, string> => ({ GRAFT_HOME: at("home"), GRAFT_DATA: at("data") });
const graft = (...args: string[]): Promise<Outcome> => run(args, environment());
const evaluate = (...args: string[]): Promise<Outcome> =>
  graft("evaluate", "--base", at("tiny"), "--suite", "conala", "--beams", "2", ...args);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-tasks-"));
  await writeTinyCheckpoint(at("tiny"));
  await writeTinyCheckpoint(at("other"), { seed: 2 });
  await mkdir(at("data", "conala"), { recursive: true });
  for (const part of ["train", "test"]) {
    const rows = [1, 2, 3].map((n) => ({ id: `${part} ${n}`, intent: `${part} the list ${n}`, code: `x.sort(${n})` }));
    await writeFile(at("data", "conala", `${part}.jsonl`), rows.map((row) => JSON.stringify(row)).join("\n"));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the fields that are promised, and predictions that graft score reads", async () => {
  const out = at("out", "predictions.jsonl");
  const { code, result, events } = await evaluate("--predictions", out, "--json");
  expect(code).toBe(0);
  expect(result).toMatchObject({ suite: "conala", protocol: "graft", items: 3, problems: [], shortened: 0 });
  const metrics = result["metrics"] as { codebleu: object };
  expect(Object.keys(metrics)).toEqual(["em@1", "em@2", "chrf", "chrf++", "editSimilarity", "codebleu"]);
  expect(Object.keys(metrics.codebleu)).toEqual(["score", "ngram", "weightedNgram", "syntax", "dataflow"]);
  expect(events("progress").at(-1)).toMatchObject({ phase: "scoring", done: 3, total: 3 });
  const scored = await graft("score", "--predictions", out, "--references", out, "--metric", "chrf,codebleu", "--json");
  expect(scored.result["metrics"]).toEqual({ chrf: (metrics as { chrf?: number }).chrf, codebleu: metrics.codebleu });

  const again = await evaluate();
  expect(again.stdout).toMatch(/^conala, graft +tiny-\w+\nitems +3\nem@1, % +\d+\.\d\d \(/);
  expect(again.stderr).toContain("already finished");
});

test("seeds draw other examples; their mean and deviation are told", async () => {
  const { result } = await evaluate("--mode", "icl", "--shots", "1", "--seed", "42,777", "--limit", "2", "--json");
  expect(result["runs"]).toHaveLength(2);
  const { deviations, metrics } = result as { deviations: Record<string, number>; metrics: Record<string, number> };
  const chrf = await Promise.all(
    (result["runs"] as string[]).map(async (id) => {
      const text = await readFile(at("home", "runs", id, "result.json"), "utf8");
      return (JSON.parse(text) as { scores: { chrf: { value: number } } }).scores.chrf.value;
    }),
  );
  expect(metrics["chrf"]).toBeCloseTo((chrf[0]! + chrf[1]!) / 2, 9);
  expect(deviations["chrf"]).toBeCloseTo(Math.abs(chrf[0]! - chrf[1]!) / Math.SQRT2, 9);
});

test("runs are listed, compared and exported", async () => {
  const { result } = await evaluate("--mode", "rag", "--shots", "2", "--baseline", at("other"), "--json");
  const [first, second] = result["runs"] as [string, string];
  expect(result["contenders"]).toMatchObject([{ runs: [first] }, { runs: [second], comparison: { items: 3 } }]);
  expect((await graft("runs", "list")).stdout).toMatch(new RegExp(`^${first} .*em@1`, "m"));
  const compared = await graft("runs", "compare", first, second);
  expect(compared.stdout).toMatch(
    /^tiny-\w+, 2 nearest minus other-\w+, 2 nearest, 3 items\nem@1 +\+0\.00 .* p = 1\.000/,
  );
  const exported = await graft("runs", "export", first, "--format", "csv", "--out", at("table.csv"));
  expect(exported.code).toBe(0);
  expect(await readFile(at("table.csv"), "utf8")).toMatch(
    /^suite,protocol,contender,.*\nconala,graft,"tiny-\w+, 2 nearest",42,3,/,
  );
});

test("refuses what does not go together, in one line", async () => {
  const refused = async (code: number, ...args: string[]): Promise<string> => {
    const { stdout, stderr, ...outcome } = await graft("evaluate", "--base", at("tiny"), ...args);
    expect([outcome.code, stdout]).toEqual([code, ""]);
    return stderr;
  };
  expect(await refused(2, "--suite", "conala", "--ngram", folder)).toMatch(/^error: Cannot use --ngram .*\n$/);
  expect(await refused(2, "--suite", "conala", "--shots", "2")).toMatch(/^error: Cannot evaluate with shots 2.*\n$/);
  await writeFile(at("own.jsonl"), '{"intent": "a", "code": "b"}');
  expect(await refused(1, "--suite", at("own.jsonl"), "--mode", "icl")).toMatch(/--examples/);
  expect(await refused(1, "--suite", at("none.jsonl"))).toMatch(/there is no file/);
  expect(await refused(1, "--suite", "codealpacapy")).toMatch(/GRAFT_DATA/);
  expect((await graft("runs", "compare", "one", "other")).stderr).toMatch(/^error: .*graft runs list.*\n$/);
});

test("a folder of the current one does not pass for a paper's data set", async () => {
  await mkdir(at("planted", "conala"), { recursive: true });
  await writeFile(at("planted", "conala", "a.py"), "def planted():\n    return 1\n");
  const args = ["evaluate", "--base", at("tiny"), "--suite", "conala", "--greedy", "--limit", "1", "--json"];
  const { code, result } = await start(args, environment(), [], at("planted")).done;
  expect({ code, suite: result["suite"], items: result["items"] }).toEqual({ code: 0, suite: "conala", items: 1 });
});

test("killed, the same command goes on, and writes what it would have written", async () => {
  const rows = Array.from({ length: 100 }, (_, n) => ({ intent: `add ${n}`, code: `x + ${n}` }));
  await writeFile(at("many.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
  const args = ["evaluate", "--base", at("tiny"), "--suite", at("many.jsonl"), "--beams", "3", "--json"];
  const running = start(args, environment());
  await running.says(/"done":7\d/);
  running.process.kill("SIGKILL");
  expect((await running.done).code).toBeNull();
  const [out, other] = [at("killed.jsonl"), at("whole.jsonl")];
  const resumed = await run([...args, "--predictions", out], environment());
  expect(resumed.events("progress")[0]).toMatchObject({ phase: "predicting", done: 65, total: 100 });
  const whole = await run([...args, "--predictions", other], { ...environment(), GRAFT_HOME: at("elsewhere") });
  expect(await readFile(out, "utf8")).toBe(await readFile(other, "utf8"));
  expect(resumed.result["metrics"]).toEqual(whole.result["metrics"]);
});

test("stops at Ctrl-C", async () => {
  const running = start(
    ["evaluate", "--base", at("tiny"), "--suite", "conala", "--samples", "200", "--json"],
    environment(),
  );
  await running.says(/"phase":"predicting"/);
  running.process.kill("SIGINT");
  const { code, stderr } = await running.done;
  expect([code, stderr]).toEqual([130, expect.stringMatching(/cancelled\n$/)]);
  expect(existsSync(at("home", "runs"))).toBe(true);
});
