/** graft study from outside, on a tiny base of random weights. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { writeTinyCheckpoint } from "../core/baseModels/tinyCheckpoint.ts";
import { run, type Outcome } from "./run.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let folder: string;
const at = (...path: string[]): string => join(folder, ...path);
const graft = (...args: string[]): Promise<Outcome> =>
  run(["study", ...args], { GRAFT_HOME: at("home"), GRAFT_DATA: at("data") });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-cli-study-"));
  await writeTinyCheckpoint(at("tiny"));
  const rows = [1, 2, 3].map((n) =>
    JSON.stringify({ id: `t${n}`, intent: `sort the list ${n}`, code: `x.sort(${n})` }),
  );
  await writeFile(at("pairs.jsonl"), rows.join("\n"));
  await mkdir(at("home", "studies"), { recursive: true });
  const study = {
    format: 1,
    title: "Examples?",
    suites: [{ source: "../../pairs.jsonl", examples: "../../pairs.jsonl" }],
    candidates: [
      { name: "none", base: "../../tiny" },
      { name: "nearest", base: "../../tiny", mode: "rag" },
    ],
    decoding: { greedy: true },
  };
  await writeFile(at("home", "studies", "examples.json"), JSON.stringify(study));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a study is listed, planned, run by its name, and exported", async () => {
  expect((await graft("list")).stdout).toMatch(/^examples +Examples\? +2 candidates on 1 suite$/m);
  const path = at("home", "studies", "examples.json");
  const plan = await graft("plan", path, "--json");
  expect(plan.result["runs"]).toMatchObject([
    { candidateName: "none", done: 0, tasks: 3 },
    { candidateName: "nearest" },
  ]);
  const ran = await graft("run", "examples", "--json");
  expect(ran.code).toBe(0);
  expect(ran.result).toMatchObject({
    failures: [],
    suites: [{ suite: "pairs.jsonl", rows: [{ candidate: "none" }, {}] }],
  });
  expect(ran.events("progress").some(({ phase }) => phase === "predicting")).toBe(true);
  const table = await graft("export", "examples", "--format", "csv", "--out", at("table.csv"));
  expect([table.code, (await readFile(at("table.csv"), "utf8")).split("\n")[1]]).toEqual([
    0,
    expect.stringMatching(/^pairs\.jsonl,graft,none,42,3,/),
  ]);
  const differing = await graft("differences", "examples", "nearest", "none", "--measure", "chrf", "--json");
  expect(differing.result).toMatchObject({ suite: "pairs.jsonl", measure: "chrf", candidates: ["nearest", "none"] });
  const { won, lost, tied } = differing.result as Record<"won" | "lost" | "tied", number>;
  expect(won + lost + tied).toBe(3);
  const drawn = await graft("differences", "examples", "nearest", "none", "--out", at("differences.svg"));
  expect(drawn.stdout).toMatch(/^pairs\.jsonl, graft, EM@1\nnearest minus none: won \d, lost \d, tied \d of 3 tasks\./);
  expect(await readFile(at("differences.svg"), "utf8")).toMatch(/^<svg .*nearest minus none/);
  const unknown = await graft("differences", "examples", "nearest", "nobody");
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("There are: none; nearest.")]);
  expect((await graft("export", "examples", "--out", at("out"))).code).toBe(0);
  const again = await graft("run", at("out", "study.json"));
  expect(again.stdout).toContain("2 of 2 exported runs have equal scores here.");
});

test("runs say what they were made of, are deleted and restored, and taken from an export", async () => {
  const runs = (...args: string[]): Promise<Outcome> => run(["runs", ...args], { GRAFT_HOME: at("home") });
  const history = (await graft("history", "examples", "--json")).result["history"] as {
    id: string;
    candidate: string;
    changed: string[];
    facts: { name: string; value: string }[];
  }[];
  expect(history.map(({ candidate, changed }) => [candidate, changed])).toEqual([
    ["nearest", []],
    ["none", []],
  ]);
  const [{ id, facts }] = history as [(typeof history)[number]];
  expect((await runs("show", id, "--json")).result["facts"]).toEqual(facts);
  expect((await runs("show", id)).stdout).toMatch(/hash of the suite +[0-9a-f]{64}\n/);
  expect((await runs("delete", id)).stdout).toContain(`graft runs restore ${id}`);
  expect((await runs("show", id)).code).toBe(1);
  expect((await runs("import", at("out"))).stdout).toContain("1 imported, 1 known, 0 refused.");
  expect((await graft("plan", "examples")).stdout).toContain("3, finished");
  expect((await runs("restore", id)).stderr).toContain("evaluated again");

  // Another row of the suite makes another run; the old one stays listed.
  const suite = await readFile(at("pairs.jsonl"), "utf8");
  await writeFile(at("pairs.jsonl"), `${suite}\n${JSON.stringify({ id: "t4", intent: "sort", code: "x" })}`);
  const changed = await graft("history", "examples");
  expect(changed.stdout.split("\n")).toEqual([
    expect.stringMatching(/other suite, examples; EM@1/),
    expect.stringMatching(/other suite; EM@1/),
    "",
  ]);
  await writeFile(at("pairs.jsonl"), suite);
});

test("a study that cannot be finished says so with its exit code, and what is wrong in one line", async () => {
  const study = { format: 1, title: "Gone", suites: [{ source: "gone.jsonl" }], candidates: [{ base: "./tiny" }] };
  await writeFile(at("gone.json"), JSON.stringify(study));
  const { code, stdout } = await graft("run", at("gone.json"));
  expect([code, stdout]).toEqual([1, expect.stringMatching(/Not evaluated: .*gone\.jsonl/)]);
  expect((await graft("run", "nothing")).stderr).toMatch(/^error: Cannot read the study .*graft study list.*\n$/);
  expect(await graft("export", "examples")).toMatchObject({ code: 2, stderr: expect.stringContaining("--out") });
});

test("the paper's questions are written about the data that is here", async () => {
  const { code, stderr } = await graft("new", "paper", "--out", at("paper.json"));
  expect([code, stderr]).toEqual([0, expect.stringContaining("graft data codealpacapy")]);
  const { suites, candidates } = JSON.parse(await readFile(at("paper.json"), "utf8")) as Record<string, unknown>;
  expect(candidates).toContainEqual({ name: "zero-shot" });
  expect(suites).toEqual([{ source: "conala" }]);
  expect((await graft("new", "paper", "--out", at("paper.json"))).stderr).toMatch(/there is such a file/);
  expect((await graft("new", "paper", "--base", "mine", "--out", at("of-mine.json"))).code).toBe(0);
  expect(await readFile(at("of-mine.json"), "utf8")).toMatch(/"zero-shot",\s+"base": "mine"/);
  for (const option of ["--adapter", "--suite"]) {
    const { code, stderr } = await graft("new", "paper", option, "x", "--out", at("idle.json"));
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${option} has no effect`)]);
  }
  expect((await graft("new", "adapter", "--out", at("a.json"))).code).toBe(2);
});

test("an adapter is compared with the repository only where tasks have one", async () => {
  const candidates = async (suite: string, name: string): Promise<number> => {
    const asked = ["--adapter", at("sql"), "--suite", suite, "--out", at(name)];
    expect((await graft("new", "adapter", ...asked)).code).toBe(0);
    return (JSON.parse(await readFile(at(name), "utf8")) as { candidates: unknown[] }).candidates.length;
  };
  await writeFile(at("code.py"), "x = 1\n");
  expect(await candidates(at("code.py"), "of-code.json")).toBe(4);
  expect(await candidates(at("pairs.jsonl"), "of-pairs.json")).toBe(2);
});
