import { beforeAll, expect, test, vi } from "vitest";
import type * as Note from "../../webview/training/plan/stepsNote.ts";

let note: typeof Note;
beforeAll(async () => {
  vi.stubGlobal("document", { getElementById: () => null });
  note = await import("../../webview/training/plan/stepsNote.ts");
});

test("stepsNote says where a preset makes no more steps than Balanced, or hardly any", () => {
  const same = "No more steps than Balanced, which already repeats small data sets many times.";
  expect(note.stepsNote({ steps: 90, balancedSteps: 90 }, "thorough")).toBe(same);
  expect(note.stepsNote({ steps: 180, balancedSteps: 90 }, "thorough")).toBeUndefined();
  expect(note.stepsNote({ steps: 10, balancedSteps: 90 }, "paper")).toBe(
    "Too few steps to learn much: Balanced takes 90.",
  );
  expect(note.stepsNote({ steps: 60, balancedSteps: 90 }, "paper")).toBeUndefined();
  expect(note.stepsNote({ steps: 45, balancedSteps: 90 }, "quick")).toBeUndefined();
  // The form gives the epochs.
  expect(note.stepsNote({ steps: 10 }, "paper")).toBeUndefined();
});
