import { open } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openDataset } from "../../../extension/core/dataset/openDataset.ts";
import { dataFolder } from "./dataFolder.ts";
import { loadedDataset, type Read } from "./loadedDataset.ts";

const data = dataFolder();
const put = data.put;

const load = (source: string): Promise<Read> => loadedDataset(source, join(data.path, "data"));

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
    const path = join(data.path, "huge.jsonl");
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
    // The row has 105 MB; what the reader leaves to be collected varies.
    expect(process.memoryUsage().rss - before).toBeLessThan(80e6);
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
    const { examples } = await openDataset(path, { dataFolder: data.path });
    for await (const _ of examples()) break;
    let count = 0;
    for await (const _ of examples()) count++;
    expect(count).toBe(2);
  });
});
