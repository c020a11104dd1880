import { expect, test } from "vitest";
import { counted, kilobytesOrMore } from "../../../../extension/core/foundation/words/quantities.ts";

test.each([
  [0, "0 kB"],
  [1, "1 kB"],
  [49_999, "50 kB"],
  [999_499, "1000 kB"],
  [999_500, "1.0 MB"],
  [75_400_000, "75.4 MB"],
])("kilobytesOrMore: %d bytes are %s", (bytes, text) => {
  expect(kilobytesOrMore(bytes)).toBe(text);
});

test.each([
  [counted(0, "step"), "0 steps"],
  [counted(1, "held-out file"), "1 held-out file"],
  [counted(2, "body", { many: "bodies" }), "2 bodies"],
  [counted(1, "body", { many: "bodies" }), "1 body"],
  [counted(2460, "token", { shown: "2.46 k" }), "2.46 k tokens"],
])("counted says %j", (text, expected) => {
  expect(text).toBe(expected);
});
