/** graft evaluate from outside, on a tiny base of random weights. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { writeTinyCheckpoint } from "../core/baseModels/tinyCheckpoint.ts";
import { run, start, type Outcome } from "./run.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-evaluate-"));
  await writeTinyCheckpoint(at("tiny"));
  await mkdir(at("suite"));
  for (const name of ["a", "b", "c"]) {
    const functions = [1, 2, 3].map((n) => `def ${name}${n}(value):\n    other = value + ${n}\n    return other\n`);
    await writeFile(at("suite", `${name}.py`), functions.join("\n\n"));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (...path: string[]): string => join(folder, ...path);
const environment = (): Record<string, string> => ({ GRAFT_HOME: at("home") });
const evaluate = (...args: string[]): Promise<Outcome> =>
  run(["evaluate", "--base", at("tiny"), "--suite", at("suite"), ...args], environment());

test("measures base and baselines on the same spots, the same each time", async () => {
  const out = at("fills.jsonl");
  const few = ["--limit", "4", "--json"];
  const flags = ["--baseline", at("tiny"), "--ngram", at("suite"), "--no-prior", "--predictions", out, ...few];
  const { code, result, events } = await evaluate(...flags);
  expect(code).toBe(0);
  const contenders = result["contenders"] as { name: string; bitsPerByte: { value: number }; fills: object }[];
  expect(contenders).toHaveLength(3);
  const [base, again, ngrams] = contenders;
  expect(again).toEqual(base);
  // The n-grams have seen the very text; random weights know nothing.
  expect(ngrams!.name).toBe("5-gram");
  expect(ngrams!.bitsPerByte.value).toBeLessThan(base!.bitsPerByte.value);
  expect(result).toMatchObject({
    items: 8,
    files: 3,
    metrics: {
      bitsPerByte: base!.bitsPerByte,
      fills: { line: { spots: 4, exact: { value: 0 } }, block: { spots: 4, places: {} } },
    },
  });
  const phases = events("progress").map(({ contender, phase }) => `${String(contender)} ${String(phase)}`);
  expect(new Set(phases)).toContain("5-gram corpus");
  expect(events("progress").at(-1)).toMatchObject({ phase: "fills", done: 8, total: 8, etaSeconds: 0 });

  const fills = (await readFile(out, "utf8")).trimEnd().split("\n");
  expect(fills).toHaveLength(3 * 8);
  const fill = JSON.parse(fills[0]!) as { path: string; line: number; column: number; reference: string; id: string };
  const text = (await readFile(at("suite", fill.path), "utf8")).split("\n")[fill.line - 1]!;
  expect(text.slice(fill.column - 1)).toBe(fill.reference);
  expect(fill).toMatchObject({ contender: base!.name, kind: "line", predictions: [expect.any(String)] });
  expect(fill).toMatchObject({ exact: false, similarity: expect.any(Number), parses: expect.any(Boolean) });
  expect(fill.id).toBe(`${fill.path}:${fill.line}:${fill.column}`);
  expect((await evaluate(...flags)).result).toEqual(result);

  const scored = await run(["score", "--predictions", out, "--references", out, "--json"], environment());
  expect(scored.result["items"]).toBe(8);

  // The functions of a file are alike, so a copy of what a file already says is often right.
  const { result: copying } = await evaluate(...few);
  const { line } = (copying["metrics"] as { fills: { line: { exact: { value: number } } } }).fills;
  expect(line.exact.value).toBeGreaterThan(0);
});

test("shows people a table, and what was left out", async () => {
  const rows = [{ path: "a.py", text: "first = second\n" }, { path: "b.py", text: "def f(:\n" }, { path: "c.py" }];
  await writeFile(at("rows.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
  const { code, stdout, stderr } = await evaluate("--suite", at("rows.jsonl"));
  expect(code).toBe(0);
  expect(stdout).toMatch(/^rows\.jsonl: 2 files, .*\n +tiny.*\nbits per byte +\d+\.\d{3} \(.*\nrest of a line \(1\)\n/);
  expect(stderr).toMatch(/rows\.jsonl:3: "text" is missing\.\n.*b\.py: Line 1 is not valid Python/);
});

test("refuses what it cannot evaluate on in one line", async () => {
  await mkdir(at("empty"));
  const refused = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await evaluate(...args);
    expect([code, stdout]).toEqual([1, ""]);
    return stderr;
  };
  const tasksAlone = await evaluate("--shots", "2");
  expect(tasksAlone).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: Cannot use --shots .*\n$/) });
  expect(await refused("--suite", at("empty"))).toMatch(/^error: .*it holds no Python source.*\n$/);
  expect(await refused("--suite", at("nowhere"))).toMatch(/^error: .*there is no .*nowhere.*\n$/);
  expect(await refused("--base", at("empty"))).toMatch(/^error: .*empty.*\n$/);
  expect(await refused("--adapter", at("empty"))).toMatch(/error: .*adapter_config.*\n$/);
  expect(await refused("--predictions", at("suite", "a.py", "fills.jsonl"))).toMatch(/error: Cannot write .*\n$/);
});

test("stops at Ctrl-C", async () => {
  const running = start(["evaluate", "--base", at("tiny"), "--suite", at("suite"), "--fresh", "--json"], environment());
  await running.says(/"phase":"bits"/);
  running.process.kill("SIGINT");
  const { code, stderr } = await running.done;
  expect([code, stderr]).toEqual([130, "cancelled\n"]);
});
