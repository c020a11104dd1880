import { describe, expect, test } from "vitest";
import type { Completion } from "../../../../extension/core/completion/result/completion.ts";
import { openJudgement, type Question } from "../../../../extension/core/completion/judgement/judgement.ts";
import { followSuggestions } from "../../../../extension/core/completion/judgement/suggestionLife.ts";
import { quietByDefault, type QuietPlace } from "../../../../extension/core/completion/trigger.ts";
import { at } from "../fakes.ts";

const document = "file:///a.py";
const source = { base: "small", adapter: undefined };

function question(marked: string, more: Partial<Question> = {}): Question {
  return { document, cursor: at(marked), trigger: "automatic", ...more };
}

function completion(text: string, confidence = 0.6): Completion {
  const evidence = {} as Completion["beginnings"][number]["evidence"];
  return {
    text,
    confidence,
    leastConfidence: 0.2,
    beginnings: [{ end: text.length, confidence, evidence }],
    candidates: [],
    tokens: 1,
    logProbability: -1,
    milliseconds: { load: 0, prefill: 0, decode: 0 },
    stop: "line",
  };
}

/** A judgement whose suggestions are followed, and a user who rejects or accepts them. */
function working({ quietIn = quietByDefault }: { quietIn?: readonly QuietPlace[] } = {}) {
  const judgement = openJudgement({ quietIn: () => quietIn });
  const life = followSuggestions(judgement.told);
  const show = (asked: Question, answer: Completion, now: number) => {
    const verdict = judgement.judge(asked, answer, source, now);
    if (verdict.silence) return verdict;
    const { text, confidence } = verdict;
    const facts = { ...source, trigger: asked.trigger, confidence, milliseconds: 1, tokens: 1 };
    const offset = asked.cursor.prefix.length;
    const { id } = life.appeared({ document, offset, texts: [text], facts }, now);
    judgement.appeared(id, asked, text);
    return verdict;
  };
  return {
    judgement,
    show,
    insert: ({ cursor: { prefix } }: Question, text: string, now: number) =>
      life.changed(document, [{ offset: prefix.length, deleted: 0, text }], now),
    /** Deletes characters in front of the cursor. */
    backspace: ({ cursor: { prefix } }: Question, deleted: number, now: number) =>
      life.changed(document, [{ offset: prefix.length - deleted, deleted, text: "" }], now),
    /** Reads the suggestion and types something else. */
    reject: (asked: Question, text: string, now: number) => {
      show(asked, completion(text), now);
      life.changed(document, [{ offset: asked.cursor.prefix.length, deleted: 0, text: "~" }], now + 1000);
    },
    accept: (asked: Question, text: string, now: number) => {
      show(asked, completion(text), now);
      life.changed(document, [{ offset: asked.cursor.prefix.length, deleted: 0, text }], now + 1000);
    },
  };
}

const here = question("import os\npath = os.|");

describe("mayAsk", () => {
  test("is silent after a deletion, until something is typed", () => {
    const { judgement } = working();
    judgement.changed(document, [{ offset: 9, deleted: 1, text: "" }]);
    expect(judgement.mayAsk(here, 0)).toBe("deleting");
    expect(judgement.mayAsk({ ...here, document: "file:///b.py" }, 0)).toBeNull();
    expect(judgement.mayAsk({ ...here, trigger: "invoked" }, 0)).toBeNull();
    judgement.changed("output:log", [{ offset: 0, deleted: 0, text: "a line" }]);
    expect(judgement.mayAsk(here, 0)).toBe("deleting");
    judgement.changed(document, [{ offset: 9, deleted: 1, text: "x" }]);
    expect(judgement.mayAsk(here, 0)).toBeNull();
  });

  test("is silent while snoozed, except when invoked", () => {
    const { judgement } = working();
    judgement.snooze(5000);
    expect(judgement.mayAsk(here, 4999)).toBe("snoozed");
    expect(judgement.mayAsk({ ...here, trigger: "invoked" }, 4999)).toBeNull();
    expect(judgement.mayAsk(here, 5000)).toBeNull();
  });

  test("backs off after three rejections in a row, and an acceptance ends that", () => {
    const { judgement, reject, accept } = working();
    const place = (line: number) => question(`import os\nline_${line} = |`);
    reject(place(1), "one", 0);
    reject(place(2), "two", 2000);
    expect(judgement.mayAsk(here, 3100)).toBeNull();
    reject(place(3), "three", 4000);
    expect(judgement.mayAsk(here, 9999)).toBe("rejections");
    expect(judgement.mayAsk(here, 10_000)).toBeNull();
    reject(place(4), "four", 10_000);
    expect(judgement.mayAsk(here, 20_999)).toBe("rejections");
    expect(judgement.mayAsk(here, 21_000)).toBeNull();
    accept(place(5), "five", 22_000);
    reject(place(6), "six", 24_000);
    reject(place(7), "seven", 26_000);
    expect(judgement.mayAsk(here, 27_001)).toBeNull();
  });

  test("a clock that is set back does not lengthen the silence", () => {
    const { judgement, reject } = working();
    for (const line of [1, 2, 3]) reject(question(`import os\nline_${line} = |`), `name_${line}`, 1e9 + line * 2000);
    expect(judgement.mayAsk(here, 1e9 + 7500)).toBe("rejections");
    expect(judgement.mayAsk(here, 1e9 - 3_600_000)).toBeNull();
  });

  test("tells the editor's circumstance, and the kind of place by setting", () => {
    const comment = question("import os\n# the answer|");
    const docstring = question('import os\n"""The answer|');
    expect(working().judgement.mayAsk({ ...here, circumstance: "several-cursors" }, 0)).toBe("several-cursors");
    expect(working().judgement.mayAsk(comment, 0)).toBe("comment");
    expect(working({ quietIn: ["strings"] }).judgement.mayAsk(comment, 0)).toBeNull();
    expect(working().judgement.mayAsk(docstring, 0)).toBeNull();
    expect(working({ quietIn: ["strings"] }).judgement.mayAsk(docstring, 0)).toBe("string");
  });
});

