import { describe, expect, test } from "vitest";
import { toEncodedSequences } from "../../../extension/core/dataset/encodedSequence.ts";
import { instructionPrompt } from "../../../extension/core/tokenizer/template.ts";
import { characters, shown } from "../completion/fakes.ts";

const [open, close] = ["<".charCodeAt(0), ">".charCodeAt(0)];
const tokenizer = { ...characters, beginning: [open], ending: [close] };
const start = "^".charCodeAt(0);
/** What is read → what is written, as text. */
const texts = (...args: [Parameters<typeof toEncodedSequences>[0], number]) =>
  toEncodedSequences(args[0], tokenizer, args[1], start).map(({ encoderIds, ids }) => [shown(encoderIds!), shown(ids)]);

describe("toEncodedSequences", () => {
  test("of a pair: the encoder reads the prompt, the decoder writes code and end", () => {
    const pair = { kind: "pair", intent: "add", code: "a+b" } as const;
    expect(texts(pair, 99)).toEqual([[`<${instructionPrompt("add")}>`, "^<a+b<end>"]]);
  });

  test("of a pair that is too long: the prompt loses its first tokens, the code its last", () => {
    const [[read, written]] = texts({ kind: "pair", intent: "add", code: "0123456789" }, 8) as [[string, string]];
    expect(read).toBe(`<${instructionPrompt("add").slice(-6)}>`);
    expect(written).toBe("^<01234<end>");
  });

  test("of a text: the encoder reads the text before each piece, nothing before the first", () => {
    expect(texts({ kind: "text", text: "0123456789abcdef" }, 8)).toEqual([
      ["<>", "^<012345"],
      ["<012345>", "^<6789ab"],
      ["<6789ab>", "^<cdef<end>"],
    ]);
    expect(texts({ kind: "text", text: "01234567", cut: true }, 8).at(-1)).toEqual(["<012345>", "^<67"]);
  });

  test("of a hole: the encoder reads the end of the prefix, the decoder writes the middle without an end marker", () => {
    const gap = { kind: "fill", prefix: "0123456789", middle: "ab", suffix: "xyz" } as const;
    expect(texts(gap, 8)).toEqual([["<456789>", "^<ab"]]);
  });

  test("labels all decoder tokens except the start token", () => {
    const [{ ids, firstTarget }] = toEncodedSequences({ kind: "text", text: "ab" }, tokenizer, 8, start) as [
      ReturnType<typeof toEncodedSequences>[number],
    ];
    expect([ids.length, firstTarget]).toEqual([5, 1]);
  });
});
