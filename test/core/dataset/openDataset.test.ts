import { chmod, mkdir, mkdtemp, open, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Example, Problem } from "../../../extension/core/dataset/example.ts";
import { openDataset } from "../../../extension/core/dataset/openDataset.ts";
import type { Split } from "../../../extension/core/dataset/paperDatasets.ts";
import { countPythonFiles } from "../../../extension/core/sources/pythonFiles.ts";
import { needs } from "../../needs.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-dataset-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

interface Read {
  name: string;
  examples: Example[];
  problems: Problem[];
}

async function load(source: string, split: Split = "train"): Promise<Read> {
  const dataset = await openDataset(source, { dataFolder: join(folder, "data"), split });
  const read: Read = { name: dataset.name, examples: [], problems: [] };
  for await (const entry of dataset.examples()) {
    if ("kind" in entry) read.examples.push(entry);
    else read.problems.push(entry);
  }
  return read;
}

describe("openDataset of a .jsonl file", () => {
  test("reads pairs, texts and infilling examples, and ignores other fields", async () => {
    const rows = [
      { id: 1, intent: "add", code: "a + b", split: "train" },
      { text: "x = 1\n" },
      { prefix: "", suffix: ")", middle: "print(" },
    ];
    const dataset = await load(
      await put("three.jsonl", `\ufeff${rows.map((row) => JSON.stringify(row)).join("\r\n")}`),
    );
    expect(dataset).toEqual({
      name: "three.jsonl",
      examples: [
        { kind: "pair", intent: "add", code: "a + b" },
        { kind: "text", text: "x = 1\n" },
        { kind: "fill", prefix: "", suffix: ")", middle: "print(" },
      ],
      problems: [],
    });
  });

  test("leaves out rows with a secret, wherever it stands", async () => {
    const rows = [
      { intent: "connect", code: 'connect(password="Tr0ub4dor&3xyz")' },
      { intent: "log in with postgres://bob:Tr0ub4dor%40xyz@db/prod", code: "connect(url)" },
      { text: 'PASSWORD = "Tr0ub4dor&3xyz"\n' },
      { prefix: "connect(password=", middle: '"Tr0ub4dor&3xyz"', suffix: ")" },
      { intent: "connect", code: 'connect(password=environ["PASSWORD"])' },
    ];
    const { examples, problems } = await load(
      await put("secret.jsonl", rows.map((row) => JSON.stringify(row)).join("\n")),
    );
    expect(problems).toEqual(
      [1, 2, 3, 4].map((line) => ({ where: `secret.jsonl:${line}`, message: "The row holds a secret." })),
    );
    expect(examples).toHaveLength(1);
  });

  test("lists each bad row with its line, and keeps the good ones", async () => {
    const lines = [
      '{"intent": "a", "code": "b"}',
      "",
      '{"intent": "a"}',
      '{"intent": null, "code": "b"}',
      '{"intent": "a", "code": "  "}',
      "{broken",
      "[1]",
      '{"answer": 42}',
      '{"prefix": "a", "middle": "b"}',
    ];
    const bytes = Buffer.concat([Buffer.from(`${lines.join("\n")}\n`), Buffer.from([0x22, 0xff, 0x22])]);
    const { examples, problems } = await load(await put("rows.jsonl", bytes));
    expect(examples).toHaveLength(1);
    expect(problems).toEqual([
      { where: "rows.jsonl:3", message: '"code" is missing.' },
      { where: "rows.jsonl:4", message: '"intent" is not a string.' },
      { where: "rows.jsonl:5", message: '"code" is empty.' },
      { where: "rows.jsonl:6", message: expect.stringContaining("not valid JSON") },
      { where: "rows.jsonl:7", message: "The line is not a JSON object." },
      { where: "rows.jsonl:8", message: expect.stringContaining("neither") },
      { where: "rows.jsonl:9", message: '"suffix" is missing.' },
      { where: "rows.jsonl:10", message: "The line is not valid UTF-8." },
    ]);
  });

  test("reports a row that is too long for memory by its size, and reads the rows around it", async () => {
    const path = join(folder, "huge.jsonl");
    const file = await open(path, "w");
    await file.write('{"text": "before"}\n{"text": "');
    for (let i = 0; i < 100; i++) await file.write("x".repeat(1 << 20));
    await file.write('"}\r\n{"text": "after"}\n');
    await file.close();
    const before = process.memoryUsage().rss;
    const { examples, problems } = await load(path);
    expect(examples).toEqual([
      { kind: "text", text: "before" },
      { kind: "text", text: "after" },
    ]);
    expect(problems).toEqual([
      { where: "huge.jsonl:2", message: expect.stringContaining("104857613 bytes, the limit is 1048576") },
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(60e6);
  });

  test("uses the last value of a repeated field, as is usual in JSON", async () => {
    const { examples } = await load(await put("twice.jsonl", '{"text": "a", "text": "b"}'));
    expect(examples).toEqual([{ kind: "text", text: "b" }]);
  });

  test.each([
    ["null", "The line is not a JSON object."],
    ['"text"', "The line is not a JSON object."],
    ["{}", /no field, but neither/],
    ['{"prompt": "a", "completion": "b"}', /The row has prompt, completion, but neither "intent" and "code"/],
    ['{"text": 7}', '"text" is not a string.'],
    ['{"text": ["a"]}', '"text" is not a string.'],
    ['{"intent": {}, "code": false}', '"intent" is not a string. "code" is not a string.'],
    ['{"prefix": "", "suffix": "", "middle": " "}', '"middle" is empty.'],
    ['{"text": "a"} {"text": "b"}', /not valid JSON/],
    ['{"text": "a",}', /not valid JSON/],
    ['{"text": "a\u0000b"', /not valid JSON/],
  ])("says what is wrong with %s", async (row, message) => {
    const { examples, problems } = await load(await put("odd.jsonl", `{"text": "good"}\r\n${row}\r\n`));
    expect(examples).toHaveLength(1);
    expect(problems).toEqual([
      { where: "odd.jsonl:2", message: typeof message === "string" ? message : expect.stringMatching(message) },
    ]);
  });

  test("reads any bytes without failing, and returns every good row among them", async () => {
    const good = fc.record({ text: fc.string({ minLength: 1 }).filter((text) => text.trim() !== "") });
    const junk = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x0a)));
    const row = good.map((value) => Buffer.from(JSON.stringify(value)));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(row, junk), { minLength: 1, maxLength: 20 }), async (lines) => {
        const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
        const { examples, problems } = await load(await put("any.jsonl", bytes));
        const wanted = lines.filter((line) => line.includes('{"text":'));
        expect(examples).toEqual(wanted.map((line) => ({ kind: "text", ...JSON.parse(line.toString()) })));
        expect(examples.length + problems.length).toBeLessThanOrEqual(lines.length);
      }),
      { numRuns: 60 },
    );
  });

  test("an empty file contains nothing", async () => {
    expect(await load(await put("empty.jsonl", ""))).toEqual({ name: "empty.jsonl", examples: [], problems: [] });
    expect(await load(await put("blank.jsonl", "\ufeff\r\n \n"))).toMatchObject({ examples: [], problems: [] });
  });

  test("can be read again, from the start", async () => {
    const path = await put("again.jsonl", '{"text": "a"}\n{"text": "b"}\n');
    const { examples } = await openDataset(path, { dataFolder: folder });
    for await (const _ of examples()) break;
    let count = 0;
    for await (const _ of examples()) count++;
    expect(count).toBe(2);
  });
});

