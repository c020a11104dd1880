import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { noText, detokenizer } from "../../../../extension/core/inference/decoding/detokenizer.ts";
import { openTokenizer } from "../../../../extension/core/tokenizer/tokenizer.ts";

describe("detokenizer", () => {
  test("gives at each token what decoding all of them gives, but for an unfinished character", async () => {
    const tokenizer = await openTokenizer(join(import.meta.dirname, "../../../../base"));
    const write = detokenizer(tokenizer);
    const tokens = [...tokenizer.encode("x = 'naïve 🦜\t値'  # ∑"), tokenizer.endOfText, ...tokenizer.encode("é🦜")];
    let written = noText;
    let unfinished = 0;
    for (const [i, token] of tokens.entries()) {
      written = write(written, token);
      const whole = tokenizer.decode(tokens.slice(0, i + 1), "inside");
      expect(written.text).toBe(whole.replace(/\uFFFD+$/, ""));
      unfinished += Number(written.pending.length > 0);
    }
    expect(unfinished).toBeGreaterThan(2);
  });
});
