import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silentLog, type Log } from "../../../../extension/core/foundation/log.ts";
import { epochOrder } from "../../../../extension/core/dataset/epochOrder.ts";
import { perEpoch, toSequences, type Sequences } from "../../../../extension/core/dataset/sequence.ts";
import {
  openTrainingData,
  type Encoders,
  type NewTrainingData,
} from "../../../../extension/core/training/data/trainingData.ts";
import type { TrainOptions } from "../../../../extension/core/training/request.ts";
import { characters, shown } from "../../completion/fakes.ts";
import { sequenceOf } from "../loop/fakeStep.ts";

const run = promisify(execFile);

let folder: string;
let warnings: string[];
const log: Log = { ...silentLog, warn: (message) => void warnings.push(message) };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-training-data-"));
  warnings = [];
});
afterEach(() => rm(folder, { recursive: true }));

async function put(name: string, rows: readonly object[]): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
}

const pairs = (count: number, from = 0): object[] =>
  Array.from({ length: count }, (_, i) => ({ intent: `add ${from + i}`, code: `x + ${from + i}` }));

async function opened(
  options: Partial<TrainOptions>,
  {
    signal,
    fillShare = 0.5,
    requestsOf,
  }: { signal?: AbortSignal; fillShare?: number } & Pick<Encoders, "requestsOf"> = {},
): Promise<NewTrainingData> {
  const all = { base: "", home: "", embedded: "", out: "", data: [], dataFolder: join(folder, "papers"), ...options };
  return await openTrainingData(
    all,
    { seed: 42, fillShare, maxLength: 200 },
    { sequencesOf: (example) => toSequences(example, characters, 200), ...(requestsOf && { requestsOf }) },
    folder,
    { log, signal },
  );
}

const texts = (sequences: Sequences): string[] =>
  Array.from({ length: sequences.length }, (_, i) => shown(sequences.at(i)!.ids));

