import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { english, say } from "../../../../extension/core/foundation/words/said.ts";
import { parquetRows } from "../../../../extension/core/dataset/parquet/parquetRows.ts";
import {
  openCompletionTasks,
  type CompletionTask,
} from "../../../../extension/core/evaluation/suites/completionTasks.ts";
import { suiteKind } from "../../../../extension/core/evaluation/suites/suiteKind.ts";
import type { Tasks } from "../../../../extension/core/evaluation/suites/tasks.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-completion-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const fixture = (name: string): string => join(import.meta.dirname, "../../../fixtures/benchmarks", name);
const options = { dataFolder: "" };

async function allOf({ each }: Tasks<CompletionTask>): Promise<CompletionTask[]> {
  const tasks: CompletionTask[] = [];
  for await (const task of each()) tasks.push(task);
  return tasks;
}

test("CrossCodeEval: the text right of the cursor follows, and the best chunk stands next to the file", async () => {
  const opened = await openCompletionTasks(fixture("crosscodeeval.jsonl"), options);
  expect(opened).toMatchObject({ name: "crosscodeeval.jsonl", benchmark: "crosscodeeval", count: 3, problems: [] });
  const [first, ...others] = await allOf(opened);
  expect(first).toEqual({
    id: "project_cc_python/0",
    benchmark: "crosscodeeval",
    repository: "someone-shop-1a2b3c",
    path: "shop/cart.py",
    prefix: "from shop.prices import Price\n\n\ndef total(one, two):\n    return Price.",
    suffix: "\n\ndef other():\n    pass\n",
    context: [
      { path: "shop/tests.py", text: "assert Price.add(1, 2) == 3" },
      { path: "shop/prices.py", text: "class Price:\n    @staticmethod\n    def add(one, two):" },
    ],
    reference: "add(one, two)",
  });
  expect(others.map(({ context }) => context)).toEqual([[], []]);
});

test("RepoBench: imports and code precede the cursor, the row's snippets the file", async () => {
  const opened = await openCompletionTasks(fixture("repobench.parquet"), options);
  expect(opened).toMatchObject({ benchmark: "repobench", count: 3, problems: [] });
  const tasks = await allOf(opened);
  expect(tasks.map(({ id, path }) => [id, path])).toEqual(
    [0, 1, 2].map((number) => [`repobench.parquet:${number + 1}`, `shop/cart${number}.py`]),
  );
  expect(tasks.map(({ context }) => context.map(({ path }) => path))).toEqual([
    ["shop/prices.py", "shop/tax.py"],
    ["shop/prices.py"],
    [],
  ]);
  expect(tasks[0]).toMatchObject({
    repository: "someone/shop",
    prefix: "from shop.prices import Price\nfrom shop.tax import tax\n\n\ndef pay(price):\n    rest = tax(price)\n",
    suffix: "",
    reference: "    return price.amount + rest",
  });
});

test("RepoPeftBench: an assertion to complete; rows without a target are problems", async () => {
  const opened = await openCompletionTasks(fixture("repopeftbench.parquet"), options);
  expect(opened.problems).toEqual([{ where: "repopeftbench.parquet:3", message: say`"${"target"}" is empty.` }]);
  expect(await allOf(opened)).toMatchObject([
    { repository: "someone/shop", path: "tests/test_tax.py", context: [], suffix: "", reference: "2" },
    { reference: "pytest.approx(2.0)" },
  ]);
});

test("the first good row decides the benchmark, and rows of others are problems", async () => {
  const path = join(folder, "mixed.jsonl");
  const rows = (await readFile(fixture("crosscodeeval.jsonl"), "utf8")).split("\n").slice(0, 2);
  const other = JSON.stringify({ repo_id: "a/b", prefix: "assert x == ", target: "1" });
  await writeFile(path, ['{"groundtruth": "x", "metadata": {}}', rows[0], other, rows[1], '{"a": 1}'].join("\n"));
  const { benchmark, count, problems } = await openCompletionTasks(path, options);
  expect([benchmark, count]).toEqual(["crosscodeeval", 2]);
  expect(problems.map(({ where, message }) => [where, english(message).slice(0, 30)])).toEqual([
    ["mixed.jsonl:1", '"prompt" is missing. "metadata'],
    ["mixed.jsonl:3", "The row is of repopeftbench, t"],
    ["mixed.jsonl:5", 'The row has neither "groundtru'],
  ]);
});

test("suiteKind recognizes the three", async () => {
  for (const name of ["crosscodeeval.jsonl", "repobench.parquet", "repopeftbench.parquet"]) {
    expect([name, await suiteKind(fixture(name), options)]).toEqual([name, "completion"]);
  }
});

test("parquetRows reads chosen columns group by group, and says what is wrong with a file", async () => {
  const rows: object[] = [];
  for await (const row of parquetRows(fixture("repobench.parquet"), { columns: ["file_path", "token_num", "none"] })) {
    rows.push(row);
  }
  expect(rows).toEqual(
    [1, 2, 3].map((n) => ({
      where: `repobench.parquet:${n}`,
      object: { file_path: `shop/cart${n - 1}.py`, token_num: 700 },
    })),
  );
  const copy = join(folder, "damaged.parquet");
  await copyFile(fixture("repobench.parquet"), copy);
  await writeFile(copy, (await readFile(copy)).subarray(0, 4000));
  const reading = parquetRows(copy).next();
  await expect(reading).rejects.toMatchObject({ code: "data-format" });
  await expect(suiteKind(copy, options)).rejects.toThrow(/^Cannot read .*damaged\.parquet as Parquet: .*\.$/);
});

test("parquetRows says of damaged columns what is wrong, instead of ending the process", async () => {
  const bytes = await readFile(fixture("repobench.parquet"));
  // The first column has the name of another, and its data are damaged.
  for (const [place, byte] of [
    [5902, 255],
    [6847, 72],
    [2001, 180],
  ] as const)
    bytes[place] = byte;
  const copy = join(folder, "columns.parquet");
  await writeFile(copy, bytes);
  await expect(parquetRows(copy).next()).rejects.toMatchObject({ code: "data-format" });
});
