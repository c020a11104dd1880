import { describe, expect, test } from "vitest";
import { acceptable } from "../../../../extension/core/evaluation/replay/acceptance.ts";
import { replaySession, type SessionOptions } from "../../../../extension/core/evaluation/replay/session.ts";
import type { SessionRecord } from "../../../../extension/core/evaluation/replay/sessionRecord.ts";
import type { Answer, Suggester, TypedDocument } from "../../../../extension/core/evaluation/replay/suggester.ts";
import { keyOf, typist } from "../../../../extension/core/evaluation/replay/typist.ts";

describe("acceptable", () => {
  test.each([
    ["the whole text", "return a", "return a\n", { text: "return a", keys: 1, kind: "exact" }],
    ["the beginning of a line", "return", "return a", { text: "return", keys: 1, kind: "exact" }],
    ["the lines that are right", "a = 1\nb = 3", "a = 1\nb = 2", { text: "a = 1", keys: 1, kind: "prefix" }],
    ["no line that goes on", "a = 1\nb = 3", "a = 12\nb = 3", undefined],
    ["no other text", "return b", "return a", undefined],
    ["nothing that takes as many keys to type", ")", ")\n", undefined],
    ["nothing of nothing", "", "return a", undefined],
  ])("%s", (_, suggestion, rest, expected) => {
    expect(acceptable(suggestion, rest)).toEqual(expected);
  });
});

/** A span in a file with text on both sides. */
function spanOf(text: string): Parameters<typeof replaySession>[0] {
  const [before, after] = ["import os\n\n\n", "\n\n\nend = 1\n"];
  const file = { path: "a.py", text: before + text + after };
  return { file, start: before.length, end: before.length + text.length };
}

interface FakeSuggester extends Suggester {
  readonly asked: TypedDocument[];
  /** Everything else that the session reports, in order. */
  readonly told: unknown[];
}

/** Answers according to the typed text, and records the requests and reports that it gets. */
function answering(suggest: (typed: string) => string, mayAsk: (typed: string) => boolean = () => true): FakeSuggester {
  const asked: TypedDocument[] = [];
  const told: unknown[] = [];
  const typedIn = ({ prefix }: TypedDocument): string => prefix.slice("import os\n\n\n".length);
  let runs = 0;
  return {
    asked,
    told,
    enter: ({ path }) => told.push(["enter", path]),
    mayAsk: (document) => (mayAsk(typedIn(document)) ? null : "comment"),
    suggest: async (document) => {
      asked.push(document);
      runs++;
      const text = suggest(typedIn(document));
      return { text, confidence: 0.5, silence: text === "" ? "unsure" : null };
    },
    appeared: (document, text, at) => told.push(["appeared", typedIn(document), text, at]),
    edited: ({ offset, deleted, text }, at) => told.push(["edited", offset, deleted, text, at]),
    workAhead: async (document, shown, { milliseconds }) => {
      told.push(["ahead", typedIn(document), shown, milliseconds]);
    },
    leave: () => told.push(["leave"]),
    spent: () => ({ prefilled: 2 * runs, decoded: runs, runs, written: 3 * runs, milliseconds: 0 }),
    release: async () => {},
  };
}

/** Presses a key every 100 ms. */
const steady: SessionOptions["typist"] = { next: (_, rest) => ({ delay: 100, text: keyOf(rest) }) };

const text = "def f(a):\n    return a";

async function typed(
  suggest: (typed: string) => string,
  options: Partial<SessionOptions> = {},
): Promise<SessionRecord & { asked: readonly TypedDocument[] }> {
  const suggester = answering(suggest);
  const settings = { typist: steady, suggester, startedAt: 0, pause: 50, reading: 0, answerTime: 20, ...options };
  return { ...(await replaySession(spanOf(text), settings)), asked: suggester.asked };
}

