import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { importBase } from "../../../extension/core/baseModels/import/importBase.ts";
import { writeTinyCheckpoint } from "../baseModels/tinyCheckpoint.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-growth-"));
  await writeTinyCheckpoint(join(folder, "tiny"));
});
afterAll(() => rm(folder, { recursive: true }));

const doubled = { type: "Replace", pattern: { String: "a" }, content: "aa" };

test.each<[string, (tokenizer: Record<string, object>) => object, RegExp]>([
  [
    "doubles a text forty times",
    (json) => ({ ...json, normalizer: { type: "Sequence", normalizers: Array.from({ length: 40 }, () => doubled) } }),
    /longer/,
  ],
  [
    "puts all that is behind a letter in its place",
    (json) => ({ ...json, normalizer: { ...doubled, content: "a$'" } }),
    /longer/,
  ],
  ["has no words", (json) => ({ ...json, model: { ...json["model"], vocab: {}, merges: [] } }), /vocabulary is empty/],
])("an import refuses a tokenizer that %s", async (name, changed, message) => {
  const source = join(folder, name);
  await cp(join(folder, "tiny"), source, { recursive: true });
  const path = join(source, "tokenizer.json");
  const json = JSON.parse(await readFile(path, "utf8")) as Record<string, object>;
  await writeFile(path, JSON.stringify(changed(json)));
  await expect(importBase({ source, home: folder, bits: 8 })).rejects.toMatchObject({
    code: "tokenizer-invalid",
    message: expect.stringMatching(message),
  });
});