describe("openDataset of Python sources", () => {
  test("takes the author's files, in the order of paths", async () => {
    await put("project/b.py", "b = 1\r\nc = 2\r\n");
    await put("project/a/deep.py", "\ufeffdeep = True\n");
    await put("project/notes.txt", "text");
    for (const foreign of [
      ".git/x.py",
      ".hidden.py",
      "venv/x.py",
      "my-env/pyvenv.cfg",
      "my-env/x.py",
      "node_modules/x.py",
      "lib/site-packages/x.py",
      "__pycache__/x.py",
      "build/x.py",
      "graft.egg-info/x.py",
    ]) {
      await put(`project/${foreign}`, `foreign = "${foreign}"\n`);
    }
    await symlink(join(folder, "project"), join(folder, "project/circle"));
    const dataset = await load(join(folder, "project"));
    expect(dataset).toEqual({
      name: "project",
      examples: [
        { kind: "text", text: "deep = True\n", path: "a/deep.py" },
        { kind: "text", text: "b = 1\nc = 2\n", path: "b.py" },
      ],
      problems: [],
    });
    expect(await countPythonFiles(join(folder, "project"))).toBe(2);
  });

  test.each<[string, string, string | Uint8Array, RegExp]>([
    ["a binary file", "x.py", "a\0b", /binary/],
    ["a file that is not UTF-8", "x.py", Uint8Array.of(0x61, 0xe9, 0x0a), /not valid UTF-8/],
    ["an empty file", "x.py", " \n", /empty/],
    ["a huge file", "x.py", "x = 1\n".repeat(90_000), /too large: 540000 bytes; the limit is 524288/],
    ["a generated file", "x.py", "# Generated by the protocol buffer compiler.  DO NOT EDIT!\nx = 1\n", /generated/],
    ["a file generated by its name", "x_pb2.py", "x = 1\n", /generated/],
    ["a file of data", "x.py", `x = "${"a".repeat(2000)}"\n`, /too long/],
  ])("lists %s as a problem", async (_, name, content, message) => {
    await put("project/good.py", "# How to generate docs: print('generated by me')\ngood = 1\n");
    await put(`project/${name}`, content);
    const { examples, problems } = await load(join(folder, "project"));
    expect(examples).toHaveLength(1);
    expect(problems).toEqual([{ where: name, message: expect.stringMatching(message) }]);
  });

  test("keeps one of several files with the same content", async () => {
    await put("project/a.py", "same = 1\n");
    await put("project/z/b.py", "same = 1\r\n");
    const { examples, problems } = await load(join(folder, "project"));
    expect(examples).toHaveLength(1);
    expect(problems).toEqual([{ where: "z/b.py", message: "The file is the same as a.py." }]);
  });

  test("reads a single file, and refuses an unusable one", async () => {
    const { examples } = await load(await put("one.py", "x = 1\n"));
    expect(examples).toEqual([{ kind: "text", text: "x = 1\n", path: "one.py" }]);
    expect((await load(await put("binary.py", "\0"))).problems).toEqual([
      { where: "binary.py", message: "The file is binary." },
    ]);
  });
});

