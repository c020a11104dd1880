import { beforeAll, expect, test, vi } from "vitest";
import type * as Done from "../../webview/training/outcome/doneText.ts";

let done: typeof Done;
beforeAll(async () => {
  vi.stubGlobal("document", { getElementById: () => null });
  done = await import("../../webview/training/outcome/doneText.ts");
});

const [team, own] = [
  { name: "team", scale: 0.75 },
  { name: "own", scale: 1 },
];

test.each([
  [{ active: true, beside: [] }, 'Trained. "new" is the active adapter now.'],
  [{ active: true, beside: [team, own] }, 'Trained. "new" is in use together with team (75\u00A0%) + own.'],
  [{ active: false, beside: [] }, 'Trained. "new" is kept, but not in use.'],
  [{ active: false, beside: [], deleted: true }, 'Trained. "new" has been deleted since.'],
])("of %j", (state, text) => {
  expect(done.doneText({ name: "new", ...state })).toBe(text);
});
