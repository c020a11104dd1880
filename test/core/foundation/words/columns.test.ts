import { expect, test } from "vitest";
import { columnsOf } from "../../../../extension/core/foundation/words/columns.ts";

test.each([
  ["", 0],
  ["loss – 3 ± 1", 12],
  ["损失", 4],
  ["EM@1：完全匹配", 14],
])("%j takes %i columns", (text, columns) => {
  expect(columnsOf(text)).toBe(columns);
});
