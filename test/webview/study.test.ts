import { describe, expect, test, vi } from "vitest";
import type { Change, PageState } from "../../webview/study/pageState.ts";
import type { OpenStudy, StudyFields, SuiteTasks } from "../../webview/protocol/study.ts";
import type { RowView, SuiteView } from "../../webview/protocol/studyResults.ts";

vi.stubGlobal("document", { getElementById: () => null });
const { blankStudy, adapterDraft, obstacle, toStudyForm } = await import("../../webview/study/draft.ts");
const { changed, initialState, placeOf } = await import("../../webview/study/pageState.ts");
const { filtered, noFilter } = await import("../../webview/study/taskFilter.ts");
const { TaskDetail } = await import("../../webview/study/taskDetail.tsx");
const { isShownAtFirst, sorted } = await import("../../webview/study/columns.ts");

const fields: StudyFields = {
  limit: { minimum: 1 },
  seed: { minimum: 0 },
  shots: { minimum: 1, maximum: 100 },
  most: { title: 20, suites: 2, candidates: 4, seeds: 3, runs: 12 },
};
const here = { codealpacapy: "here" } as const;

describe("the draft of a study", () => {
  const draft = { ...blankStudy, title: " Mine ", paths: ["/pairs.jsonl"] };

  test.each([
    [{ ...draft, title: " " }, "Give the study a title."],
    [{ ...draft, paths: [] }, "Choose a suite first."],
    [{ ...draft, paper: ["codealpacapy"] }, "Get CodeAlpacaPy first."],
    [{ ...draft, hasBase: false }, "Choose a candidate first."],
    [{ ...draft, drawn: "1, 0" }, "Examples: give whole numbers from 1 to 100."],
    [{ ...draft, nearest: "2" }, "Choose a file of examples first."],
    [{ ...draft, limit: "0" }, "Tasks: give a whole number from 1 on, or none for all."],
    [{ ...draft, seeds: "" }, "Seeds: give whole numbers from 0 on."],
    [{ ...draft, title: "x".repeat(21) }, "Title: give at most 20 characters."],
    [{ ...draft, paths: ["/a.py", "/b.py", "/c.py"] }, "Choose at most 2 suites."],
    [{ ...draft, adapters: ["a", "b"], hasRepository: true }, "Choose at most 4 candidates: these are 6."],
    [
      { ...draft, adapters: ["a"], nearest: "1 2", encoder: "/e", examples: "/e.jsonl" },
      "Choose at most 4 candidates: these are 6.",
    ],
    [{ ...draft, seeds: "1 2 3 4" }, "Seeds: give at most 3."],
    [
      { ...draft, paper: ["conala"], adapters: ["a", "b", "c"], seeds: "1 2 3" },
      "Suites, candidates and seeds make 24 runs; the limit is 12.",
    ],
  ])("tells what it lacks: %#", (lacking, reason) => {
    expect(obstacle(lacking, fields, { codealpacapy: "missing" })).toBe(reason);
  });

  test("becomes a form with numbers, without repetitions", () => {
    const asked = { ...draft, paper: ["conala"], drawn: "1, 3 3", examples: "/e.jsonl", limit: "40", seeds: "42,777" };
    expect(obstacle(asked, fields, here)).toBeUndefined();
    expect(toStudyForm(asked, fields)).toMatchObject({
      title: "Mine",
      suites: ["conala", "/pairs.jsonl"],
      drawn: [1, 3],
      nearest: [],
      limit: 40,
      seeds: [42, 777],
    });
    expect(toStudyForm(draft, fields)).not.toHaveProperty("limit");
  });

  test("of an adapter compares it on what its training held out, with and without the repository", () => {
    const compared = adapterDraft("sql", { sql: "/home/held-out/1/held-out.jsonl" });
    expect(obstacle(compared, fields, here)).toBeUndefined();
    expect(toStudyForm(compared, fields)).toMatchObject({
      title: "Is sql better?",
      suites: ["/home/held-out/1/held-out.jsonl"],
      adapters: ["sql"],
      hasBase: true,
      hasRepository: true,
    });
  });

  test("of an adapter whose held-out files are unknown compares it on CoNaLa, which has no repository", () => {
    const compared = adapterDraft("sql", { other: "/home/held-out/1/held-out.jsonl" });
    expect(obstacle(compared, fields, here)).toBeUndefined();
    expect(toStudyForm(compared, fields)).toMatchObject({ suites: ["conala"], hasRepository: false });
  });

  test("asks for no repository once the code that had one is removed", () => {
    const ticked = { ...draft, hasRepository: true };
    expect(toStudyForm(ticked, fields).hasRepository).toBe(true);
    expect(toStudyForm({ ...ticked, paths: [], paper: ["conala"] }, fields).hasRepository).toBe(false);
  });
});

