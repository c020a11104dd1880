import { beforeAll, expect, test, vi } from "vitest";
import type * as Length from "../../webview/training/plan/lengthText.ts";

let length: typeof Length;
beforeAll(async () => {
  vi.stubGlobal("document", { getElementById: () => null });
  length = await import("../../webview/training/plan/lengthText.ts");
});

test.each([
  [90, 45, "90 steps, 45 passes over the data"],
  [100, 4.3478, "100 steps, 4.3 passes over the data"],
  [100, 0.0432, "100 steps, 0.04 passes over the data"],
  [60, 0.97, "60 steps, 1 pass over the data"],
  [1, 1, "1 step, 1 pass over the data"],
])("%d steps that make %d epochs are %s", (steps, epochs, text) => {
  expect(length.lengthText({ steps, epochs })).toBe(text);
});
