import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkDigests, codeAlpacaPy } from "../../../extension/core/dataset/paper/codeAlpacaPy.ts";
import { fetchCodeAlpacaPy } from "../../../extension/core/dataset/paper/fetchCodeAlpacaPy.ts";
import { findPaperFile, splits, type Split } from "../../../extension/core/dataset/paperDatasets.ts";

const source = [
  ...Array.from({ length: 1000 }, (_, i) => ({ instruction: `Add ${i}. “Quoted”`, input: "", output: `x + ${i}\n` })),
  { instruction: "Add what is given.", input: "1, 2", output: "a + b" },
  { instruction: "Write a query.", input: "", output: "SELECT * FROM t WHERE a = 'b';" },
];
const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
const rowsOf = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, string>);

describe("codeAlpacaPy", () => {
  test("takes the Python rows without an input, each into one part", async () => {
    const files = await codeAlpacaPy(JSON.stringify(source));
    const parts = splits.map((split) => rowsOf(files[split]));
    expect(parts.map(({ length }) => length)).toEqual([58, 314, 628]);
    const all = parts.flat();
    expect(new Set(all.map(({ id }) => id)).size).toBe(1000);
    expect(all.every(({ code }) => /^x \+ \d+\n$/.test(code!))).toBe(true);
    // The id depends only on the row's own text, not on the order of the rows.
    const sha1 = createHash("sha1").update("Add 7. “Quoted”\0\0x + 7\n").digest("hex");
    expect(all.find(({ intent }) => intent!.startsWith("Add 7."))).toMatchObject({ id: `ca-${sha1.slice(0, 12)}` });
    expect(await codeAlpacaPy(JSON.stringify(source.toReversed()))).toEqual(files);
  });

  /** CodeAlpaca may not be part of this repository: GRAFT_DATA says where a copy is. */
  const copy = join(process.env["GRAFT_DATA"] ?? "", "codealpaca/full_20k.jsonl");
  test.skipIf(!existsSync(copy))(
    "makes the known files from the whole of CodeAlpaca",
    { timeout: 60_000 },
    async () => {
      const rows = rowsOf(await readFile(copy, "utf8")).map(({ intent, input, code }) => {
        return { instruction: intent, input, output: code };
      });
      const files = await codeAlpacaPy(JSON.stringify(rows));
      expect(() => checkDigests(files)).not.toThrow();
    },
  );
});

describe("fetchCodeAlpacaPy", () => {
  let folder: string;
  let server: Server;
  let asked: string[];
  let answer: string;
  let hub: { endpoint: string };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "graft-alpaca-"));
    asked = [];
    answer = JSON.stringify(source);
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end(answer);
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    hub = { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  });
  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  test("downloads it, checks it, and puts it where Graft finds it", async () => {
    const files = await codeAlpacaPy(answer);
    const known = Object.fromEntries(splits.map((split) => [split, digest(files[split])])) as Record<Split, string>;
    const dataFolder = join(folder, "data");
    await fetchCodeAlpacaPy({ dataFolder, hub }, {}, known);
    expect(asked).toEqual(["/datasets/sahil2801/CodeAlpaca-20k/resolve/main/code_alpaca_20k.json"]);
    const path = await findPaperFile("codealpacapy", { dataFolder, split: "test" });
    expect(await readFile(path, "utf8")).toBe(files.test);
    expect(await readFile(join(path, "../LICENCE.txt"), "utf8")).toMatch(/CC BY-NC 4\.0/);
  });

  test.each([
    ["other rows", JSON.stringify(source)],
    ["no rows", "<html>"],
    ["other fields", '[{"text": "x"}]'],
  ])("refuses %s than the known ones, and leaves nothing behind", async (_, content) => {
    answer = content;
    await expect(fetchCodeAlpacaPy({ dataFolder: folder, hub }, {})).rejects.toMatchObject({
      code: "download-damaged",
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test("suggests a folder if the hub is unreachable, and takes the parts from it", async () => {
    server.close();
    await expect(fetchCodeAlpacaPy({ dataFolder: folder, hub }, { retryDelay: 1 })).rejects.toMatchObject({
      code: "hub-unreachable",
      nextStep: expect.stringMatching(/folder/),
    });
    const from = join(folder, "mine");
    await mkdir(from);
    await writeFile(join(from, "train.jsonl"), "{}\n");
    const options = { dataFolder: join(folder, "data"), from, hub };
    await expect(fetchCodeAlpacaPy(options, {})).rejects.toMatchObject({ code: "data-missing" });
    for (const split of splits) await writeFile(join(from, `${split}.jsonl`), `{"intent": "${split}", "code": "x"}\n`);
    await fetchCodeAlpacaPy(options, {});
    const path = await findPaperFile("codealpacapy", { ...options, split: "validation" });
    expect(await readFile(path, "utf8")).toMatch(/"validation"/);
  });
});
