import { expect, test } from "vitest";
import { codeBlock, inlineCode, markdownText } from "../../../../extension/core/evaluation/scoring/markdown.ts";

test.each([
  ["![seen](http://tracker.example/x.png)", "!\\[seen\\](http://tracker.example/x.png)"],
  ["[run](command:evil)", "\\[run\\](command:evil)"],
  ["<img src=x> &lt;", "\\<img src=x\\> \\&lt;"],
  ["a | b\n\n# heading", "a \\| b # heading"],
  ["# heading", "\\# heading"],
  ["**bold** _too_ q_proj", "\\*\\*bold\\*\\* \\_too\\_ q_proj"],
])("markdownText makes text of %j", (text, expected) => {
  expect(markdownText(text)).toBe(expected);
});

test("inlineCode cannot be ended by its text", () => {
  expect(inlineCode("a")).toBe("`a`");
  expect(inlineCode("a ``b`` @name\n![x](y)")).toBe("```a ``b`` @name ![x](y)```");
  expect(inlineCode("`a`")).toBe("`` `a` ``");
});

test("codeBlock cannot be ended by its text", () => {
  expect(codeBlock("x", "python")).toBe("```python\nx\n```");
  expect(codeBlock("````\n<b>", "text")).toBe("`````text\n````\n<b>\n`````");
});
