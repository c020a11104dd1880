import { beforeAll, describe, expect, test, vi } from "vitest";
import type * as Draft from "../../webview/training/draft.ts";

let draft: typeof Draft;
beforeAll(async () => {
  vi.stubGlobal("document", { getElementById: () => null });
  draft = await import("../../webview/training/draft.ts");
});

const numbers = {
  epochs: { minimum: 1, maximum: 100 },
  rank: { minimum: 1, maximum: 64 },
  virtualTokens: { minimum: 1, maximum: 256 },
  months: { minimum: 1, maximum: 120, default: 6 },
};
const snippet = { path: "a.py", lines: 2, start: "x = 1" };
const workspace = { folder: "shop", files: 3, taken: [] };

function facts(part: Partial<Draft.FormDraft>, others: Partial<Draft.FormFacts> = {}): Draft.FormFacts {
  const paperData = { codealpacapy: "missing" } as const;
  const ready = { ...draft.blankDraft, name: "shop-1", ...part };
  return {
    draft: ready,
    workspace,
    paperData,
    snippets: { snippets: [] },
    commits: undefined,
    nameProblem: undefined,
    numbers,
    ...others,
  };
}

describe("obstacle", () => {
  test("there is none for a folder with Python files and a name", () => {
    expect(draft.obstacle(facts({}))).toBeUndefined();
  });

  test.each([
    [{ name: " " }, "Give the adapter a name."],
    [{ data: "path" }, "Choose a file or a folder to train on."],
    [{ data: "snippets" }, "Add code to the snippets first."],
    [{ data: "codealpacapy" }, "Get CodeAlpacaPy first."],
    [{ data: "joint" }, "Get CodeAlpacaPy first."],
    [{ rank: "65" }, "Rank: a whole number from 1 to 64, or nothing"],
    [{ method: "prompt", virtualTokens: "0" }, "Virtual tokens: a whole number from 1 to 256, or nothing"],
    [{ epochs: "0" }, "Epochs: a whole number from 1 to 100, or nothing"],
  ] as const)("of %j is %j", (part, text) => expect(draft.obstacle(facts(part))).toBe(text));

  test("a workspace is told by what it lacks", () => {
    const of = (part: Partial<Draft.Workspace>): string | undefined =>
      draft.obstacle(facts({}, { workspace: { ...workspace, ...part } }));
    expect(of({ folder: undefined, files: undefined })).toBe("Open a folder, or choose other data to train on.");
    expect(of({ files: undefined })).toBe("Counting Python files…");
    expect(of({ files: 0 })).toBe("There is no Python file in this workspace.");
  });

  test("there must be a snippet that no rule leaves out", () => {
    const of = (...snippets: Draft.FormFacts["snippets"]["snippets"]): string | undefined =>
      draft.obstacle(facts({ data: "snippets" }, { snippets: { snippets } }));
    const secret = { ...snippet, reason: "secret" } as const;
    expect(of(secret)).toBe("All snippets are left out.");
    expect(of(secret, snippet)).toBeUndefined();
  });

  test("the user's commits must have been counted, and have added code", () => {
    const of = (commits: Draft.FormFacts["commits"], months?: string): string | undefined =>
      draft.obstacle(facts({ data: "commits", ...(months !== undefined && { months }) }, { commits }));
    const counted = { phase: "done", months: 6, email: "ann@example.org", commits: 2, files: 1, lines: 9 } as const;
    expect(of(undefined)).toBe("Counting the lines of your commits…");
    expect(of(counted)).toBeUndefined();
    expect(of(counted, "12")).toBe("Counting the lines of your commits…");
    expect(of({ ...counted, files: 0 })).toBe("Your commits of this period added no Python code here.");
    expect(of(counted, "0")).toBe("Last months: a whole number from 1 to 120");
    const failed = { phase: "failed", months: 6, message: "Git is gone.", nextStep: "Install it." } as const;
    expect(of(failed)).toBe("The lines of your commits could not be counted.");
  });

  test("the field of the commits says what is found, or why nothing is counted", async () => {
    const { commitsLine } = await import("../../webview/training/data/commitsField.tsx");
    const counted = { phase: "done", months: 6, email: "ann@example.org", commits: 2, files: 1, lines: 9 } as const;
    expect(commitsLine(6, numbers, undefined)).toEqual({ hint: "Counting…" });
    expect(commitsLine(6, numbers, counted).hint).toContain("ann@example.org");
    expect(commitsLine(undefined, numbers, counted).problem).toBe("Last months: a whole number from 1 to 120");
    const failed = { phase: "failed", months: 6, message: "Git is gone.", nextStep: "Install it." } as const;
    expect(commitsLine(6, numbers, failed).problem).toBe("Git is gone. Install it.");
    expect(commitsLine(3, numbers, failed)).toEqual({ hint: "Counting…" });
  });

  test("one line tells why there is neither a preview nor a start", () => {
    const both = facts({ name: "", rank: "65" });
    expect(draft.obstacle(both)).toBe(draft.previewObstacle(both));
  });

  test("what the extension says of the name counts", () => {
    expect(draft.obstacle(facts({}, { nameProblem: "taken" }))).toBe("Choose another name.");
  });

  test("a training that does not fit on this machine cannot start, until the form has changed", () => {
    const words = { message: "Too large.", nextStep: "Choose less." };
    const of = (estimate: Draft.FormFacts["estimate"]): string | undefined => draft.obstacle(facts({}, { estimate }));
    const refused = { phase: "failed", ...words, isRefusal: true } as const;
    expect(of(refused)).toBe("This training does not fit on this machine.");
    expect(of({ ...refused, isStale: true })).toBeUndefined();
    expect(of({ ...refused, isRefusal: false })).toBeUndefined();
  });

  test("a size that the method does not have may hold anything", () => {
    expect(draft.obstacle(facts({ method: "ia3", rank: "0", virtualTokens: "?" }))).toBeUndefined();
  });
});

