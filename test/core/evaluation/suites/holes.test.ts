import { beforeAll, describe, expect, test } from "vitest";
import { english } from "../../../../extension/core/foundation/words/said.ts";
import { drawHoles } from "../../../../extension/core/evaluation/suites/drawHoles.ts";
import { openPythonParser, type PythonParser } from "../../../../extension/core/python/pythonParser.ts";
import { blockHoles, lineHoles } from "../../../../extension/core/evaluation/suites/holes.ts";

let parser: PythonParser;
beforeAll(async () => {
  parser = await openPythonParser();
});

/** By line: the text with a bar at every cursor, and the text of the hole at the first. */
function lines(text: string): { marked: string; places: string; rest: string }[] {
  return lineHoles(text, parser.tree(text)).map((holes) => {
    const from = text.lastIndexOf("\n", holes[0]!.start) + 1;
    const sorted = holes.toSorted((a, b) => a.start - b.start);
    const end = sorted[0]!.end;
    const bars = new Set(sorted.map(({ start }) => start));
    const marked = Array.from(text.slice(from, end), (char, i) => (bars.has(from + i) ? `|${char}` : char)).join("");
    const places = sorted.map(({ place }) => place[0]).join("");
    return { marked, places, rest: text.slice(sorted[0]!.start, end) };
  });
}

describe("lineHoles", () => {
  test("lie within words and between tokens, with three visible characters behind them", () => {
    expect(lines("    total += 1.5\n")).toEqual([
      { marked: "    t|o|t|a|l| |+=| |1.5", places: "wwwwbbbb", rest: "otal += 1.5" },
    ]);
  });

  test("lie in no string, no comment, and on no line with one that nobody can know", () => {
    expect(lines("x = f('ab', y)\n").map(({ marked }) => marked)).toEqual(["x| |=| |f|(|'ab'|, y)"]);
    expect(lines("x = 12345  # why\n# only\n\n")).toEqual([]);
    expect(lines('"""Doc of it."""\n\nname = """a\nb""" + other\n')).toEqual([]);
    expect(lines('["abcdef", "ghijkl"]\n["abcdef",\n "ghijkl",\n]\n').map(({ marked }) => marked)).toEqual([
      '[|"abcdef"|,| |"ghijkl"]',
      '[|"abcdef",',
    ]);
  });
});

/** The parts of a text that would be written, from both cursors. */
function blocks(text: string): [place: string, before: string, hole: string][][] {
  return blockHoles(text, parser.tree(text)).map((holes) =>
    holes.map(({ place, start, end }) => [place, text.slice(0, start).split("\n").at(-1)!, text.slice(start, end)]),
  );
}

describe("blockHoles", () => {
  test("are bodies of two to six lines below their header", () => {
    const text = "def f(x):\n    y = x\n    return y\n\n\nfor a in b:\n    print(a)\n";
    expect(blocks(text)).toEqual([
      [
        ["header", "def f(x):", "\n    y = x\n    return y"],
        ["body", "    ", "y = x\n    return y"],
      ],
    ]);
    expect(blocks(`if x:\n${"    y()\n".repeat(7)}`)).toEqual([]);
    expect(blocks("if x: f(\n  1,\n  2)\n")).toEqual([]);
    expect(blocks("if x:\n    a()\n    b()  # Why.\n")).toEqual([]);
    expect(blocks("if x:\n    a()\n    b()\n    # Done.\n")).toEqual([]);
  });

  test("start behind a comment or a docstring", () => {
    expect(blocks("if x:  # So.\n    # Why.\n    a()\n    b()\n")[0]![0]).toEqual([
      "header",
      "    # Why.",
      "\n    a()\n    b()",
    ]);
    const text = 'class A:\n    def f(self):\n        """Do."""\n\n        a()\n        b()\n\n    x = 1\n';
    expect(blocks(text).at(-1)).toEqual([
      ["header", '        """Do."""', "\n\n        a()\n        b()"],
      ["body", "        ", "a()\n        b()"],
    ]);
    expect(blocks('def f():\n    """Do."""\n')).toEqual([]);
  });
});

describe("drawHoles", () => {
  const files = Array.from({ length: 5 }, (_, i) => {
    const body = Array.from({ length: 6 }, (_, k) => `def f${k}(x):\n    value${i} = x + ${k}\n    return value${i}\n`);
    return { path: `m${i}.py`, text: body.join("\n\n") };
  });
  const broken = { path: "broken.py", text: "x = 1\ndef f(:\n" };

  test("gives the same for the same seed, others for another, and fewer as the first of more", async () => {
    const draw = async (count: number, seed: number) => (await drawHoles(files, parser, { count, seed })).holes;
    const many = await draw(12, 1);
    expect(await draw(12, 1)).toEqual(many);
    expect(await draw(12, 2)).not.toEqual(many);
    const ofLines = many.filter(({ kind }) => kind === "line");
    expect(ofLines).toHaveLength(12);
    expect((await draw(7, 1)).filter(({ kind }) => kind === "line")).toEqual(ofLines.slice(0, 7));
  });

  test("takes every file in its turn, and a line only once", async () => {
    const { holes } = await drawHoles(files, parser, { count: 10, seed: 4 });
    for (const kind of ["line", "block"]) {
      const own = holes.filter((hole) => hole.kind === kind);
      expect(new Set(own.slice(0, 5).map(({ file }) => file.path)).size).toBe(5);
      expect(own).toHaveLength(10);
      const lineOf = ({ file, end }: (typeof holes)[number]) => `${file.path}:${end}`;
      expect(new Set(own.map(lineOf)).size).toBe(10);
    }
  });

  test("lists files that do not parse", async () => {
    const { holes, problems } = await drawHoles([broken, ...files], parser, { count: 99, seed: 4 });
    expect(problems.map(({ where, message }) => `${where}: ${english(message)}`)).toEqual([
      expect.stringMatching(/^broken.py: Line 2 is not valid Python/),
    ]);
    expect(holes.some(({ file }) => file.path === "broken.py")).toBe(false);
  });
});