describe("openDataset by name", () => {
  const row = (text: string) => `${JSON.stringify({ intent: text, code: "pass" })}\n`;

  test("finds the paper's data sets in the data folder", async () => {
    await put("data/conala/train.jsonl", row("train"));
    await put("data/conala/test.jsonl", row("test"));
    await put("data/codealpaca/codealpacapy/train.jsonl", row("alpaca"));
    expect(await load("conala")).toMatchObject({ name: "conala", examples: [{ intent: "train" }] });
    expect(await load("codealpacapy")).toMatchObject({ name: "codealpacapy", examples: [{ intent: "alpaca" }] });
    expect((await load("conala", "test")).examples).toMatchObject([{ intent: "test" }]);
  });

  test("CoNaLa ships with Graft, all its rows are good, and a user's copy has priority", async () => {
    const shippedData = resolve(import.meta.dirname, "../../../data");
    const places = { dataFolder: join(folder, "data"), shippedData };
    for (const [split, rows] of [
      ["train", 2135],
      ["validation", 201],
      ["test", 543],
    ] as const) {
      let count = 0;
      for await (const entry of (await openDataset("conala", { ...places, split })).examples()) {
        expect(entry).toMatchObject({ kind: "pair" });
        count++;
      }
      expect(count).toBe(rows);
    }
    await put("data/conala/train.jsonl", row("mine"));
    for await (const entry of (await openDataset("conala", places)).examples()) {
      expect(entry).toMatchObject({ intent: "mine" });
    }
    // Never a part of one copy with a part of another.
    await expect(openDataset("conala", { ...places, split: "validation" })).rejects.toMatchObject({
      code: "data-missing",
    });
  });

  test("names the path of a missing data set", async () => {
    await expect(load("conala")).rejects.toMatchObject({
      code: "data-missing",
      message: expect.stringContaining(join("data", "conala", "train.jsonl")),
      nextStep: expect.stringContaining("GRAFT_DATA"),
    });
  });

  test("refuses what does not exist, and what is neither .jsonl nor .py", async () => {
    await expect(load(join(folder, "absent.jsonl"))).rejects.toMatchObject({ code: "data-missing" });
    await expect(load("toString")).rejects.toMatchObject({ code: "data-missing" });
    await expect(load(await put("rows.csv", "a,b"))).rejects.toMatchObject({ code: "data-format" });
  });

  test(
    "reports an unreadable file or folder, and skips one inside a folder",
    needs("a user who is not root", process.getuid?.() !== 0),
    async () => {
      const path = await put("project/closed/x.py", "x = 1\n");
      await put("project/y.py", "y = 1\n");
      await chmod(join(folder, "project/closed"), 0);
      expect((await load(join(folder, "project"))).examples).toHaveLength(1);
      await expect(load(join(folder, "project/closed"))).rejects.toMatchObject({ code: "data-unreadable" });
      await chmod(join(folder, "project/closed"), 0o700);
      await chmod(path, 0);
      await expect(load(path)).rejects.toMatchObject({ code: "data-unreadable" });
    },
  );
});