describe("judge", () => {
  test("hides the unsure, unless it was invoked", () => {
    const { judgement } = working();
    const unsure = completion("environ", 0.19);
    expect(judgement.judge(here, unsure, source, 0)).toEqual({ silence: "unsure" });
    expect(judgement.judge({ ...here, trigger: "invoked" }, unsure, source, 0)).toMatchObject({ text: "environ" });
    expect(judgement.judge(here, completion("environ", 0.2001), source, 0)).toMatchObject({ text: "environ" });
    expect(judgement.judge(here, completion("", 0), source, 0)).toEqual({ silence: "nothing-found" });
  });

  test("does not offer a rejected text again at its place, whatever follows it", () => {
    const { show, reject } = working();
    reject(here, "environ", 0);
    expect(show(here, completion("environ"), 2000)).toEqual({ silence: "rejected-here" });
    expect(show(here, completion("environ\nprint(path)"), 2000)).toEqual({ silence: "rejected-here" });
    expect(show(here, completion("getcwd()"), 2000)).toMatchObject({ text: "getcwd()" });
    expect(show(question("import os\nimport re\npath = os.|"), completion("environ"), 2000)).toMatchObject({
      text: "environ",
    });
  });

  test("offers a rejected text again once the user has typed more of it", () => {
    const { show, reject } = working();
    reject(here, "environ", 0);
    expect(show(question("import os\npath = os|"), completion(".environ"), 2000)).toEqual({ silence: "rejected-here" });
    expect(show(question("import os\npath = os.env|"), completion("iron"), 2000)).toMatchObject({ text: "iron" });
  });

  test("does not offer again what was left of a rejected text, on whichever line it was left", () => {
    const { show, insert, backspace } = working();
    const opened = question("import os\nif path is None|");
    const inBlock = question("import os\nif path is None:\n    |");
    show(opened, completion(":\n    return None"), 0);
    insert(opened, ":\n    ", 500);
    show(inBlock, completion("return None"), 500);
    backspace(inBlock, 4, 2000);
    expect(show(inBlock, completion("return None"), 3000)).toEqual({ silence: "rejected-here" });
    expect(show(inBlock, completion("raise ValueError"), 3000)).toMatchObject({ text: "raise ValueError" });
  });

  test("does not offer again what was deleted in front of at once, which counts for nothing else", () => {
    const { judgement, show, backspace } = working();
    for (const name of ["environ", "getcwd()", "sep", "linesep"]) {
      show(here, completion(name), 0);
      backspace(here, 1, 300);
      expect(show(here, completion(name), 1000)).toEqual({ silence: "rejected-here" });
    }
    expect(judgement.mayAsk(here, 1000)).toBeNull();
    const verdict = judgement.judge(here, completion("name", 0.6), source, 1000);
    expect(verdict).toMatchObject({ confidence: expect.closeTo(0.6, 5) });
  });

  test("offers once more what was typed over before it could be read, then no more on any line for ten minutes", () => {
    const { show, insert } = working();
    const below = question("import os\nimport re\n    path = os.|");
    show(here, completion("environ"), 0);
    insert(here, "x", 300);
    expect(show(below, completion("environ"), 1000)).toMatchObject({ text: "environ" });
    insert(below, "x", 1300);
    expect(show(here, completion("environ"), 2000)).toEqual({ silence: "typed-over" });
    expect(show(below, completion("environ\nprint(path)"), 2000)).toEqual({ silence: "typed-over" });
    expect(show(here, completion("getcwd()"), 2000)).toMatchObject({ text: "getcwd()" });
    expect(show({ ...here, document: "file:///b.py" }, completion("environ"), 2000)).toMatchObject({ text: "environ" });
    expect(show(question("import os\npath = os.en|"), completion("viron"), 2000)).toMatchObject({ text: "viron" });
    expect(show(here, completion("environ"), 602_000)).toMatchObject({ text: "environ" });
  });

  test("offers a line that was typed over again once it was accepted", () => {
    const { show, insert, accept } = working();
    for (const at of [0, 1000]) {
      show(here, completion("environ"), at);
      insert(here, "x", at + 300);
    }
    accept(question("import os\npath = os.en|"), "viron", 2000);
    expect(show(here, completion("environ"), 4000)).toMatchObject({ text: "environ" });
  });

  test("rejections lower the confidence of this base and adapter, acceptances raise it", () => {
    const { judgement, reject, accept } = working();
    const confidenceOf = (adapter?: string): number => {
      const verdict = judgement.judge(here, completion("environ"), { ...source, adapter }, 0);
      return verdict.silence ? Number.NaN : verdict.confidence;
    };
    for (let i = 0; i < 20; i++) reject(question(`import os\nline_${i} = |`), "value", 2000 * i);
    const lowered = confidenceOf();
    expect(lowered).toBeLessThan(0.5);
    expect(confidenceOf("mine")).toBeCloseTo(0.6, 5);
    for (let i = 0; i < 60; i++) accept(question(`import os\nother_${i} = |`), "value", 2000 * (i + 20));
    expect(confidenceOf()).toBeGreaterThan(0.6);
  });
});