describe("replaySession", () => {
  test("types every key, and asks in every pause with the text around the cursor", async () => {
    const record = await typed(() => "");
    // The line end brings the indentation with it.
    const keys = text.length - "    ".length;
    expect(record).toMatchObject({ id: "a.py:4", characters: text.length, plainKeys: keys, keystrokes: keys });
    // No suggestion is requested before the first key, nor after the last one.
    expect(record).toMatchObject({ requests: keys - 1, silent: keys - 1, shown: 0, cancelled: 0, accepted: 0 });
    const runs = keys - 1;
    expect(record.cost).toEqual({ prefilled: 2 * runs, decoded: runs, runs, written: 3 * runs, milliseconds: 0 });
    expect(record.milliseconds).toBe(100 * keys);
    expect(record.computed).toEqual(record.asked.map(() => 20));
    expect(record.asked.map(({ prefix }) => prefix.slice(12))).toContain("def f(a):\n    ");
    for (const { prefix, suffix } of record.asked) {
      expect(text.startsWith(prefix.slice("import os\n\n\n".length))).toBe(true);
      expect(suffix).toBe("\n\n\nend = 1\n");
    }
  });

  test("accepts what is right, with one key", async () => {
    const record = await typed((before) => (before === "def" ? " f(a):" : ""));
    expect(record).toMatchObject({ shown: 1, exact: 1, acceptedWhole: 1, accepted: 6, keystrokes: 3 + 1 + 9 });
    expect(record.confidences).toEqual([{ confidence: 0.5, isRight: true }]);
    expect(record.asked.map(({ prefix }) => prefix.slice(12))).toContain("def f(a):");
  });

  test("accepts the lines that are right, one key each", async () => {
    const record = await typed((before) => (before === "def" ? " f(a):\n    return b" : ""));
    expect(record).toMatchObject({ shown: 1, exact: 0, prefix: 1, acceptedInPart: 1, accepted: 6, keystrokes: 13 });
  });

  test("types on where a suggestion is wrong, and counts one typed along only once", async () => {
    const wrong = await typed((before) => (before === "def" ? " g()" : ""));
    expect(wrong).toMatchObject({ shown: 1, exact: 0, prefix: 0, accepted: 0, keystrokes: wrong.plainKeys });
    const along = await typed((before) => (before.startsWith("def ") ? "" : "def f(b):".slice(before.length)));
    expect(along).toMatchObject({ shown: 1, exact: 0, accepted: 0 });
  });

  test("accepts only after the author has read it, however far he typed along it", async () => {
    const suggest = (before: string): string => "def f(a):".slice(before.length);
    const record = await typed(suggest, { reading: 250 });
    // On screen from 170 ms on: read at 420 ms, after the fourth key.
    expect(record).toMatchObject({ shown: 1, exact: 1, acceptedWhole: 1, accepted: "def f(a):".length - 4 });
    expect((await typed(suggest, { reading: 5000 })).accepted).toBe(0);
  });

  test("cancels answers that would come after the next key", async () => {
    const late = await typed(() => "def f(a):", { answerTime: 50 });
    expect(late.asked).toEqual([]);
    expect(late).toMatchObject({ requests: 17, cancelled: 17, shown: 0, computed: [] });
    const rare = await typed(() => "", { pause: 100 });
    expect(rare).toMatchObject({ requests: 0, cancelled: 0 });
  });

  test("measured answers count by the time that they took, and are aborted at the next key", async () => {
    let aborted = 0;
    const suggester = {
      ...answering(() => ""),
      suggest: ({ prefix }: TypedDocument, _at: number, signal: AbortSignal) =>
        prefix.endsWith("def")
          ? new Promise<Answer>((_, reject) => {
              signal.addEventListener("abort", () => (aborted++, reject(signal.reason as Error)));
            })
          : Promise.resolve({ text: "", confidence: 0, silence: null }),
    };
    const record = await typed(() => "", { suggester, answerTime: undefined });
    expect([aborted, record.cancelled]).toEqual([1, 1]);
    expect(record.remembered).toHaveLength(record.requests - 1);
    expect(Math.max(...record.remembered)).toBeLessThan(50);
  });

  test("stays silent where the editor would not ask, and hides what was on screen", async () => {
    const suggest = (before: string): string => "def f(a):".slice(before.length);
    const suggester = answering(suggest, (before) => before !== "def");
    const record = await typed(() => "", { suggester, reading: 250 });
    expect(suggester.asked.map(({ prefix }) => prefix.slice(12))).not.toContain("def");
    // Hidden at 350 ms, it appears again at 470 ms and is read at 720 ms, after the seventh key.
    expect(record).toMatchObject({ quiet: 1, shown: 2, exact: 2, accepted: "def f(a):".length - 7 });
    expect(record.silences).toEqual({ comment: 1, unsure: record.silent });
  });

  test("tells what the editor tells: appearances, edits, and the time until the next key", async () => {
    const suggester = answering((before) => (before === "def" ? " f(a):" : ""));
    await typed(() => "", { suggester, startedAt: 1000, reading: 25 });
    const at = "import os\n\n\n".length;
    expect(suggester.told.slice(0, 8)).toEqual([
      ["enter", "a.py"],
      ["edited", at, 0, "d", 1100],
      ["ahead", "d", "", 30],
      ["edited", at + 1, 0, "e", 1200],
      ["ahead", "de", "", 30],
      ["edited", at + 2, 0, "f", 1300],
      ["appeared", "def", " f(a):", 1370],
      ["ahead", "def", " f(a):", 25],
    ]);
    expect(suggester.told.slice(8, 10)).toEqual([
      ["edited", at + 3, 0, " f(a):", 1395],
      ["ahead", "def f(a):", "", 30],
    ]);
    expect(suggester.told.at(-1)).toEqual(["leave"]);
  });

  test("an error of the engine ends the replay, and so does the caller's signal", async () => {
    const failing = (): string => {
      throw new Error("internal: broken");
    };
    await expect(typed(failing, { answerTime: undefined })).rejects.toThrow("broken");
    await expect(typed(() => "", { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  });

  test("typos are typed, asked about, and deleted", async () => {
    const author = typist({ seed: 1, interval: 200, typos: 0.5 }, "a");
    const record = await typed(() => "", { typist: author });
    const wrong = record.asked.filter(({ prefix }) => !text.startsWith(prefix.slice(12)));
    expect(wrong.length).toBeGreaterThan(2);
    expect(record.keystrokes).toBe(record.plainKeys + 2 * wrong.length);
    expect(record.asked.at(-1)!.prefix.slice(12)).toBe(text.slice(0, -1));
    const suggester = answering(() => "");
    await typed(() => "", { typist: typist({ seed: 1, interval: 200, typos: 0.5 }, "a"), suggester });
    const edits = suggester.told.filter((each) => Array.isArray(each) && each[0] === "edited") as [
      string,
      number,
      number,
      string,
    ][];
    let written = "";
    for (const [, offset, deleted, inserted] of edits) {
      const from = offset - 12;
      expect([from + deleted, deleted]).toEqual([written.length, inserted === "" ? 1 : 0]);
      written = written.slice(0, from) + inserted;
    }
    expect(written).toBe(text);
  });
});
