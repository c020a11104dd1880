import { expect, test } from "vitest";
import { printable } from "../../extension/cli/output.ts";

test("what a terminal would obey is replaced, and other text stays as it is", () => {
  expect(printable("trained on \u001b[31mevil\u0007\u009b2J\r")).toBe("trained on �[31mevil��2J�");
  const text = "Größe 5 µs\n\tnächste Zeile 你好 🙂";
  expect(printable(text)).toBe(text);
});
