import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { adaptersOption, listOfData, nameOrFolder } from "../../extension/cli/flags.ts";

test.each(["Qwen/Qwen2.5-Coder-0.5B", "mine", "models\\tiny", "", ".hidden/x", "..."])("%j is a name", (text) => {
  expect(nameOrFolder(text)).toBe(text);
});

test.each(["./mine", "../mine", ".", "..", ".\\mine"])("%j is a folder", (text) => {
  expect(nameOrFolder(text)).toBe(resolve(text));
});

test("a list of data is one path where there is such a file, unless it names a paper's data set", async () => {
  const folder = await mkdtemp(join(tmpdir(), "graft-flags-"));
  const paths = ["a,b.jsonl", "conala,codealpacapy"].map((name) => join(folder, name));
  for (const path of paths) await writeFile(path, "{}");
  expect(listOfData(paths[0]!)).toEqual([paths[0]]);
  const before = process.cwd();
  process.chdir(folder);
  try {
    expect(listOfData("a,b.jsonl")).toEqual(["a,b.jsonl"]);
    expect(listOfData("conala,codealpacapy")).toEqual(["conala", "codealpacapy"]);
  } finally {
    process.chdir(before);
    await rm(folder, { recursive: true });
  }
});

test("--adapter takes several folders, each with its scale", () => {
  const { parseArg } = adaptersOption();
  const read = (...texts: readonly string[]): unknown =>
    texts.reduce<unknown>((before, text) => parseArg!(text, before as never), []);
  expect(read("team@0.75", "own")).toEqual([
    { folder: "team", scale: 0.75 },
    { folder: "own", scale: 1 },
  ]);
  expect(read("me@home/own@2")).toEqual([{ folder: "me@home/own", scale: 2 }]);
  expect(() => read("team@0.7.5")).toThrow("not a number");
});
