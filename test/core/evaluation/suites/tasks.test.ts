import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { say } from "../../../../extension/core/foundation/words/said.ts";
import { openExecutionTasks } from "../../../../extension/core/evaluation/suites/executionTasks.ts";
import { openPairTasks } from "../../../../extension/core/evaluation/suites/pairTasks.ts";
import type { Tasks } from "../../../../extension/core/evaluation/suites/tasks.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-tasks-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, rows: readonly unknown[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, rows.map((row) => `${typeof row === "string" ? row : JSON.stringify(row)}\n`).join(""));
  return path;
}

/** All tasks, in their order. */
async function allOf<Task>({ each, ...rest }: Tasks<Task>): Promise<Omit<Tasks<Task>, "each"> & { tasks: Task[] }> {
  const tasks: Task[] = [];
  for await (const task of each()) tasks.push(task);
  expect(tasks).toHaveLength(rest.count);
  return { ...rest, tasks };
}

const places = (problems: readonly { where: string }[]): string[] => problems.map(({ where }) => where);

describe("openPairTasks", () => {
  test("takes ids or places for ids, and lists bad rows with their lines", async () => {
    const path = await file("pairs.jsonl", [
      { id: "a", intent: "add", code: "x + y" },
      { intent: "subtract", code: "x - y", other: 1 },
      { nl: "multiply", cmd: "x * y" },
      { id: "a", intent: "again", code: "x" },
      { id: 4, intent: "divide", code: " " },
      { intent: "only" },
      "not json",
    ]);
    const { name, tasks, problems } = await allOf(await openPairTasks(path, { dataFolder: folder }));
    expect([name, tasks]).toEqual([
      "pairs.jsonl",
      [
        { id: "a", intent: "add", code: "x + y" },
        { id: "pairs.jsonl:2", intent: "subtract", code: "x - y" },
        { id: "pairs.jsonl:3", intent: "multiply", code: "x * y" },
      ],
    ]);
    expect(places(problems)).toEqual([4, 5, 6, 7].map((line) => `pairs.jsonl:${line}`));
  });

  test("a row with a secret is left out, with its line but without the secret; a paper's rows are public", async () => {
    const password = ["tr0ub4dor", "9xQ"].join("&");
    const rows = [
      { intent: "add", code: "x + y" },
      { intent: "log in", code: `PASSWORD = "${password}"` },
      { intent: `connect with password = "${password}"`, code: "connect()" },
    ];
    const { tasks, problems } = await allOf(await openPairTasks(await file("own.jsonl", rows), { dataFolder: folder }));
    expect(tasks.map(({ intent }) => intent)).toEqual(["add"]);
    expect(problems).toEqual(
      [2, 3].map((line) => ({ where: `own.jsonl:${line}`, message: say`The row holds a secret.` })),
    );
    const dataFolder = join(folder, "published");
    await mkdir(join(dataFolder, "conala"), { recursive: true });
    await file("published/conala/test.jsonl", rows);
    expect((await openPairTasks("conala", { dataFolder })).count).toBe(3);
  });

  test("a paper's data set is its test part in the data folder", async () => {
    await mkdir(join(folder, "conala"));
    await file("conala/test.jsonl", [{ id: "conala-1", intent: "add", code: "x + y", split: "test" }]);
    expect(await allOf(await openPairTasks("conala", { dataFolder: folder }))).toMatchObject({
      name: "conala",
      tasks: [{ id: "conala-1" }],
    });
    await expect(openPairTasks("codealpacapy", { dataFolder: folder })).rejects.toMatchObject({ code: "data-missing" });
  });

  test("refuses what is not there and what has no task", async () => {
    await expect(openPairTasks(join(folder, "none.jsonl"), { dataFolder: folder })).rejects.toMatchObject({
      code: "suite-missing",
    });
    const path = await file("empty.jsonl", [{ intent: "x" }]);
    await expect(openPairTasks(path, { dataFolder: folder })).rejects.toMatchObject({
      code: "suite-empty",
      message: expect.stringContaining("empty.jsonl:1"),
    });
  });
});