test("a task that the user has left is not shown when its answer arrives", () => {
  let state = changed(initialState(undefined), { type: "drill", suite: 0 });
  state = changed(state, { type: "ask", id: "b" });
  const detail = (id: string) => ({ type: "task", suite: 0, detail: { id, intent: id, answers: [] } }) as const;
  expect(changed(state, detail("a")).drilled?.detail).toBeUndefined();
  expect(changed(state, detail("b")).drilled?.detail?.id).toBe("b");
});

describe("what the extension knows of the machine", () => {
  const draft = { ...blankStudy, title: "Mine", compared: "sql", adapters: ["sql", "web"], bases: ["big"] };
  const known = (adapters: string[], bases: string[]): Change => {
    const choices = { adapters, bases, base: "small", isInUse: false, heldOut: {} };
    return { type: "state", state: { studies: [], problem: undefined, open: undefined, ...choices } };
  };
  const after = (change: Change) => changed(initialState({ draft }), change).draft;

  test("deselects adapters and bases that are gone", () => {
    expect(after(known(["web"], ["small"]))).toEqual({ ...draft, compared: "", adapters: ["web"], bases: [] });
    expect(after(known([], ["small", "big"]))).toMatchObject({ compared: "", adapters: [], bases: ["big"] });
  });

  test("keeps the selection until it is known, and of what is there", () => {
    expect(after(known([], []))).toEqual(draft);
    expect(after(known(["web", "sql"], ["small", "big"]))).toEqual(draft);
  });
});

test("columns, orders and the charts' measure are those of before, for a page that was hidden", () => {
  const looks = [
    { columns: { speed: false } },
    { sorting: { "s, graft": { key: "em@1", isUp: false } } },
    { measure: "chrf" },
  ];
  const { look } = looks.reduce<PageState>(
    (state, part) => changed(state, { type: "look", part }),
    initialState(undefined),
  );
  expect(look).toEqual(Object.assign({}, ...looks));
  expect(initialState({ look }).look).toEqual(look);
});

const learning = { charts: [], facts: [], unrecorded: [] };

describe("the place among a study's tasks", () => {
  const open: OpenStudy = { name: "mine", title: "Mine", phase: "ready", runs: [], notes: [], order: [] };
  const opened = (name = "mine"): Change => {
    const choices = { adapters: [], bases: [], base: "b", isInUse: false, heldOut: {} };
    const known = { studies: [], problem: undefined, ...choices };
    return { type: "state", state: { ...known, open: { ...open, name } } };
  };
  const suite = (name: string): SuiteView => ({
    suite: name,
    protocol: "graft",
    measures: [],
    fewestItems: 20,
    effects: [],
    rows: [],
  });
  const results = (...names: string[]): Change => {
    return { type: "results", results: { suites: names.map(suite), charts: [], learning, history: [] } };
  };
  const after = (state: PageState, ...changes: Change[]): PageState => changes.reduce(changed, state);
  const there = after(
    initialState(undefined),
    opened(),
    results("a", "b"),
    { type: "drill", suite: 1 },
    { type: "ask", id: "t3" },
    { type: "filter", part: { search: "sort" } },
  );

  test("is found again by a page that was hidden, also where the suite stands elsewhere by then", () => {
    const kept = { draft: blankStudy, isDrafting: false, look: there.look, place: placeOf(there) };
    let state = initialState(JSON.parse(JSON.stringify(kept)) as typeof kept);
    // The page may be hidden again before the results are there.
    expect(placeOf(state)).toEqual(placeOf(there));
    state = after(state, opened(), results("b", "a"));
    expect(state.drilled).toMatchObject({ suite: 0, asked: "t3", filter: { search: "sort" }, isReturn: true });
    expect(changed(state, { type: "drill", suite: undefined }).goal).toBeUndefined();
  });

  test("is not looked for in another study", () => {
    const state = after(initialState({ place: placeOf(there) }), opened("other"), results("a", "b"));
    expect(state.drilled).toBeUndefined();
  });

  test("stays while results change, and goes with its suite", () => {
    expect(changed(there, results("a", "b")).drilled).toBe(there.drilled);
    expect(changed(there, results("b")).drilled).toEqual({ suite: 0, filter: noFilter });
    expect(changed(there, results("a")).drilled).toBeUndefined();
  });

  test("keeps no filter by runs that are others now", () => {
    const tasks = (...runs: string[]): Change => ({ type: "tasks", suite: 1, tasks: { runs, rows: [] } });
    const state = after(there, tasks("one", "other"), { type: "filter", part: { right: 1, wrong: 0 } });
    expect(changed(state, tasks("one", "other")).drilled?.filter).toMatchObject({ search: "sort", right: 1, wrong: 0 });
    expect(changed(state, tasks("one")).drilled?.filter).toEqual({ search: "sort", order: "suite" });
  });
});

