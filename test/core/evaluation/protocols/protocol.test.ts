import { describe, expect, test } from "vitest";
import { protocols } from "../../../../extension/core/evaluation/protocols/protocols.ts";

const examples = [
  { intent: "add one", code: "x += 1" },
  { intent: "loop", code: "for i in x:\n\tprint(i)" },
];

// Expected strings: the authors' code, written out by hand from the description of its literals.
describe("paper-v2", () => {
  const conala = protocols["paper-v2"]("conala");
  const alpaca = protocols["paper-v2"]("codealpacapy");
  const blanks = " ".repeat(32);

  test("prompts of trained models, of zero-shot and of examples", () => {
    expect(conala.prompt("sort x")).toBe("\n### Instruction:\nsort x\n### Response:\n");
    expect(conala.prompt("sort x", [])).toBe(
      "Generate Python code given a natural language instruction.\n### Instruction:\nsort x\n### Response:\n",
    );
    expect(conala.prompt("sort x", examples.slice(0, 1))).toBe(
      "Generate Python code given a natural language instruction." +
        `\n### Instruction:\nadd one${blanks}\n### Response:\nx += 1\n` +
        "\n### Instruction:\nsort x\n### Response:\n",
    );
  });

  test("CoNaLa ends with its line, and takes 64 tokens; other suites do not, and take 128", () => {
    expect([conala.stops, conala.maxNewTokens]).toEqual([["<|endoftext|>", "</s>", "\n"], 64]);
    expect([alpaca.stops, alpaca.maxNewTokens]).toEqual([["<|endoftext|>", "</s>"], 128]);
  });

  // Expected: re.split("(<|endoftext|>|</s>|\n)", text.strip())[0] and the replacements, run in Python.
  test.each([
    ["  x = y\nz = 1", "x = y", "x = y z = 1"],
    ["if a < b:\n\tc", "if a ", "if a "],
    ["a -> b", "a -", "a -"],
    ["print(x)<|endoftext|>more", "print(x)", "print(x)"],
    ["s = 'endoftext'", "s = '", "s = '"],
    ["f(a , b) . c ! ?", "f(a, b). c!?", "f(a, b). c!?"],
    ["it ' s do n't", "it's don't", "it's don't"],
    ["x\t= 1\ty", "x = 1 y", "x = 1 y"],
    ["", "", ""],
  ])("%j is compared as %j, of other suites as %j", (text, line, lines) => {
    expect(conala.prediction(text)).toBe(line);
    expect(alpaca.prediction(text)).toBe(lines);
  });

  test("references are put on one line, neither cut nor stripped", () => {
    expect(conala.reference(" a < b\n\tc\n")).toBe(" a < b  c ");
  });
});

describe("paper-v3", () => {
  const protocol = protocols["paper-v3"]("conala");

  test("prompts have fences and no header", () => {
    expect(protocol.prompt("sort x", examples)).toBe(
      "### Instruction:\nadd one\n### Response:\n```python\nx += 1\n```\n\n" +
        "### Instruction:\nloop\n### Response:\n```python\nfor i in x:\n\tprint(i)\n```\n\n" +
        "### Instruction:\nsort x\n### Response:\n```python\n",
    );
    expect(protocol.prompt("sort x", [])).toBe(protocol.prompt("sort x"));
  });

  test("a prediction ends at a fence and keeps its lines", () => {
    expect(protocol.prediction("\nif a < b:\n  c\n```\nSo it is.")).toBe("if a < b:\n  c");
    expect(protocol.reference(" a\n\tb ")).toBe(" a\n\tb ");
  });
});

describe("graft", () => {
  const protocol = protocols.graft("conala");

  test("examples look like the item, and the item as in training", () => {
    expect(protocol.prompt("sort x")).toBe("### Instruction:\nsort x\n### Response:\n");
    expect(protocol.prompt("sort x", examples.slice(0, 1))).toBe(
      "### Instruction:\nadd one\n### Response:\nx += 1\n\n### Instruction:\nsort x\n### Response:\n",
    );
  });

  test("every reference can be met: comparisons, lines, tabs", () => {
    for (const code of ["a < b", "a -> b", "for i in x:\n\tprint(i)", "s = '<br>'\nendoftext = s", " x "]) {
      expect(protocol.prediction(code)).toBe(protocol.reference(code));
    }
  });

  test("a prediction ends before the next instruction", () => {
    expect(protocol.prediction("x = 1\ny = 2\n\n### Instruction:\nanother")).toBe("x = 1\ny = 2");
    expect(protocol.prediction("x = 1 ### not a heading")).toBe("x = 1 ### not a heading");
  });
});