describe("openExecutionTasks", () => {
  test("HumanEval: the model goes on from the prompt, and check() is called behind", async () => {
    const test = "def check(candidate):\n    assert candidate(1) == 2\n";
    const path = await file("humaneval.jsonl", [
      {
        task_id: "HumanEval/0",
        prompt: "def f(x):\n",
        entry_point: "f",
        canonical_solution: "    return x + 1\n",
        test,
      },
      { task_id: "HumanEval/1", prompt: "def f(x):\n", entry_point: "f" },
    ]);
    const { tasks, problems } = await allOf(await openExecutionTasks(path, { dataFolder: folder }));
    expect(tasks).toEqual([
      {
        id: "HumanEval/0",
        prompt: "def f(x):\n",
        before: "def f(x):\n",
        starter: "",
        checks: { kind: "program", code: `${test}\ncheck(f)\n` },
        difficulty: undefined,
      },
    ]);
    expect(places(problems)).toEqual(["humaneval.jsonl:2"]);
  });

  test("MBPP, whole and sanitized: setup, then the assertions", async () => {
    const path = await file("mbpp.jsonl", [
      {
        task_id: 11,
        text: "Add.",
        code: "…",
        test_list: ["assert f(1) == 2", "assert f(2) == 3"],
        test_setup_code: "a = 1",
      },
      { task_id: 12, prompt: "Sub.", code: "…", test_imports: ["import math"], test_list: ["assert g()"] },
      { task_id: 13, text: "None.", test_list: [] },
      { task_id: 14, test_list: ["assert h()"] },
    ]);
    const { tasks, problems } = await allOf(await openExecutionTasks(path, { dataFolder: folder }));
    const asked = " Your code should pass these tests:\n\n";
    expect(tasks.map(({ id, prompt, checks }) => [id, prompt, checks])).toEqual([
      [
        "11",
        `Add.${asked}assert f(1) == 2\nassert f(2) == 3`,
        { kind: "program", code: "a = 1\nassert f(1) == 2\nassert f(2) == 3\n" },
      ],
      ["12", `Sub.${asked}assert g()`, { kind: "program", code: "import math\nassert g()\n" }],
    ]);
    expect(places(problems)).toEqual(["mbpp.jsonl:3", "mbpp.jsonl:4"]);
  });

  test("APPS: cases from JSON within JSON, by standard input or by function", async () => {
    const cases = (value: object): string => JSON.stringify(value);
    const path = await file("apps.jsonl", [
      { id: 0, question: "Read.", input_output: cases({ inputs: ["1\n"], outputs: ["2\n"] }), difficulty: "interview" },
      {
        problem_id: 1,
        question: "Call.",
        starter_code: "def f(x):",
        input_output: cases({ fn_name: "f", inputs: [[1]], outputs: [[2]] }),
      },
      { id: 2, question: "Broken.", input_output: "{" },
      { id: 3, question: "Uneven.", input_output: cases({ inputs: ["1"], outputs: [] }) },
      { id: 4, question: "Untested.", input_output: "" },
    ]);
    const { tasks, problems } = await allOf(await openExecutionTasks(path, { dataFolder: folder }));
    expect(tasks).toEqual([
      {
        id: "0",
        prompt: "Read.",
        before: "",
        starter: "",
        checks: { kind: "cases", functionName: undefined, inputs: ["1\n"], outputs: ["2\n"] },
        difficulty: "interview",
      },
      {
        id: "1",
        prompt: "Call.",
        before: "",
        starter: "def f(x):",
        checks: { kind: "cases", functionName: "f", inputs: [[1]], outputs: [[2]] },
        difficulty: undefined,
      },
    ]);
    expect(places(problems)).toEqual([3, 4, 5].map((line) => `apps.jsonl:${line}`));
  });

  test("a row of no known kind says which there are", async () => {
    const path = await file("other.jsonl", [{ id: 1, question: "?" }]);
    await expect(openExecutionTasks(path, { dataFolder: folder })).rejects.toMatchObject({
      code: "suite-empty",
      message: expect.stringMatching(/HumanEval.*MBPP.*APPS/),
    });
  });
});
