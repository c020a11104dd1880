import { describe, expect, test } from "vitest";
import type {
  SuggestionEvent,
  SuggestionFacts,
} from "../../../../extension/core/completion/judgement/suggestionEvent.ts";
import { followSuggestions, type Change } from "../../../../extension/core/completion/judgement/suggestionLife.ts";

const facts: SuggestionFacts = {
  base: "small",
  adapter: undefined,
  trigger: "automatic",
  confidence: 0.5,
  milliseconds: 30,
  tokens: 4,
};

/** A document with a cursor, and the events of its suggestions, which leave out the suggestion. */
function following(document = "file:///a.py") {
  const events: SuggestionEvent[] = [];
  const life = followSuggestions((event) => events.push(event));
  return {
    life,
    show: (offset: number, texts: string | readonly string[], at = 0) =>
      life.appeared({ document, offset, texts: [texts].flat(), facts }, at),
    insert: (offset: number, text: string, { deleted = 0, at = 100 } = {}) =>
      life.changed(document, [{ offset, deleted, text }], at),
    change: (changes: readonly Change[], at = 100) => life.changed(document, changes, at),
    move: (offset: number, at = 100) => life.moved(document, offset, at),
    kinds: () => events.map(({ kind }) => kind),
    last: () => {
      const { suggestion: _, ...last } = events.at(-1) as SuggestionEvent & { suggestion: unknown };
      return last;
    },
  };
}

describe("acceptance", () => {
  test("the whole rest in one change", () => {
    const { show, insert, move, kinds, last } = following();
    show(10, "self.area()");
    insert(10, "self.area()");
    move(21);
    expect(kinds()).toEqual(["shown", "accepted"]);
    expect(last()).toEqual({ kind: "accepted", characters: 11, place: { start: 10, end: 21 }, at: 100 });
  });

  test("the editor's word counts where the text does not tell, once", () => {
    const { life, show, insert, kinds } = following();
    const { id } = show(10, "x)");
    life.accepted(id, 50);
    life.accepted(id, 60);
    const second = show(12, "y, z");
    insert(12, "y, z");
    life.accepted(second.id, 110);
    expect(kinds()).toEqual(["shown", "accepted", "shown", "accepted"]);
  });

  test("word by word: parts, then the rest", () => {
    const { show, insert, move, kinds, last } = following();
    show(0, "return self.side");
    insert(0, "return");
    expect(last()).toMatchObject({ kind: "partlyAccepted", characters: 6, place: { start: 0, end: 6 } });
    move(6);
    show(6, " self.side", 150);
    insert(6, " self");
    insert(11, ".side");
    expect(kinds()).toEqual(["shown", "partlyAccepted", "partlyAccepted", "accepted"]);
  });

  test("the editor replaces what was accepted before by the whole", () => {
    const { show, insert, kinds, last } = following();
    show(0, "first + second");
    insert(0, "first");
    insert(0, "first + second", { deleted: 5 });
    expect(kinds()).toEqual(["shown", "partlyAccepted", "accepted"]);
    expect(last()).toMatchObject({ characters: 9 });
  });

  test("lines that end with \\r\\n in the document", () => {
    const { show, insert, last } = following();
    show(4, "a = 1\nb = 2");
    insert(4, "a = 1\r\nb = 2");
    expect(last()).toMatchObject({ kind: "accepted", characters: 11, place: { start: 4, end: 16 } });
  });

  test("one of several alternatives", () => {
    const { show, insert, last } = following();
    show(4, ["first()", "second()"]);
    insert(4, "second()");
    expect(last()).toMatchObject({ kind: "accepted", characters: 8 });
  });

  test("at several cursors: each change moves the others", () => {
    const { show, change, last } = following();
    show(50, "value");
    change([
      { offset: 90, deleted: 0, text: "value" },
      { offset: 50, deleted: 0, text: "value" },
      { offset: 10, deleted: 0, text: "value" },
    ]);
    expect(last()).toMatchObject({ kind: "accepted" });
  });
});

