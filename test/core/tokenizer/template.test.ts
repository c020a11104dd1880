import { expect, test } from "vitest";
import { instructionPrompt } from "../../../extension/core/tokenizer/template.ts";

test("instructionPrompt is the paper's training prompt, to the character", () => {
  expect(instructionPrompt("reverse a list `x`")).toBe("### Instruction:\nreverse a list `x`\n### Response:\n");
});
