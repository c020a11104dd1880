import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTokenizer } from "../../../extension/core/tokenizer/tokenizer.ts";
import { fillPrompt } from "../../../extension/core/tokenizer/fillInTheMiddle.ts";

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
    expect(tokenizer.beginning).toEqual([]);
    expect(tokenizer.ending).toEqual([]);
    expect(tokenizer.fillInTheMiddle).toMatchObject({
      opening: [id("<|fim_prefix|>")],
      between: [id("<|fim_suffix|>")],
      closing: [id("<|fim_middle|>")],
      end: tokenizer.endOfText,
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
    const { fillInTheMiddle } = await openTokenizer(folder);
    expect(fillInTheMiddle?.order).toBe("suffix-first");
    const [prefix, suffix, middle] = ["prefix", "suffix", "middle"].map((name) => tokenizer.id(`<|fim_${name}|>`));
    expect(fillPrompt(fillInTheMiddle!, [1, 2], [3])).toEqual([prefix, suffix, 3, middle, 1, 2]);
    await change("tokenizer_config.json", (text) => JSON.stringify({ ...JSON.parse(text), fim_order: "middle-out" }));
    await expect(openTokenizer(folder)).rejects.toMatchObject({ code: "tokenizer-invalid" });
  });

  test.each([
    {
      family: "StarCoder2",
      markers: ["<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<file_sep>"],
      prompt: "<fim_prefix> before <fim_suffix> after <fim_middle>",
      end: "<|endoftext|>",
      stop: "<file_sep>",
    },
    {
      family: "DeepSeek-Coder",
      markers: ["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>", "<|EOT|>"],
      prompt: "<｜fim▁begin｜> before <｜fim▁hole｜> after <｜fim▁end｜>",
      end: "<|endoftext|>",
      stop: "<|EOT|>",
    },
    {
      family: "CodeLlama",
      markers: ["▁<PRE>", "▁<SUF>", "▁<MID>", "▁<EOT>"],
      prompt: "▁<PRE> before ▁<SUF> after ▁<MID>",
      end: "▁<EOT>",
      stop: "▁<EOT>",
    },
    {
      family: "CodeGen2",
      markers: ["<mask_1>", "<sep>", "<eom>", "<dummy_0>"],
      prompt: "before <mask_1> after <|endoftext|> <sep> <mask_1>",
      end: "<eom>",
      stop: "<sep>",
    },
  ])("knows how $family marks a gap", async ({ markers: [a = "", b = "", c = "", d = ""], prompt, end, stop }) => {
    await change("tokenizer.json", (text) =>
      text
        .replace("<|fim_prefix|>", a)
        .replace("<|fim_suffix|>", b)
        .replace("<|fim_middle|>", c)
        .replace("<|fim_pad|>", d),
    );
    const other = await openTokenizer(folder);
    const { fillInTheMiddle } = other;
    const shown = fillPrompt(fillInTheMiddle!, [-1], [-2]).map(
      (id) =>
        ({ [-1]: "before", [-2]: "after" })[id] ?? [a, b, c, "<|endoftext|>"].find((name) => other.id(name) === id),
    );
    expect(shown.join(" ")).toBe(prompt);
    expect(fillInTheMiddle).toMatchObject({ order: "prefix-first", end: other.id(end) });
    expect(fillInTheMiddle!.stops).toEqual(expect.arrayContaining([other.endOfText, other.id(end), other.id(stop)]));
    expect(other.encode(a)).not.toContain(other.id(a));
  });

  const template = (...tokens: string[]) => ({
    type: "TemplateProcessing",
    single: [...tokens.map((id) => ({ SpecialToken: { id, type_id: 0 } })), { Sequence: { id: "A", type_id: 0 } }],
    pair: [],
    special_tokens: {},
  });
  test.each([
    [{ add_bos_token: true, bos_token: "<|im_start|>" }, null, ["<|im_start|>"]],
    [{ add_bos_token: true, bos_token: { content: "<|im_start|>" } }, null, ["<|im_start|>"]],
    [{ add_bos_token: false, bos_token: "<|im_start|>" }, template("<|im_start|>"), []],
    [{ add_bos_token: true, bos_token: null }, null, []],
    [{ add_bos_token: null, bos_token: "<|im_start|>" }, { type: "ByteLevel" }, []],
    [{ add_bos_token: null }, template("<|im_start|>"), ["<|im_start|>"]],
    [
      { add_bos_token: null },
      { type: "Sequence", processors: [{ type: "ByteLevel" }, template("<|im_start|>")] },
      ["<|im_start|>"],
    ],
    [
      { add_bos_token: null },
      { ...template(), single: [{ Sequence: { id: "A" } }, { SpecialToken: { id: "<|im_end|>" } }] },
      [],
    ],
  ])("knows what stands before every text: settings %j, template %j", async (settings, processor, expected) => {
    await change("tokenizer_config.json", (text) => JSON.stringify({ ...JSON.parse(text), ...settings }));
    await change("tokenizer.json", (text) => JSON.stringify({ ...JSON.parse(text), post_processor: processor }));
    const other = await openTokenizer(folder);
    expect(other.beginning).toEqual(expected.map((name) => other.id(name)));
    expect(other.encode("x = 1")).toEqual(tokenizer.encode("x = 1"));
  });

  const [start, end] = ["<|im_start|>", "<|im_end|>"];
  test.each([
    [{ type: "RobertaProcessing", cls: [start, 1], sep: [end, 2], add_prefix_space: true }, [start], [end]],
    [{ type: "BertProcessing", sep: [end, 2], cls: [start, 1] }, [start], [end]],
    [{ ...template(start), single: [...template(start).single, { SpecialToken: { id: end } }] }, [start], [end]],
    [{ ...template(), single: [{ Sequence: { id: "A" } }, { SpecialToken: { id: end } }] }, [], [end]],
    [
      {
        type: "Sequence",
        processors: [{ type: "ByteLevel" }, { type: "RobertaProcessing", cls: [start, 1], sep: [end, 2] }],
      },
      [start],
      [end],
    ],
  ])("knows what an encoder expects around every text: %j", async (processor, before, behind) => {
    await change("tokenizer_config.json", (text) => JSON.stringify({ ...JSON.parse(text), add_bos_token: null }));
    await change("tokenizer.json", (text) => JSON.stringify({ ...JSON.parse(text), post_processor: processor }));
    const other = await openTokenizer(folder);
    expect(other.beginning).toEqual(before.map((name) => other.id(name)));
    expect(other.ending).toEqual(behind.map((name) => other.id(name)));
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
      /library rejects it/,
    ],
    [
      "an end of text that is no token",
      "tokenizer_config.json",
      (text) => text.replace("endoftext", "fin"),
      /"<\|fin\|>", which does not exist/,
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
