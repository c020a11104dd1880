import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTokenizer } from "../../../extension/core/tokenizer/tokenizer.ts";

const fixture = join(import.meta.dirname, "../../fixtures/tokenizer");
const tokenizer = await openTokenizer(fixture);
const encodings: { text: string; ids: number[] }[] = JSON.parse(
  await readFile(join(fixture, "encodings.json"), "utf8"),
);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-tokenizer-"));
  await cp(fixture, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

async function change(name: string, edit: (text: string) => string): Promise<void> {
  await writeFile(join(folder, name), edit(await readFile(join(folder, name), "utf8")));
}

describe("openTokenizer", () => {
  test.each(encodings)("encodes $text as the reference implementation", ({ text, ids }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
  });

  test.each(encodings)("decodes $text exactly, but for Unicode normalization", ({ text, ids }) => {
    expect(tokenizer.decode(ids)).toBe(text.normalize("NFC"));
  });

  test("round-trips any text, the names of special tokens included, and never gives a special id", () => {
    const pieces = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "binary" }),
      fc.constantFrom("<|endoftext|>", "<|fim_prefix|>", "<|im_end|>", "\n    ", " .", "\r\n", "\t", " n't"),
    );
    const text = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join("").normalize("NFC"));
    fc.assert(
      fc.property(text, (whole) => {
        const ids = tokenizer.encode(whole);
        expect(tokenizer.decode(ids)).toBe(whole);
        expect(ids.filter((id) => tokenizer.specialIds.has(id))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("decode leaves special tokens out, and takes an empty list", () => {
    const marker = tokenizer.id("<|fim_middle|>") ?? NaN;
    expect(tokenizer.decode([...tokenizer.encode("a"), marker, ...tokenizer.encode(" b"), tokenizer.endOfText])).toBe(
      "a b",
    );
    expect(tokenizer.decode([])).toBe("");
    expect(tokenizer.decode([tokenizer.endOfText])).toBe("");
  });

  test("knows sizes, special tokens and the fill-in-the-middle markers of Qwen2.5-Coder", () => {
    const id = (name: string) => tokenizer.id(name);
    expect(tokenizer.vocabularySize).toBe(509);
    expect(tokenizer.endOfText).toBe(500);
    expect([...tokenizer.specialIds].sort()).toEqual([500, 501, 502, 503, 504, 505, 506, 507, 508]);
    expect(id("no such token")).toBeUndefined();
    expect(tokenizer.fillInTheMiddle).toMatchObject({
      prefix: id("<|fim_prefix|>"),
      suffix: id("<|fim_suffix|>"),
      middle: id("<|fim_middle|>"),
      fileSeparator: id("<|file_sep|>"),
    });
    const stops = [
      "<|endoftext|>",
      "<|fim_prefix|>",
      "<|fim_suffix|>",
      "<|fim_middle|>",
      "<|file_sep|>",
      "<|fim_pad|>",
      "<|repo_name|>",
      "<|im_end|>",
    ];
    expect(tokenizer.fillInTheMiddle?.stops).toEqual(stops.map(id));
  });

  test("takes the order of a gap from tokenizer_config.json, prefix first unless it says", async () => {
    expect((await openTokenizer(folder)).fillInTheMiddle?.order).toBe("prefix-first");
    await change("tokenizer_config.json", (text) => JSON.stringify({ ...JSON.parse(text), fim_order: "suffix-first" }));
    expect((await openTokenizer(folder)).fillInTheMiddle?.order).toBe("suffix-first");
    await change("tokenizer_config.json", (text) => JSON.stringify({ ...JSON.parse(text), fim_order: "middle-out" }));
    await expect(openTokenizer(folder)).rejects.toMatchObject({ code: "tokenizer-invalid" });
  });

  test.each([
    ["StarCoder", ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"]],
    ["SantaCoder", ["<fim-prefix>", "<fim-suffix>", "<fim-middle>"]],
    ["DeepSeek Coder", ["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"]],
    ["Code Llama", ["▁<PRE>", "▁<SUF>", "▁<MID>"]],
  ])("knows the markers of %s", async (_, [prefix = "", suffix = "", middle = ""]) => {
    await change("tokenizer.json", (text) =>
      text.replace("<|fim_prefix|>", prefix).replace("<|fim_suffix|>", suffix).replace("<|fim_middle|>", middle),
    );
    const other = await openTokenizer(folder);
    expect(other.fillInTheMiddle).toMatchObject({
      prefix: other.id(prefix),
      suffix: other.id(suffix),
      middle: other.id(middle),
    });
    expect(other.decode(other.encode(`a ${prefix}b`))).toBe(`a ${prefix}b`);
    expect(other.encode(prefix)).not.toContain(other.id(prefix));
  });

  test("fillInTheMiddle is null for a model without markers", async () => {
    await change("tokenizer.json", (text) => text.replace("<|fim_middle|>", "<|other|>"));
    expect((await openTokenizer(folder)).fillInTheMiddle).toBeNull();
  });

  test("keeps added tokens that are plain text, as CodeGen's runs of blanks", async () => {
    await change("tokenizer.json", (text) => {
      const json = JSON.parse(text);
      json.added_tokens.push({
        id: 509,
        content: "       ",
        special: false,
        normalized: true,
        lstrip: false,
        rstrip: false,
        single_word: false,
      });
      return JSON.stringify(json);
    });
    const other = await openTokenizer(folder);
    expect(other.encode("a       b")).toContain(509);
    expect(other.decode(other.encode("a       b"))).toBe("a       b");
  });

  test.each([
    ["an object", '{"__type": "AddedToken", "content": "<|im_end|>"}'],
    ["an object without a type", '{"content": "<|im_end|>"}'],
    ["a text", '"<|im_end|>"'],
  ])("reads an end of text given as %s", async (_, value) => {
    await change("tokenizer_config.json", (text) => text.replace('"<|endoftext|>"', value));
    expect((await openTokenizer(folder)).endOfText).toBe(tokenizer.id("<|im_end|>"));
  });

  test("finds the usual end of text where tokenizer_config.json is missing", async () => {
    await rm(join(folder, "tokenizer_config.json"));
    expect((await openTokenizer(folder)).endOfText).toBe(500);
  });

  test("refuses ids beyond the model's vocabulary, with both values", async () => {
    await expect(openTokenizer(fixture, 508)).rejects.toMatchObject({
      code: "tokenizer-mismatch",
      message: expect.stringMatching(/up to 508, .* has 508/),
    });
    await expect(openTokenizer(fixture, 509)).resolves.toBeDefined();
  });

  test.each<[string, string, (text: string) => string, RegExp]>([
    ["broken JSON", "tokenizer.json", (text) => text.slice(0, -9), /tokenizer\.json is not valid JSON/],
    ["a tokenizer without a model", "tokenizer.json", () => "{}", /model/],
    ["an id that is no number", "tokenizer.json", (text) => text.replace('"!":0', '"!":"0"'), /"!" the id "0"/],
    [
      "an unknown pre-tokenizer",
      "tokenizer.json",
      (text) => text.replace('"type":"Split"', '"type":"Mystery"'),
      /library refuses it/,
    ],
    [
      "an end of text that is no token",
      "tokenizer_config.json",
      (text) => text.replace("endoftext", "fin"),
      /"<\|fin\|>", which it lacks/,
    ],
  ])("refuses %s", async (_, name, edit, message) => {
    await change(name, edit);
    await expect(openTokenizer(folder)).rejects.toMatchObject({
      code: "tokenizer-invalid",
      message: expect.stringMatching(message),
    });
  });

  test("refuses a folder without tokenizer.json", async () => {
    await rm(join(folder, "tokenizer.json"));
    await expect(openTokenizer(folder)).rejects.toMatchObject({ code: "tokenizer-invalid" });
  });
});