describe("toTrainingForm", () => {
  test.each([{}, { rank: "", epochs: "" }])("numbers of %j are left to the training", (numbersTyped) => {
    const typed = facts({ name: " shop ", ...numbersTyped }).draft;
    expect(draft.toTrainingForm(typed, numbers)).toEqual({
      data: { kind: "workspace" },
      method: { name: "lora" },
      name: "shop",
    });
  });

  test("files to include belong to folders: rows have none", () => {
    const include = (data: Draft.FormDraft["data"]) =>
      draft.toTrainingForm(facts({ data, path: "/shop", include: ["generated", "a.py"] }).draft, numbers).include;
    expect((["workspace", "path", "snippets"] as const).map(include)).toEqual([
      ["generated", "a.py"],
      ["generated", "a.py"],
      ["generated", "a.py"],
    ]);
    expect(include("conala")).toBeUndefined();
    expect(include("joint")).toBeUndefined();
  });

  test("commits go along with their months", () => {
    const { data } = draft.toTrainingForm(facts({ data: "commits", months: "3" }).draft, numbers);
    expect(data).toEqual({ kind: "commits", months: 3 });
  });

  test("a preset goes along, unless it is the usual one", () => {
    expect(draft.toTrainingForm(facts({ preset: "quick" }).draft, numbers).preset).toBe("quick");
    expect(draft.toTrainingForm(facts({}).draft, numbers)).not.toHaveProperty("preset");
  });

  test("a method comes with its own size only", () => {
    const typed = { data: "path", path: "/pairs.jsonl", rank: "4", virtualTokens: "5", epochs: "7" } as const;
    const form = (method: Draft.Method) => draft.toTrainingForm(facts({ ...typed, method }).draft, numbers);
    expect(form("prefix")).toEqual({
      data: { kind: "path", path: "/pairs.jsonl" },
      method: { name: "prefix", virtualTokens: 5 },
      name: "shop-1",
      epochs: 7,
    });
    expect(form("ia3").method).toEqual({ name: "ia3" });
  });
});
