import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { selectContext, type ContextSources } from "../../../../extension/core/completion/context/selectContext.ts";

const cursor = { path: "own.py", prefix: "import things\n", suffix: "" };
const limits = { characters: 10_000, each: 400 };
const definition = (path: string, name: string) => ({ path, text: `def ${name}(argument):\n    """About ${name}."""` });
const body = (name: string): string => `    first_${name} = argument\n    second_${name} = argument\n`;

describe("selectContext", () => {
  test("definitions stand first, by path, each file once; then similar code, the best last", () => {
    const sources: ContextSources = {
      definitions: [definition("z.py", "near"), definition("a.py", "b_far"), definition("a.py", "a_farther")],
      similar: [
        { path: "s1.py", text: body("best") },
        { path: "s2.py", text: body("next") },
      ],
    };
    const chosen = selectContext(cursor, sources, limits);
    expect(chosen.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      "a.py definition",
      "z.py definition",
      "s2.py similar",
      "s1.py similar",
    ]);
    expect(chosen[0]!.text).toBe(
      'def a_farther(argument):\n    """About a_farther."""\n\n\ndef b_far(argument):\n    """About b_far."""\n',
    );
  });

  test("takes ranks from all sources by turns where there is not room for all, and more of what two name", () => {
    const similar = [1, 2, 3, 4].map((n) => ({ path: `s${n}.py`, text: body(`s${n}`) }));
    const definitions = [1, 2, 3, 4].map((n) => definition(`d${n}.py`, `name_${n}`));
    const room = { characters: 300, each: 400 };
    const paths = selectContext(cursor, { definitions, similar }, room).map(({ path }) => path);
    expect(paths).toContain("d1.py");
    expect(paths).toContain("s1.py");
    expect(paths).not.toContain("d4.py");
    expect(paths).not.toContain("s4.py");
    const twice = selectContext(cursor, { definitions, similar, edited: [similar[3]!] }, room);
    expect(twice.map(({ path, reason }) => `${path} ${reason}`)).toContain("s4.py edited");
  });

  test("leaves out the file itself, what the window shows, and what a better part says", () => {
    const shown = { ...cursor, suffix: body("shown") };
    const similar = [
      { path: "own.py", text: body("own") },
      { path: "copy.py", text: body("shown") },
      { path: "one.py", text: body("one") },
      { path: "two.py", text: body("one") },
    ];
    expect(selectContext(shown, { definitions: [], similar }, limits).map(({ path }) => path)).toEqual(["one.py"]);
  });

  test("chooses only for the reasons that it is told", () => {
    const sources = { definitions: [definition("d.py", "name")], similar: [{ path: "s.py", text: body("s") }] };
    const chosen = selectContext(cursor, sources, { ...limits, reasons: ["definition"] });
    expect(chosen.map(({ path }) => path)).toEqual(["d.py"]);
  });

  test("property: keeps to the limits, cuts at line ends, repeats no line of one part in another", () => {
    const line = fc.stringMatching(/^[a-z]{1,3} = [a-z_]{0,30}$/);
    const part = fc.record({
      path: fc.constantFrom("a.py", "b.py", "c/d.py", "own.py"),
      text: fc.array(line, { minLength: 1, maxLength: 30 }).map((lines) => `${lines.join("\n")}\n`),
    });
    const parts = fc.array(part, { maxLength: 8 });
    fc.assert(
      fc.property(parts, parts, parts, fc.integer({ min: 0, max: 900 }), (definitions, similar, edited, characters) => {
        const chosen = selectContext(cursor, { definitions, similar, edited }, { characters, each: 300 });
        const texts = [...definitions, ...similar, ...edited].map(({ text }) => text);
        const size = chosen.reduce((sum, { path, text }) => sum + path.length + text.length, 0);
        // Definitions of one file are joined by blank lines.
        expect(size).toBeLessThanOrEqual(characters + 3 * definitions.length);
        for (const { path, text, reason } of chosen) {
          expect(path).not.toBe("own.py");
          expect(text.endsWith("\n")).toBe(true);
          if (reason !== "definition") expect(texts.some((whole) => whole.startsWith(text))).toBe(true);
        }
      }),
    );
  });
});
