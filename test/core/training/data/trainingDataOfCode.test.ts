import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { epochOrder } from "../../../../extension/core/dataset/epochOrder.ts";
import { perEpoch, type Sequences } from "../../../../extension/core/dataset/sequence.ts";
import type { Encoders } from "../../../../extension/core/training/data/trainingData.ts";
import { sequenceOf } from "../loop/fakeStep.ts";
import { texts, trainingDataBed } from "./trainingDataBed.ts";

const bed = trainingDataBed();
const { put, opened } = bed;

describe("openTrainingData of source code", () => {
  const project = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(bed.folder, "project", name, ".."), { recursive: true });
      await writeFile(join(bed.folder, "project", name), text);
    }
  };
  const functions = (name: string): string =>
    Array.from({ length: 40 }, (_, i) => `def ${name}_${i}(x):\n    return x + ${i}\n\n\n`).join("");

  test("holds out whole files of source code: no piece of one is trained on", async () => {
    const names = Array.from({ length: 20 }, (_, i) => `file${String.fromCodePoint(97 + i)}`);
    await project(Object.fromEntries(names.map((name) => [`${name}.py`, functions(name)])));
    const data = await opened({ data: [join(bed.folder, "project")], validation: "0.2" });
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
    const data = await opened({ data: [join(bed.folder, "project")], validation: "0.1" });
    expect(bed.warnings).toEqual(["project: only 1 of 3 files held out for validation; their loss is not reliable."]);
    data.release();
    await expect(opened({ data: [join(bed.folder, "project/a.py")], validation: "0.1" })).rejects.toMatchObject({
      code: "data-too-small",
      message: expect.stringMatching(/none of its files \(1\) would be left/),
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
    const data = await opened({ data: [join(bed.folder, "project")] });
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
    expect(bed.warnings).toContain("settings.py: The file contains a secret in line 2.");
    expect(data.problems).toEqual({ count: 0 });
    data.release();
  });

  test("trains once on each file of nested folders", async () => {
    await project({ "a.py": "a = 1\n", "inner/b.py": "b = 1\n" });
    const [outer, inner] = [join(bed.folder, "project"), join(bed.folder, "project/inner")];
    const data = await opened({ data: [outer, inner, outer] });
    expect(data.parts.map(({ name, examples }) => [name, examples])).toEqual([
      ["project", 1],
      ["inner", 1],
    ]);
    expect(data.training.length).toBe(2);
    data.release();
  });

  test("turns a share of source code into infilling examples, but no rows", async () => {
    const code = Array.from({ length: 80 }, (_, i) => `def function_${i}(x):\n    return x + ${i}\n\n\n`).join("");
    await writeFile(join(bed.folder, "code.py"), code);
    const rows = await put("rows.jsonl", [{ text: code }]);
    const gapsOf = async (source: string, fillShare: number): Promise<number> => {
      const data = await opened({ data: [source] }, { fillShare });
      const count = texts(data.training).filter((text) => text.includes("<mid>")).length;
      data.release();
      return count;
    };
    const [none, some, all] = [
      await gapsOf(join(bed.folder, "code.py"), 0),
      await gapsOf(join(bed.folder, "code.py"), 0.5),
      await gapsOf(join(bed.folder, "code.py"), 1),
    ];
    expect(none).toBe(0);
    expect(some).toBeGreaterThan(0);
    expect(all).toBeGreaterThan(some);
    expect(await gapsOf(rows, 1)).toBe(0);
  });

  test("keeps variants of the requests in source code for its epochs, one for validation, and repeats rows", async () => {
    const folderOfCode = join(bed.folder, "code");
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
    const [trained, held] = [join(bed.folder, "trained"), join(bed.folder, "held")];
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
});