describe("typing along", () => {
  test("each key, up to the last", () => {
    const { show, insert, move, kinds } = following();
    show(3, "abc");
    for (const [i, key] of [..."abc"].entries()) {
      insert(3 + i, key);
      move(4 + i);
      if (i < 2) show(4 + i, "abc".slice(i + 1), 200);
    }
    expect(kinds()).toEqual(["shown", "typedAlong", "typedAlong", "typedAlong", "typedOut"]);
  });

  test("an entry of the suggest widget is typing", () => {
    const { show, insert, kinds } = following();
    show(3, "radius * 2");
    insert(3, "r");
    insert(3, "radius", { deleted: 1 });
    expect(kinds()).toEqual(["shown", "typedAlong", "typedAlong"]);
  });

  test("a bracket that the editor closes, and typing over it", () => {
    const { show, insert, move, kinds } = following();
    show(5, "(x)\n");
    insert(5, "()");
    move(6);
    insert(6, "x");
    insert(7, ")", { deleted: 1 });
    expect(kinds()).toEqual(["shown", "typedAlong", "typedAlong", "typedAlong"]);
  });

  test("a bracket that the editor closes is not accepted, even if the suggestion is just the pair", () => {
    const { show, insert, kinds } = following();
    show(5, "()");
    insert(5, "()");
    expect(kinds()).toEqual(["shown", "typedAlong"]);
  });

  test("a new line with its indentation", () => {
    const { show, insert, kinds } = following();
    show(5, ":\n    return 1");
    insert(5, ":");
    insert(6, "\n    ");
    expect(kinds()).toEqual(["shown", "typedAlong", "typedAlong"]);
  });

  test("a late word about the cursor does not end it", () => {
    const { show, insert, move, kinds } = following();
    show(0, "total");
    insert(0, "t", { at: 100 });
    insert(1, "o", { at: 110 });
    move(1, 115);
    move(2, 116);
    expect(kinds()).toEqual(["shown", "typedAlong", "typedAlong"]);
  });
});

describe("the end without acceptance", () => {
  test("rejected once it was read, ignored before", () => {
    const { show, insert, kinds, last } = following();
    show(0, "alpha", 0);
    insert(0, "x", { at: 300 });
    expect(last()).toEqual({ kind: "ignored", by: "typing", at: 300 });
    show(1, "beta", 1000);
    insert(1, "x", { at: 1900 });
    expect(last()).toEqual({ kind: "rejected", by: "typing", at: 1900 });
    expect(kinds()).toEqual(["shown", "ignored", "shown", "read", "rejected"]);
  });

  test("an undo is no verdict, however long it was read", () => {
    const { life, show, last } = following();
    for (const change of [
      { offset: 6, deleted: 4, text: "" },
      { offset: 10, deleted: 0, text: "x" },
      { offset: 4, deleted: 8, text: "y" },
    ]) {
      show(10, "alpha", 0);
      life.changed("file:///a.py", [change], 2000, true);
      expect(last()).toEqual({ kind: "ignored", by: "undoing", at: 2000 });
    }
  });

  test("by deleting, by moving, by another suggestion, by another document", () => {
    const { life, show, insert, move, last } = following();
    show(10, "alpha");
    insert(9, "", { deleted: 1 });
    expect(last()).toMatchObject({ by: "deleting" });
    show(10, "alpha");
    insert(10, "a");
    insert(10, "", { deleted: 1 });
    expect(last()).toMatchObject({ by: "deleting" });
    show(10, "alpha");
    move(4);
    expect(last()).toMatchObject({ by: "moving" });
    show(10, "alpha");
    show(10, "omega");
    expect(last()).toMatchObject({ kind: "shown" });
    life.moved("file:///b.py", 10, 200);
    expect(last()).toMatchObject({ kind: "ignored", by: "moving" });
  });

  test("edits elsewhere leave it where it is", () => {
    const { show, insert, kinds } = following();
    show(10, "alpha");
    insert(40, "below");
    insert(2, "above", { deleted: 1 });
    insert(14, "a");
    expect(kinds()).toEqual(["shown", "typedAlong"]);
  });
});
