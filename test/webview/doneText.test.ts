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
  [{ active: true, beside: [] }, 'Trained. "new" is in use now.'],
  [{ active: true, beside: [team, own] }, 'Trained. "new" is in use together with team (75\u00A0%) + own.'],
  [{ active: false, beside: [] }, 'Trained. "new" is kept, but not in use.'],
  [{ active: false, beside: [], deleted: true }, 'Trained. "new" has been deleted since.'],
])("of %j", (state, text) => {
  expect(done.doneText({ name: "new", ...state })).toBe(text);
});

test.each([
  [
    { active: false, objection: "fewer-lines" },
    "Graft did not put it into use, because fewer lines were right with it than without it.",
  ],
  [{ active: false, objection: "forgets" }, "Graft did not put it into use, because it forgets general code."],
  // The verdict already says so.
  [{ active: false, objection: "worse" }, undefined],
  // The user chose otherwise.
  [{ active: true, objection: "forgets" }, undefined],
  [{ active: false, objection: "forgets", deleted: true }, undefined],
] as const)("the reason of %j", (state, text) => {
  expect(done.reasonText(state)).toBe(text);
});
