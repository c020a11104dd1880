import { describe, expect, test } from "vitest";
import { simulatedEditor } from "./session.ts";

const accepted = "return sum(prices.values())";

/** A document with an accepted text in the middle. */
function withAccepted(order: Parameters<typeof simulatedEditor>[0] = "follower first") {
  const editor = simulatedEditor(order);
  editor.type("def f():\n    ");
  editor.show(accepted);
  editor.accept(accepted);
  return {
    ...editor,
    start: 13,
    records: editor.records,
    kept: () => editor.records.filter(({ kind }) => kind === "kept"),
  };
}

test.each(["follower first", "watcher first"] as const)("an untouched text is kept at all three times, %s", (order) => {
  const { wait, kept } = withAccepted(order);
  wait(29_000);
  expect(kept()).toEqual([]);
  wait(2_000);
  expect(kept()).toMatchObject([{ after: 30, kept: true }]);
  wait(90_000);
  wait(480_000);
  expect(kept()).toMatchObject([
    { after: 30, kept: true },
    { after: 120, kept: true },
    { after: 600, kept: true },
  ]);
  wait(900_000);
  expect(kept().length).toBe(3);
});

describe("edits", () => {
  const afterEdit = (edit: (editor: ReturnType<typeof withAccepted>) => void): boolean => {
    const editor = withAccepted();
    edit(editor);
    editor.wait(31_000);
    const [record] = editor.kept();
    return record?.kind === "kept" && record.kept;
  };

  test("elsewhere do not matter, even right before and right behind it", () => {
    expect(
      afterEdit(({ change, start }) => {
        change(0, 0, "import math\n\n\n".repeat(20));
        change(14 * 20 + start, 0, "(yes) ");
        change(14 * 20 + start + 6 + accepted.length, 0, "\n    # and so on".repeat(9));
      }),
    ).toBe(true);
  });

  test("of up to half of it leave it kept", () => {
    const length = Math.floor(accepted.length / 2);
    expect(afterEdit(({ change, start }) => change(start + 5, length, "x".repeat(length)))).toBe(true);
    expect(afterEdit(({ change, start }) => change(start + 5, length + 1, "%".repeat(length + 1)))).toBe(false);
  });

  test("undo removes it, redo brings it back", () => {
    expect(afterEdit(({ change, start }) => change(start, accepted.length, ""))).toBe(false);
    expect(
      afterEdit(({ change, start }) => {
        change(start, accepted.length, "");
        change(start, 0, accepted);
      }),
    ).toBe(true);
  });

  test("a formatter that replaces the whole document keeps it where the new text repeats it", () => {
    expect(afterEdit((editor) => editor.change(0, editor.text.length, `import x\n\n\n${editor.text}\n`))).toBe(true);
    expect(afterEdit((editor) => editor.change(0, editor.text.length, "import x\n"))).toBe(false);
  });

  test("that cut its beginning or its end", () => {
    expect(afterEdit(({ change, start }) => change(start - 4, 8, ""))).toBe(true);
    expect(afterEdit(({ change, start }) => change(start + 6, accepted.length, ""))).toBe(false);
  });
});

test("parts of one suggestion are one text", () => {
  const editor = simulatedEditor();
  editor.show("return x + y");
  editor.change(0, 0, "return");
  editor.change(6, 0, " x + y");
  editor.change(2, 9, "");
  editor.wait(31_000);
  expect(editor.records.filter(({ kind }) => kind === "kept")).toMatchObject([{ after: 30, kept: false }]);
});

test("a closed document, or a machine that slept, leaves no judgement", () => {
  const closed = withAccepted();
  closed.texts.closed("file:///a.py");
  closed.wait(700_000);
  expect(closed.kept()).toEqual([]);

  const slept = withAccepted();
  slept.wait(700_000);
  expect(slept.kept()).toMatchObject([{ after: 600 }]);
});

test("at most 500 texts are watched", () => {
  const editor = simulatedEditor();
  for (let i = 0; i < 510; i++) {
    editor.show("x = 1");
    editor.accept("x = 1");
  }
  editor.wait(31_000);
  expect(editor.totals().kept[30]).toEqual({ checked: 500, kept: 500 });
});
