/** Every kind of tokenizer that models use, against the reference implementation (test/fixtures/tokenizers/make.py). */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openTokenizer } from "../../../extension/core/tokenizer/tokenizer.ts";

interface Expected {
  texts: { text: string; ids: number[]; decoded: string }[];
  long: { unit: string; times: number; sha256: string }[];
}

const fixtures = join(import.meta.dirname, "../../fixtures/tokenizers");
const families = ["codegen", "starcoder2", "deepseek", "codellama", "llama-metaspace", "t5"];

describe.each(families)("the tokenizer of %s", async (name) => {
  const folder = join(fixtures, name);
  const tokenizer = await openTokenizer(folder);
  const { texts, long }: Expected = JSON.parse(await readFile(join(folder, "encodings.json"), "utf8"));

  test.each(texts)("encodes $text as the reference implementation", ({ text, ids }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
  });

  test.each(texts)("decodes $text as the reference implementation", ({ ids, decoded }) => {
    expect(tokenizer.decode(ids)).toBe(decoded);
  });

  test.each(long)(
    "encodes $times times $unit as the reference implementation, in seconds",
    ({ unit, times, sha256 }) => {
      const start = performance.now();
      const ids = tokenizer.encode(unit.repeat(times));
      expect(performance.now() - start).toBeLessThan(5000);
      expect(createHash("sha256").update(ids.join()).digest("hex")).toBe(sha256);
    },
  );

  test("reads halves of characters as U+FFFD, which text in files would have", () => {
    expect(tokenizer.encode("a\ud83d b\ude42\ude42 c\ud83d")).toEqual(
      tokenizer.encode("a\ufffd b\ufffd\ufffd c\ufffd"),
    );
  });
});

describe.each(["codellama", "llama-metaspace"])("inside a text the tokenizer of %s", async (name) => {
  const tokenizer = await openTokenizer(join(fixtures, name));

  test("encodes without the blank that marks a start", () => {
    const [mark, ...rest] = tokenizer.encode("\tx");
    expect(tokenizer.decode([mark!], "inside")).toBe(" ");
    expect(tokenizer.encode("\tx", "inside")).toEqual(rest);
  });

  test("decodes what it encoded, blanks in front included", () => {
    for (const text of [" x", "x", "  return x", "\n  y", "🙂", "\ufeffz"]) {
      expect(tokenizer.decode(tokenizer.encode(text, "inside"), "inside")).toBe(text);
    }
  });
});