test("a task says what its marks mean, if an answer has some", () => {
  const drawn = (text: string, reference?: string): string => {
    const answers = [null, { predictions: [{ text }] }];
    const detail = { id: "t", intent: "i", answers, ...(reference !== undefined && { reference }) };
    return JSON.stringify(TaskDetail({ detail, runs: ["one", "other"], suite: 0, post: () => undefined }));
  };
  const legend = "underlined text is not in the reference, and struck text is missing";
  expect(drawn("x = 2", "x = 1")).toContain(legend);
  expect(drawn("x = 1", "x = 1")).not.toContain(legend);
  expect(drawn("x = 1")).not.toContain(legend);
  // They share nothing readable.
  expect(drawn("# ---\n# ---", "(date(2010, 12, 31) + relativedelta(months=(+ 1)))")).not.toContain(legend);
});

test("a chart of differences is shown for the pair that was asked for last, until results change", () => {
  const pair = { suite: 0, first: 1, second: 0, measure: "chrf" };
  const drawn = { type: "differences", pair, svg: "<svg/>" } as const;
  let state = changed(initialState(undefined), { type: "askDifferences", pair });
  expect(changed(state, { ...drawn, pair: { ...pair, first: 2 } }).differences).toEqual({ pair });
  state = changed(state, drawn);
  expect(state.differences).toEqual({ pair, svg: "<svg/>" });
  expect(
    changed(state, { type: "results", results: { suites: [], charts: [], learning, history: [] } }).differences,
  ).toBeUndefined();
});

test("tasks are searched, filtered by who is right, and ordered", () => {
  const cell = (isRight: boolean, similarity: number) => ({ isRight, similarity });
  const tasks: SuiteTasks = {
    runs: ["one", "other"],
    rows: [
      { id: "1", intent: "Sort it", length: 3, cells: [cell(true, 1), cell(false, 0.2)] },
      { id: "2", intent: "open it", length: 9, cells: [cell(false, 0.5), cell(true, 1)] },
      { id: "3", intent: "close it", length: 5, cells: [cell(false, 0.1), null] },
    ],
  };
  const ids = (filter: object): string =>
    filtered(tasks, { ...noFilter, ...filter })
      .map(({ id }) => id)
      .join("");
  expect(ids({})).toBe("123");
  expect(ids({ search: "SORT" })).toBe("1");
  expect(ids({ right: 0, wrong: 1 })).toBe("1");
  // A run without an answer is not wrong.
  expect(ids({ wrong: 1 })).toBe("1");
  expect(ids({ order: "longest" })).toBe("231");
  expect(ids({ order: "similar" })).toBe("213");
  expect(ids({ order: "different" })).toBe("123");
});

test("rows are sorted by a column, those without a value last in either direction", () => {
  const rows = [2, undefined, 1, 3].map((value, i) => ({ candidate: `c${i}`, trainingSeconds: value }) as RowView);
  const columns = [{ key: "training", title: "", value: ({ trainingSeconds }: RowView) => trainingSeconds }];
  const order = (sorting?: { key: string; isUp: boolean }): (number | undefined)[] =>
    sorted(rows, columns, sorting).map(({ trainingSeconds }) => trainingSeconds);
  expect(order()).toEqual([2, undefined, 1, 3]);
  expect(order({ key: "training", isUp: true })).toEqual([1, 2, 3, undefined]);
  expect(order({ key: "training", isUp: false })).toEqual([3, 2, 1, undefined]);
});

test("costs that no candidate has are not shown at first, nor are the lesser measures", () => {
  const base = { trainableParameters: 0, adapterBytes: 0, peakMemoryBytes: 1e9, tokensPerSecond: 60 } as RowView;
  const trained = { ...base, trainableParameters: 1024, adapterBytes: 4096, trainingSeconds: 30 };
  const names = ["chrf", "chrf++", "parameters", "size", "training", "memory", "peak", "speed"];
  expect(names.filter((name) => isShownAtFirst(name, [base]))).toEqual(["chrf", "peak", "speed"]);
  expect(names.filter((name) => isShownAtFirst(name, [base, trained]))).toEqual([
    "chrf",
    "parameters",
    "size",
    "training",
    "peak",
    "speed",
  ]);
});
