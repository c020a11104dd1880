import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import { llama3Words } from "../../../extension/core/tokenizer/knownPatterns.ts";
import { lineByLine } from "../../../extension/core/tokenizer/lineByLine.ts";
import { openTokenEncoder, type EncoderFiles } from "../../../extension/core/tokenizer/tokenEncoder.ts";

const root = join(import.meta.dirname, "../../..");
const fixtures = join(root, "test/fixtures");
const json = async (folder: string): Promise<EncoderFiles> =>
  JSON.parse(await readFile(join(folder, "tokenizer.json"), "utf8")) as EncoderFiles;
/** The files as an encoder gets them, without the names of special tokens. */
const ordinary = async (folder: string): Promise<EncoderFiles> => ({ ...(await json(folder)), added_tokens: [] });

const qwen = await ordinary(join(fixtures, "tokenizer"));
const split = { type: "Split", pattern: { Regex: llama3Words }, behavior: "Isolated", invert: false };
const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
const tokenizers: readonly [string, EncoderFiles][] = [
  ["Graft's base", await ordinary(join(root, "base"))],
  ["Qwen", qwen],
  ["Llama 3", { ...qwen, pre_tokenizer: { type: "Sequence", pretokenizers: [split, bytes] } }],
  ["StarCoder 2", await ordinary(join(fixtures, "tokenizers/starcoder2"))],
];

const pieces = (
  "\n|\n|\n|\n\n|\r\n|\r| |  |    |\t|\f|\v|\u00a0|\u2028|\u0085|\u3000|:|(|)|):\n|,|.|_|__|#|'|'s|'S|\"|\\|=|==|->|0|12|345|" +
  "def|self|x|return|é|e\u0301|ß|变量|🙂|\ud83d|\u200b|<|endoftext|>"
).split("|");

describe.each(tokenizers)("the tokenizer of %s, line by line", async (_, files) => {
  const whole = await openTokenEncoder(files, {});
  const encode = lineByLine(files, whole);

  test("gives the same tokens for code and for random text", async () => {
    const random = seededRandom(7, "lines");
    const code = await readFile(join(root, "sample/inventory.py"), "utf8");
    const texts = Array.from({ length: 1500 }, () =>
      Array.from({ length: 1 + random.integer(24) }, () => pieces[random.integer(pieces.length)]).join(""),
    );
    for (const text of [code, code.replaceAll("\n", "\r\n"), ...texts]) {
      expect([text, encode(text, false)]).toEqual([text, whole(text, false)]);
      expect([text, encode(text, true)]).toEqual([text, whole(text, true)]);
    }
  });

  test("encodes a line once", () => {
    const spy = vi.fn(whole);
    const remembering = lineByLine(files, spy);
    remembering("import os\nimport re\nx", false);
    expect(spy.mock.calls.map(([line]) => line)).toEqual(["import os", "\nimport re", "\nx"]);
    remembering("import os\nimport re\nxy", false);
    expect(spy).toHaveBeenCalledTimes(4);
  });
});

test.each(["codegen", "deepseek", "codellama", "llama-metaspace", "t5"])(
  "takes texts of %s as a whole",
  async (name) => {
    const files = await json(join(fixtures, "tokenizers", name));
    const encode = (): number[] => [];
    expect(lineByLine(files, encode)).toBe(encode);
  },
);

test("takes texts as a whole where an added token may take the blanks around it", async () => {
  const files = { ...qwen, added_tokens: [{ id: 1, content: "mark" }] };
  const encode = (): number[] => [];
  expect(lineByLine(files, encode)).toBe(encode);
});
