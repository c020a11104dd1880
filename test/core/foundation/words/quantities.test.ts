import { expect, test } from "vitest";
import { kilobytesOrMore } from "../../../../extension/core/foundation/words/quantities.ts";

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
