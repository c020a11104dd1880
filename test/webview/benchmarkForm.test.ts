import { beforeAll, describe, expect, test, vi } from "vitest";
import type * as Draft from "../../webview/benchmark/draft.ts";
import type * as Page from "../../webview/benchmark/pageState.ts";

let draft: typeof Draft;
let page: typeof Page;
beforeAll(async () => {
  vi.stubGlobal("document", { getElementById: () => null });
  draft = await import("../../webview/benchmark/draft.ts");
  page = await import("../../webview/benchmark/pageState.ts");
});

const numbers = {
  shots: { minimum: 1, maximum: 50, default: 3 },
  limit: { minimum: 1 },
  seed: { minimum: 0, default: 42 },
};

describe("obstacle", () => {
  test.each([
    [{}, undefined],
    [{ suite: "file" }, "Choose a file of tasks first."],
    [{ suite: "codealpacapy" }, "Get CodeAlpacaPy first."],
    [{ mode: "rag", shots: "51" }, "Examples: give a whole number from 1 to 50."],
    [{ mode: "rag", suite: "file", path: "/tasks.jsonl" }, "Choose a file of examples first."],
    [{ mode: "zero-shot", shots: "51" }, undefined],
    [{ limit: "0" }, "Tasks: give a whole number from 1 on, or none for all."],
    [{ seed: "" }, "Seed: give a whole number from 0 on."],
  ] as const)("of %j is %j", (part, text) => {
    const paperData = { codealpacapy: "missing" } as const;
    expect(draft.obstacle({ ...draft.blankDraft, ...part }, numbers, paperData)).toBe(text);
  });
});

describe("toEvaluationForm", () => {
  test("a blank one asks for all of CoNaLa without examples", () => {
    expect(draft.toEvaluationForm(draft.blankDraft, numbers)).toEqual({
      suite: { kind: "conala" },
      adapter: "",
      mode: "zero-shot",
      examples: "",
      protocol: "graft",
      seed: 42,
    });
  });

  test("examples are counted where there are some, and come from a file only for a file", () => {
    const typed = { ...draft.blankDraft, mode: "icl", examples: "/shown.jsonl", limit: "2", shots: "5" } as const;
    expect(draft.toEvaluationForm(typed, numbers)).toMatchObject({ shots: 5, examples: "", limit: 2 });
    const own = { ...typed, suite: "file", path: "/tasks.jsonl" } as const;
    expect(draft.toEvaluationForm(own, numbers)).toMatchObject({
      suite: { kind: "file", path: "/tasks.jsonl" },
      examples: "/shown.jsonl",
    });
  });
});

describe("the adapter", () => {
  const state = (adapters: string[]): Page.Change => ({
    type: "state",
    state: {
      runs: [],
      problem: undefined,
      base: "graft-base",
      adapters,
      evaluation: { phase: "idle" },
      comparison: undefined,
    },
  });
  const chosen = (): Page.PageState =>
    page.changed(page.initialState(undefined), { type: "edited", part: draft.withAdapter("mine") });

  test("is asked as it was trained", () => expect(chosen().draft.mode).toBe("trained"));

  test("is chosen no longer once it is removed, but while none is known", () => {
    expect(page.changed(chosen(), state(["mine"])).draft.adapter).toBe("mine");
    expect(page.changed(chosen(), state([])).draft.adapter).toBe("mine");
    expect(page.changed(chosen(), state(["other"])).draft).toMatchObject({ adapter: "", mode: "zero-shot" });
  });
});

test("runs that are picked stay picked while the page is hidden, in the order of the choice", () => {
  const pick = (state: Page.PageState, run: string, isPicked: boolean): Page.PageState =>
    page.changed(state, { type: "picked", run, isPicked });
  let state = pick(pick(page.initialState(undefined), "b", true), "a", true);
  expect(state.picked).toEqual(["b", "a"]);
  state = page.initialState({ draft: { ...state.draft, suite: "file" }, picked: state.picked });
  expect(state).toMatchObject({ picked: ["b", "a"], draft: { suite: "file" } });
  expect(pick(state, "b", false).picked).toEqual(["a"]);
});