describe("openTrainingData", () => {
  test("concatenates several data sets, and reports the share of each", async () => {
    const data = await opened({ data: [await put("a.jsonl", pairs(3)), await put("b.jsonl", pairs(1, 50))] });
    expect(texts(data.training).map((text) => /add \d+/.exec(text)?.[0])).toEqual([
      "add 0",
      "add 1",
      "add 2",
      "add 50",
    ]);
    const [a, b] = data.parts;
    expect([a, b]).toMatchObject([
      { name: "a.jsonl", examples: 3 },
      { name: "b.jsonl", examples: 1 },
    ]);
    expect(a!.tokens + b!.tokens).toBe(data.training.tokens);
    expect(b!.tokens).toBe(data.training.at(3)!.ids.length);
    data.release();
    expect((await readdir(folder)).sort()).toEqual(["a.jsonl", "b.jsonl"]);
  });

  test("validates joined data sets of the paper on all their validation parts", async () => {
    for (const [name, from] of [
      ["conala", 0],
      ["codealpacapy", 100],
    ] as const) {
      await put(`papers/${name}/train.jsonl`, pairs(4, from));
      await put(`papers/${name}/validation.jsonl`, pairs(2, from + 50));
    }
    const data = await opened({ data: ["conala", "codealpacapy"] });
    expect(data.training.length).toBe(8);
    expect(texts(data.validation).map((text) => /add \d+/.exec(text)?.[0])).toEqual([
      "add 50",
      "add 51",
      "add 150",
      "add 151",
    ]);
    expect(warnings).toEqual([]);
    data.release();
  });

  test("holds out a part that shares no content with the rest, the same each time", async () => {
    const rows = [...pairs(60), ...pairs(60), ...pairs(40)];
    const source = await put("twins.jsonl", rows);
    const data = await opened({ data: [source], validation: "0.2" });
    const [training, validation] = [texts(data.training), texts(data.validation)];
    expect(training.length + validation.length).toBe(rows.length);
    expect(validation.length).toBeGreaterThanOrEqual(32);
    expect(validation.length).toBeLessThan(38);
    expect(training.filter((text) => validation.includes(text))).toEqual([]);
    data.release();
    const again = await opened({ data: [source], validation: "0.2" });
    expect(texts(again.validation)).toEqual(validation);
    again.release();
  });

  const project = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder, "project", name, ".."), { recursive: true });
      await writeFile(join(folder, "project", name), text);
    }
  };
  const functions = (name: string): string =>
    Array.from({ length: 40 }, (_, i) => `def ${name}_${i}(x):\n    return x + ${i}\n\n\n`).join("");

  test("holds out whole files of source code: no piece of one is trained on", async () => {
    const names = Array.from({ length: 20 }, (_, i) => `file${String.fromCodePoint(97 + i)}`);
    await project(Object.fromEntries(names.map((name) => [`${name}.py`, functions(name)])));
    const data = await opened({ data: [join(folder, "project")], validation: "0.2" });
    const namesIn = (sequences: Sequences): Set<string> =>
      new Set(texts(sequences).flatMap((text) => [...text.matchAll(/def (file[a-z])_\d/g)].map((match) => match[1]!)));
    const [trained, held] = [namesIn(data.training), namesIn(data.validation)];
    expect(held.size).toBe(4);
    expect([...trained].filter((name) => held.has(name))).toEqual([]);
    expect(trained.size + held.size).toBe(20);
    data.release();
  });

  test("warns that few files were held out, and refuses to split one file", async () => {
    await project({ "a.py": "a = 1\n", "b.py": "b = 1\n", "c.py": "c = 1\n" });
    const data = await opened({ data: [join(folder, "project")], validation: "0.1" });
    expect(warnings).toEqual(["project: only 1 of 3 files held out for validation; their loss is not reliable."]);
    data.release();
    await expect(opened({ data: [join(folder, "project/a.py")], validation: "0.1" })).rejects.toMatchObject({
      code: "data-too-small",
      message: expect.stringMatching(/none of its 1 files would be left/),
    });
  });

  test("trains on no secrets, and lists each skipped file with its reason", async () => {
    await project({
      ".gitignore": "secrets_local.py\n",
      "secrets_local.py": 'PASSWORD = "tr0ub4dor"\n',
      "settings.py": 'import os\nDB_PASSWORD = "c0rrecth0rse"\n',
      "env/pyvenv.cfg": "",
      "env/x.py": "installed = 1\n",
      "good.py": "good = 1\n",
      "copy_of_good.py": "good = 1\n",
      "half.py": "def half(:\n",
      "x_pb2.py": "x = 1\n",
    });
    const data = await opened({ data: [join(folder, "project")] });
    expect(texts(data.training).join("")).toContain("good = 1");
    expect(texts(data.training).join("")).not.toMatch(/tr0ub4dor|c0rrecth0rse|installed|half/);
    expect(data.parts[0]!.skipped.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: "env/", reason: "environment" },
      { path: "good.py", reason: "duplicate" },
      { path: "half.py", reason: "unparsable" },
      { path: "secrets_local.py", reason: "ignored" },
      { path: "settings.py", reason: "secret" },
      { path: "x_pb2.py", reason: "generated" },
    ]);
    expect(warnings).toContain("settings.py: The file contains a secret in line 2.");
    expect(data.problems).toEqual({ count: 0, first: "" });
    data.release();
  });

  test("trains once on each file of nested folders", async () => {
    await project({ "a.py": "a = 1\n", "inner/b.py": "b = 1\n" });
    const [outer, inner] = [join(folder, "project"), join(folder, "project/inner")];
    const data = await opened({ data: [outer, inner, outer] });
    expect(data.parts.map(({ name, examples }) => [name, examples])).toEqual([
      ["project", 1],
      ["inner", 1],
    ]);
    expect(data.training.length).toBe(2);
    data.release();
  });

  test("uses a given validation set unchanged, and warns how much of it is trained on", async () => {
    const data = await opened({
      data: [await put("train.jsonl", pairs(10))],
      validation: await put("held.jsonl", pairs(4, 7)),
    });
    expect(data.validation.length).toBe(4);
    expect(warnings).toEqual([
      expect.stringMatching(/held\.jsonl: 3 of 4 validation examples are also in the training data/),
    ]);
    data.release();
  });

  test("turns a share of source code into infilling examples, but no rows", async () => {
    const code = Array.from({ length: 80 }, (_, i) => `def function_${i}(x):\n    return x + ${i}\n\n\n`).join("");
    await writeFile(join(folder, "code.py"), code);
    const rows = await put("rows.jsonl", [{ text: code }]);
    const gapsOf = async (source: string, fillShare: number): Promise<number> => {
      const data = await opened({ data: [source] }, { fillShare });
      const count = texts(data.training).filter((text) => text.includes("<mid>")).length;
      data.release();
      return count;
    };
    const [none, some, all] = [
      await gapsOf(join(folder, "code.py"), 0),
      await gapsOf(join(folder, "code.py"), 0.5),
      await gapsOf(join(folder, "code.py"), 1),
    ];
    expect(none).toBe(0);
    expect(some).toBeGreaterThan(0);
    expect(all).toBeGreaterThan(some);
    expect(await gapsOf(rows, 1)).toBe(0);
  });

  test("keeps variants of the requests in source code for its epochs, one for validation, and repeats rows", async () => {
    const folderOfCode = join(folder, "code");
    await mkdir(folderOfCode);
    for (let i = 0; i < 10; i++) await writeFile(join(folderOfCode, `${i}.py`), `x = ${i}\n`);
    const asked: (string | undefined)[] = [];
    const requestsOf: Encoders["requestsOf"] = ({ path, text }, _, drawings) => {
      asked.push(path);
      return [Array.from({ length: drawings }, (__, i) => sequenceOf(i, text.charCodeAt(4)))];
    };
    const rows = await put("rows.jsonl", [{ text: "abc" }]);
    const data = await opened({ data: [folderOfCode, rows], validation: "0.3" }, { requestsOf });
    const { training, validation, parts } = data;
    expect(asked).toEqual(Array.from({ length: 10 }, (_, i) => `${i}.py`));
    expect(perEpoch(training) + validation.length).toBe(11);
    expect(training.length).toBe(19 * perEpoch(training)); // 200 variants of 11 examples.
    const order = epochOrder(training, { batchSize: 100, seed: 1, shuffle: false });
    const ofEpoch = (epoch: number): number[] => order.sequencesOf(epoch).map(({ ids }) => ids[0]!);
    const files = perEpoch(training) - 1;
    for (const epoch of [0, 1, 18, 19]) expect(ofEpoch(epoch).slice(0, files)).toEqual(Array(files).fill(epoch % 19));
    expect(ofEpoch(0).at(-1)).toBe(ofEpoch(2).at(-1));
    expect(parts.map(({ tokens }) => tokens)).toEqual([2 * files, expect.any(Number)]);
    expect(Number.isInteger(parts[1]!.tokens)).toBe(true);
    data.release();
  });

  test("a folder to validate on becomes requests, too, one variant each", async () => {
    const [trained, held] = [join(folder, "trained"), join(folder, "held")];
    for (const [i, at] of [trained, held].entries()) {
      await mkdir(at);
      await writeFile(join(at, "a.py"), `x = ${i}\n`);
    }
    const requestsOf: Encoders["requestsOf"] = (_, __, drawings) => [
      Array.from({ length: drawings }, () => sequenceOf(7, drawings)),
    ];
    const data = await opened({ data: [trained], validation: held }, { requestsOf });
    expect(data.validation.length).toBe(1);
    expect(data.validation.at(0)!.ids).toEqual(sequenceOf(7, 1).ids);
    data.release();
  });

  test("logs the first problems of a bad file and the number of the others, and keeps the good rows", async () => {
    const rows = Array.from({ length: 500 }, (_, i) => (i % 2 === 0 ? { text: `x = ${i}` } : { txt: "" }));
    const data = await opened({ data: [await put("half.jsonl", rows)] });
    expect(data.training.length).toBe(250);
    expect(warnings).toHaveLength(11);
    expect(warnings[0]).toMatch(/^half\.jsonl:2: The row has txt/);
    expect(warnings[10]).toBe("half.jsonl: 240 more entries were left out.");
    data.release();
  });

  test.each<[string, () => Promise<Partial<TrainOptions>>, string, RegExp]>([
    [
      "no good row",
      async () => ({ data: [await put("bad.jsonl", [{}, {}])] }),
      "data-empty",
      /All 2 entries.*bad\.jsonl:1/,
    ],
    ["an empty file", async () => ({ data: [await put("empty.jsonl", [])] }), "data-empty", /contains no examples\.$/],
    [
      "an empty one among several",
      async () => ({ data: [await put("a.jsonl", pairs(2)), await put("empty.jsonl", [])] }),
      "data-empty",
      /empty\.jsonl/,
    ],
    [
      "too little to hold out from",
      async () => ({ data: [await put("one.jsonl", pairs(1))], validation: "0.1" }),
      "data-too-small",
      /none of its 1 examples would be left/,
    ],
    [
      "a fraction of more than all",
      async () => ({ data: [await put("a.jsonl", pairs(2))], validation: "1.5" }),
      "validation-invalid",
      /1\.5/,
    ],
  ])("refuses %s, and leaves no files", async (_, options, code, message) => {
    await expect(opened(await options())).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect((await readdir(folder)).filter((name) => !name.endsWith(".jsonl"))).toEqual([]);
  });

  test(
    "reads, splits and trains on 100,000 rows in a heap that could not hold them",
    { timeout: 120_000 },
    async () => {
      const path = join(folder, "many.jsonl");
      await pipeline(function* () {
        for (let i = 0; i < 100_000; i++) yield `{"intent":"add the number ${i} to x","code":"x = x + ${i}"}\n`;
      }, createWriteStream(path));
      const script = join(import.meta.dirname, "smallHeap.ts");
      // Ten rows need about 12 MB. The tokens of all alone would take 75.
      const { stdout } = await run(process.execPath, ["--max-old-space-size=32", script, path, folder]);
      const { training, validation, steps } = JSON.parse(stdout) as Record<string, number>;
      expect(training! + validation!).toBe(100_000);
      expect(validation).toBeGreaterThanOrEqual(1000);
      expect(steps).toBe(1000);
    },
  );

  test("leaves nothing behind when cancelled", async () => {
    const data = [await put("a.jsonl", pairs(2))];
    await expect(opened({ data }, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
    const controller = new AbortController();
    const reading = opened({ data: [await put("b.jsonl", pairs(20_000))] }, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
    expect((await readdir(folder)).sort()).toEqual(["a.jsonl", "b.jsonl"]);
  });
});
