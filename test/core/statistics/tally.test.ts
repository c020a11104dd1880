import { describe, expect, test } from "vitest";
import type { Silence } from "../../../extension/core/completion/judgement/suggestionEvent.ts";
import { recordSchema } from "../../../extension/core/statistics/record.ts";
import { simulatedEditor } from "./session.ts";

describe("outcomes", () => {
  test("accepted: with its characters, less one keystroke", () => {
    const editor = simulatedEditor();
    editor.show("return self.area()", 33);
    editor.wait(200);
    editor.accept("return self.area()");
    expect(editor.records).toMatchObject([
      { outcome: "accepted", read: true, characters: 18, acceptedCharacters: 18, acceptances: 1, milliseconds: 33 },
    ]);
    expect(editor.totals()).toMatchObject({ shown: 1, read: 1, savedCharacters: 17 });
  });

  test("typed along and then accepted: only the accepted characters count", () => {
    const editor = simulatedEditor();
    editor.show("return x + y");
    editor.type("ret");
    editor.accept("urn x + y");
    expect(editor.records).toMatchObject([{ outcome: "accepted", characters: 12, acceptedCharacters: 9 }]);
  });

  test("accepted in part: words, then other text", () => {
    const editor = simulatedEditor();
    editor.show("return left + y");
    editor.change(0, 0, "return");
    editor.change(6, 0, " left");
    editor.type("!");
    expect(editor.records).toMatchObject([{ outcome: "partly", acceptedCharacters: 11, acceptances: 2 }]);
  });

  test("accepted in part: a word, and the rest typed by hand", () => {
    const editor = simulatedEditor();
    editor.show("return x");
    editor.change(0, 0, "return");
    editor.type(" x");
    expect(editor.records).toMatchObject([{ outcome: "partly", acceptedCharacters: 6 }]);
  });

  test("typed out: all of it, or the first line of a block", () => {
    const editor = simulatedEditor();
    editor.show("x = 1");
    editor.type("x = 1");
    editor.show("\n    a = 1\n    b = 2");
    editor.type("\n    a = 1");
    editor.moveAway();
    expect(editor.totals()).toMatchObject({ shown: 2, outcomes: { typedOut: 2 }, savedCharacters: 0 });
  });

  test("passed: other text, or the beginning of the first line only", () => {
    const editor = simulatedEditor();
    editor.show("x = 1");
    editor.type("y");
    editor.show("x = 1\ny = 2");
    editor.type("x =!");
    expect(editor.totals()).toMatchObject({ shown: 2, outcomes: { passed: 2, typedOut: 0 } });
  });
});

test("read: on screen for 750 ms, or accepted sooner", () => {
  const editor = simulatedEditor();
  for (const milliseconds of [100, 749, 750, 2000]) {
    editor.show("abc = 1");
    editor.wait(milliseconds);
    editor.change(editor.text.length, 0, "!");
  }
  expect(editor.totals()).toMatchObject({ shown: 4, read: 2 });
  editor.show("abc = 1");
  editor.accept("abc = 1");
  expect(editor.totals()).toMatchObject({ shown: 5, read: 3 });
});

test("a suggestion whose rest appears again after each keystroke counts once", () => {
  const editor = simulatedEditor();
  editor.show("area");
  for (const [typed, rest] of [
    ["a", "rea"],
    ["r", "ea"],
  ] as const) {
    editor.type(typed);
    editor.show(rest);
  }
  editor.accept("ea");
  expect(editor.totals()).toMatchObject({ shown: 1, outcomes: { accepted: 1 }, acceptedCharacters: 2 });
});

test("silence counts after a search only", () => {
  const editor = simulatedEditor();
  const tell = (reason: Silence): void =>
    editor.tally.receive({ kind: "silent", at: 5, document: "file:///a.py", reason });
  (["unsure", "nothing-found", "rejected-here", "unsure"] as const).forEach(tell);
  (["snoozed", "deleting", "rejections", "comment", "string", "too-little"] as const).forEach(tell);
  editor.show("x");
  editor.accept("x");
  expect(editor.totals()).toMatchObject({ silent: 4, shown: 1 });
});

test("the suggestion on screen is counted when the window closes", () => {
  const editor = simulatedEditor();
  editor.show("x = 1");
  editor.tally.end(editor.now + 10);
  editor.tally.end(editor.now + 20);
  expect(editor.records).toMatchObject([{ outcome: "passed", at: editor.now + 10 }]);
});

test("no record holds text of the document, and every record fits the schema", () => {
  const editor = simulatedEditor();
  for (const text of ["secretName = 1", "otherSecret = 2\nthird = 3"]) {
    editor.show(text);
    editor.accept(text);
    editor.wait(31_000);
  }
  editor.show("secretName");
  editor.type("secretN!");
  expect(editor.records.length).toBeGreaterThan(4);
  expect(JSON.stringify(editor.records)).not.toMatch(/secret|third|a\.py/i);
  for (const record of editor.records) expect(recordSchema.parse(record)).toEqual(record);
});
