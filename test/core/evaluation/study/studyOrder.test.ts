import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readStudy } from "../../../../extension/core/evaluation/study/studyFile.ts";
import {
  keysOf,
  movedRun,
  orderOf,
  strangersIn,
  writeOrder,
} from "../../../../extension/core/evaluation/study/studyOrder.ts";

let folder: string;
const at = (...path: string[]): string => join(folder, ...path);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-order-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const runs = [
  { suite: 0, candidate: 0, seed: 42 },
  { suite: 0, candidate: 1, seed: 1 },
  { suite: 0, candidate: 1, seed: 2 },
  { suite: 1, candidate: 0, seed: 42 },
];

test("orderOf follows the file; what the file lacks comes last, suite by suite, and what it has too much is nothing", () => {
  expect(orderOf(runs)).toEqual([0, 1, 2, 3]);
  expect(orderOf([runs[3]!, runs[0]!])).toEqual([1, 0]);
  const asked: [number, number, number][] = [
    [1, 0, 42],
    [9, 9, 9],
    [0, 1, 2],
  ];
  expect(orderOf(runs, asked)).toEqual([3, 2, 0, 1]);
  expect(orderOf(runs, keysOf(runs, [2, 0, 3, 1]))).toEqual([2, 0, 3, 1]);
});

test("strangersIn finds the entries that name no suite or no candidate", () => {
  const parts = { suites: [{ source: "a" }], candidates: [{}, {}] };
  expect(strangersIn(parts)).toEqual([]);
  const order: [number, number, number][] = [
    [0, 1, 9],
    [1, 0, 42],
    [0, 2, 42],
  ];
  expect(strangersIn({ ...parts, order })).toEqual(order.slice(1));
});

test.each([
  ["up by one", 3, -1, [4, 0, 1, 3, 2]],
  ["down past one that has had its turn", 1, 1, [4, 0, 2, 1, 3]],
  ["up past one that is fixed, into the place before it", 2, -9, [2, 0, 4, 1, 3]],
  ["to the end at most", 4, 9, [1, 0, 2, 3, 4]],
  ["not over the beginning", 4, -1, undefined],
  ["not one that is fixed", 0, 1, undefined],
  ["not one that is none", 7, 1, undefined],
])("movedRun: %s", (_, run, by, expected) => {
  // The second of the order has had its turn.
  expect(movedRun([4, 0, 1, 2, 3], (each) => each > 0, run, by)).toEqual(expected);
});

test("writeOrder changes the order only: paths stay as they were written, and no text is touched", async () => {
  const study = {
    format: 1,
    title: "[\n  0,\n  1,\n  2\n]",
    suites: [{ source: "pairs.jsonl" }],
    candidates: [{ name: "a [ 1, 2, 3 ]" }, {}],
    order: [[0, 0, 42]],
  };
  // Some editors begin a file with a byte order mark.
  await writeFile(at("a.json"), `\uFEFF${JSON.stringify(study)}`);
  await writeOrder(at("a.json"), [
    [0, 1, 42],
    [0, 0, -1],
  ]);
  const text = await readFile(at("a.json"), "utf8");
  expect(text).toContain("\n    [0, 1, 42],\n    [0, 0, -1]\n");
  const order = [
    [0, 1, 42],
    [0, 0, -1],
  ];
  expect(JSON.parse(text)).toEqual({ ...study, order });
  expect((await readStudy(at("a.json"))).order).toEqual(order);
  await writeFile(at("broken.json"), "{");
  await expect(writeOrder(at("broken.json"), [])).rejects.toMatchObject({ code: "study-invalid" });
  expect(await readFile(at("broken.json"), "utf8")).toBe("{");
});
