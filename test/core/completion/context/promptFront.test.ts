import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { promptBuilder } from "../../../../extension/core/completion/prompt.ts";
import { findFillInTheMiddle } from "../../../../extension/core/tokenizer/fillInTheMiddle.ts";
import type { Tokenizer } from "../../../../extension/core/tokenizer/tokenizer.ts";
import { at, characters, shown, special, suffixFirst, withoutGaps } from "../fakes.ts";

const budget = { prefix: 60, suffix: 12, context: 100, both: 400 };
const context = [
  { path: "pkg/deep/er/one.py", text: "A = 1" },
  { path: "two.py", text: "B = 2\n" },
];
const asked = { path: "src/a.py", repositoryName: "mine", context, ...at("a = |)") };

/** A tokenizer of characters whose special tokens have these names. */
function family(
  names: readonly string[],
  order?: "suffix-first",
): { tokenizer: Tokenizer; told: (ids: readonly number[]) => string } {
  const ids = new Map(names.map((name, i) => [name, 200 + i]));
  return {
    tokenizer: { ...characters, fillInTheMiddle: findFillInTheMiddle(ids, special.endOfText, order) },
    told: (prompt) => prompt.map((id) => names[id - 200] ?? String.fromCharCode(id)).join(""),
  };
}

describe("a prompt with parts of other files", () => {
  test("has the layout of each family's repositories", () => {
    const qwen = ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|file_sep|>", "<|repo_name|>"];
    const star = ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"];
    const layouts: [string[], "suffix-first" | undefined, string][] = [
      [
        qwen,
        undefined,
        "<|repo_name|>mine\n<|file_sep|>deep/er/one.py\nA = 1\n<|file_sep|>two.py\nB = 2\n" +
          "<|file_sep|>src/a.py\n<|fim_prefix|>a = <|fim_suffix|>)<|fim_middle|>",
      ],
      [
        qwen,
        "suffix-first",
        "<|file_sep|>deep/er/one.py\nA = 1\n<|file_sep|>two.py\nB = 2\n" +
          "<|file_sep|>src/a.py\n<|fim_prefix|><|fim_suffix|>)<|fim_middle|>a = ",
      ],
      [
        [...star, "<file_sep>", "<repo_name>"],
        undefined,
        "<repo_name>mine\n<file_sep>deep/er/one.py\nA = 1\n<file_sep>two.py\nB = 2\n" +
          "<file_sep><fim_prefix>src/a.py\na = <fim_suffix>)<fim_middle>",
      ],
      [
        [...star, "<filename>"],
        undefined,
        "<filename>deep/er/one.py\nA = 1\n<filename>two.py\nB = 2\n<filename>src/a.py\n<fim_prefix>a = <fim_suffix>)<fim_middle>",
      ],
      [
        ["<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"],
        undefined,
        "<｜fim▁begin｜># Path: deep/er/one.py\nA = 1\n\n# Path: two.py\nB = 2\n\n# Path: src/a.py\na = <｜fim▁hole｜>)<｜fim▁end｜>",
      ],
    ];
    for (const [names, order, expected] of layouts) {
      const { tokenizer, told } = family(names, order);
      expect(told(promptBuilder(tokenizer, budget)(asked).ids)).toBe(expected);
    }
    const plain = shown(promptBuilder(withoutGaps, budget)(asked).ids);
    expect(plain).toBe("# Path: deep/er/one.py\nA = 1\n\n# Path: two.py\nB = 2\n\n# Path: src/a.py\na = ");
  });

  test("without them, is the prompt of a single file", () => {
    const { tokenizer, told } = family(["<fim_prefix>", "<fim_suffix>", "<fim_middle>", "<file_sep>"]);
    expect(told(promptBuilder(tokenizer, budget)({ ...asked, context: [] }).ids)).toBe(
      "<fim_prefix>a = <fim_suffix>)<fim_middle>",
    );
    expect(promptBuilder(characters, { ...budget, context: 0 })(asked)).toEqual(
      promptBuilder(characters, budget)({ ...asked, context: [] }),
    );
  });

  test("the first parts give way, and one part loses its end, at the end of a line", () => {
    const lines = Array.from({ length: 6 }, (_, i) => `number_${i} = ${i}\n`).join("");
    const many = [
      { path: "first.py", text: lines },
      { path: "long.py", text: lines },
      { path: "near.py", text: "N = 1\n" },
    ];
    const { ids } = promptBuilder(suffixFirst, budget)({ ...asked, context: many });
    expect(shown(ids)).toBe(
      "<file>long.py\nnumber_0 = 0\nnumber_1 = 1\nnumber_2 = 2\nnumber_3 = 3\nnumber_4 = 4\n<file>near.py\nN = 1\n" +
        "<file>src/a.py\n<pre><suf>)<mid>a = ",
    );
  });

  test("property: keeps to the budgets, and typing changes only the end", () => {
    const part = fc.record({
      path: fc.constantFrom("a.py", "b/c.py"),
      text: fc.stringMatching(/^([a-z =]{0,12}\n){0,8}$/),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), fc.integer({ min: 0, max: 200 }), (context, typed) => {
        const both = 150;
        const build = promptBuilder(suffixFirst, { prefix: 100, suffix: 12, context: 60, both });
        const code = Array.from({ length: 60 }, (_, i) => `name_${i} = ${i * i}\n`).join("");
        const ask = (end: number): readonly number[] =>
          build({ path: "x.py", context, prefix: code.slice(0, end), suffix: ")" }).ids;
        const own = shown([special.file]) + "x.py\n";
        let before = ask(200 + typed);
        for (let end = 201 + typed; end < 260 + typed; end++) {
          const ids = ask(end);
          const text = shown(ids);
          const front = text.slice(0, text.lastIndexOf(own));
          expect(front.replaceAll("<file>", "!").length).toBeLessThanOrEqual(60);
          expect(front.replaceAll("<file>", "!").length + text.length - text.indexOf("<mid>") - 5).toBeLessThanOrEqual(
            both,
          );
          // The context stays the same, token for token, however the window of the prefix moves.
          expect(shown(before).startsWith(front + own)).toBe(true);
          before = ids;
        }
      }),
      { numRuns: 60 },
    );
  });
});
