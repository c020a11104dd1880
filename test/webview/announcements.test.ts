import { expect, test, vi } from "vitest";
import type { OpenStudy, RunView } from "../../webview/protocol/study.ts";
import { liveText } from "./liveText.ts";

vi.stubGlobal("document", { getElementById: () => null });
const { Failure } = await import("../../webview/shared/failure.tsx");
const { Stage } = await import("../../webview/study/plan/plan.tsx");
const { Reading } = await import("../../webview/training/preview/preview.tsx");
const { ComparisonForm } = await import("../../webview/statistics/comparisonForm.tsx");

test("a failure announces what to do, too", () => {
  expect(liveText(Failure({ message: "It is gone.", nextStep: "Bring it back." }))).toBe("It is gone.Bring it back.");
});

test("a study announces how many runs are finished, not the time left", () => {
  const run = { suite: "s", candidate: "c", seed: 1, done: 0, needsTraining: false, canMove: true, isRough: false };
  const runs: RunView[] = [
    { ...run, isFinished: true },
    { ...run, isFinished: false, seconds: 75 },
  ];
  const study: OpenStudy = { name: "mine", title: "Mine", phase: "running", runs, order: [0, 1], notes: [] };
  const shown = Stage({ study });
  expect(JSON.stringify(shown)).toContain("About 1\u00A0min 15\u00A0s left.");
  expect(liveText(shown)).toBe("1 of 2 runs are finished.");
  expect(liveText(Stage({ study: { ...study, phase: "pausing" } }))).toContain("Pausing");
});

test("a preview announces that data is read, not each count", () => {
  const counted = Reading({ reading: { examples: 3, of: 9, etaSeconds: 4 } });
  expect(JSON.stringify(counted)).toContain("Example 3 of 9");
  expect(liveText(counted)).toBe("Reading data…");
  expect(liveText(Reading({ reading: undefined }))).toBe("Reading data…");
});

test("a comparison of a setting with itself announces why it cannot start", () => {
  const choices = { base: "small", adapters: ["shop"], active: "shop", canSwitchContext: false };
  const shown = (b: string | null): string => {
    const key = (adapter: string | null): string => JSON.stringify({ adapter, context: true });
    const chosen = { a: key("shop"), b: key(b) };
    return liveText(ComparisonForm({ choices, chosen, choose: () => undefined, post: () => undefined }));
  };
  expect(shown("shop")).toBe("Choose two different settings.");
  expect(shown(null)).toBe("");
});
