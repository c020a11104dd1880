import { expect, test } from "vitest";
import { reasonNotToAsk } from "../../../extension/core/completion/trigger.ts";
import { at } from "./fakes.ts";

test.each<[string, ReturnType<typeof reasonNotToAsk>]>([
  ["import os\npath = os.|", null],
  ["import os\npath = os.path.join(|)", null],
  ["import os\nprint(os.environ['|'])", null],
  ["import os\ndef main(|):", null],
  ["import os\nx = f(|),\ny", null],
  ["import os\nx = |  \ny = 1", null],
  ["import os\npa|th = 1", "code-follows"],
  ["import os\n|path = 1", "code-follows"],
  ["import os\nf(|, b)", "code-follows"],
  ["import os\n# the answer|", "comment"],
  ["import os\nx = '#|'", null],
  ["x = 1|", "too-little"],
  ["|", "too-little"],
  ["|\n\n\ndef main():\n    pass\n", null],
])("reasonNotToAsk %j: %s", (marked, reason) => {
  const { prefix, suffix } = at(marked);
  expect(reasonNotToAsk(prefix, suffix)).toBe(reason);
});

test("a line with many blanks after the cursor is judged at once", () => {
  const suffix = `)${" ".repeat(20_000)}x`;
  const startedAt = performance.now();
  expect(reasonNotToAsk("import os\nx = f(", suffix)).toBe("code-follows");
  expect(performance.now() - startedAt).toBeLessThan(1000);
});
