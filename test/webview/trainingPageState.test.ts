import { beforeAll, describe, expect, test, vi } from "vitest";
import type * as Page from "../../webview/training/pageState.ts";

let page: typeof Page;
beforeAll(async () => {
  vi.stubGlobal("document", { getElementById: () => null });
  page = await import("../../webview/training/pageState.ts");
});

/** Returns the state of a new page after these changes, one after the other. */
function after(...changes: readonly Page.Change[]): Page.PageState {
  return changes.reduce(page.changed, page.initialState(undefined));
}

const workspace = { type: "workspace", folder: "shop", files: 3, taken: ["shop"] } as const;
const typed = { type: "edited", part: { name: "mine", nameChosen: true } } as const;
const taken = { type: "nameChecked", name: "mine", problem: "taken" } as const;

describe("the name", () => {
  test("is suggested with the workspace until one is typed", () => {
    expect(after(workspace).draft.name).toBe("shop-2");
    expect(after(typed, workspace).draft.name).toBe("mine");
  });

  test("follows the data, and is none that an adapter has", () => {
    const chosen = (data: "commits" | "conala" | "workspace"): Page.Change => ({ type: "edited", part: { data } });
    expect(after(workspace, chosen("conala")).draft.name).toBe("conala");
    expect(after(workspace, chosen("conala"), { ...workspace, taken: ["CoNaLa"] }).draft.name).toBe("conala-2");
    expect(after(workspace, chosen("conala"), chosen("workspace")).draft.name).toBe("shop-2");
    expect(after(workspace, chosen("commits")).draft.name).toBe("shop-2");
    expect(after(workspace, { type: "dataChosen", path: "/data/my pairs.jsonl" }).draft.name).toBe("my-pairs");
    expect(after(workspace, { type: "dataChosen", path: "C:\\code\\.app\\" }).draft.name).toBe("app");
    expect(after(typed, chosen("conala")).draft.name).toBe("mine");
  });

  test("keeps letters with accents as plain ones", () => {
    const named = (folder: string): string => after({ ...workspace, folder, taken: [] }).draft.name;
    expect(named("Übung mit Blanks äöü")).toBe("Ubung-mit-Blanks-aou");
    expect(named("Größe café")).toBe("Grosse-cafe");
    expect(named("练习")).toBe("adapter");
  });

  test("has the problem that was found with it, until it is typed on", () => {
    expect(after(typed, taken).nameProblem).toBe("taken");
    expect(after(typed, taken, { type: "edited", part: { name: "mine2" } }).nameProblem).toBeUndefined();
    expect(after(typed, taken, { type: "edited", part: { rank: "8" } }).nameProblem).toBe("taken");
    expect(after(typed, { ...taken, name: "min" }).nameProblem).toBeUndefined();
  });

  test("is another one than that of a training which can be resumed", () => {
    const card = { name: "mine", base: "b", step: 1, steps: 9, busy: false };
    const unfinished = { type: "unfinished", trainings: [card], discarded: [] } as const;
    const form = [{ ...workspace, taken: [] }, typed] as const;
    expect(after(...form, unfinished).draft).toMatchObject({ name: "shop", nameChosen: false });
    expect(after(...form, { ...unfinished, trainings: [{ ...card, name: "other" }] }).draft.name).toBe("mine");
    const both = { ...unfinished, trainings: [card, { ...card, name: "shop" }] };
    expect(after(...form, both).draft.name).toBe("shop-2");
  });

  test("follows the training that runs, and is given up with it once it has made an adapter", () => {
    const running = { type: "state", state: { phase: "running", name: "other" } } as const;
    const failed = { phase: "failed", name: "other", message: "", nextStep: "" } as const;
    expect(after(workspace, running).draft).toMatchObject({ name: "other", nameChosen: true });
    expect(after(workspace, running, { type: "state", state: failed }).draft.name).toBe("other");
    const resumable = { type: "state", state: { ...failed, reached: { step: 2, steps: 9 } } } as const;
    expect(after(workspace, running, resumable).draft.name).toBe("shop-2");
    expect(after(workspace, running, resumable, { type: "discarding", name: "other" }).draft.name).toBe("other");
  });
});

test("a path that was chosen is the data", () => {
  expect(after({ type: "dataChosen", path: "/pairs.jsonl" }).draft).toMatchObject({
    data: "path",
    path: "/pairs.jsonl",
  });
});

test("a wish to train on the snippets is taken once, also after the page was away", () => {
  const told = (chosenAt?: number): Page.Change => {
    return { type: "snippets", state: { snippets: [], ...(chosenAt !== undefined && { chosenAt }) } };
  };
  const back = { type: "edited", part: { data: "workspace" } } as const;
  expect(after(workspace, told()).draft.data).toBe("workspace");
  const chosen = after(workspace, told(5));
  expect(chosen.draft).toMatchObject({ data: "snippets", name: "snippets" });
  expect(after(workspace, told(5), back, told(5)).draft.data).toBe("workspace");
  expect(after(workspace, told(5), back, told(6)).draft.data).toBe("snippets");
  const again = page.changed(page.initialState(chosen.draft), back);
  expect(page.changed(again, told(5)).draft.data).toBe("workspace");
});

test("a draft that was kept stays, with what it lacks as in a blank one", () => {
  const kept = { ...page.initialState(undefined).draft, method: "ia3", rank: "4" } as const;
  expect(page.initialState(kept).draft).toMatchObject({ method: "ia3", rank: "4", data: "workspace" });
});

describe("the estimate", () => {
  const estimate = { phase: "done", steps: 60, epochs: 2, memoryBytes: 6e8, diskBytes: 3e7 } as const;
  const told = { type: "estimate", estimate } as const;

  test("is stale once the form asks for another training", () => {
    expect(after(told).estimate).toEqual(estimate);
    expect(after(told, { type: "edited", part: { preset: "quick" } }).estimate).toEqual({ ...estimate, isStale: true });
    expect(after(told, { type: "edited", part: { preset: "quick" } }, told).estimate).toEqual(estimate);
  });

  test("does not depend on the name", () => {
    expect(after(told, typed).estimate).toEqual(estimate);
  });
});
