import { describe, expect, test } from "vitest";
import { seededRandom, type Random } from "../../../extension/core/foundation/random.ts";
import { openBlock, scanPython } from "../../../extension/core/completion/pythonText.ts";
import { sourceWindows, type WindowSize } from "../../../extension/core/completion/sourceWindow.ts";
import { openPythonParser } from "../../../extension/core/python/pythonParser.ts";

const parser = await openPythonParser();
const filler = (random: Random, lines: number, line: string): string => `${line}\n`.repeat(random.integer(lines) + 1);

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

/** Statements with everything that misleads a reader who begins in the middle. */
const statements: readonly ((indent: string, random: Random) => string)[] = [
  (i) => `${i}x = "it's # no comment ("  # it's a comment ("\n`,
  (i, random) => `${i}"""It's prose:\n\n${filler(random, 40, "def no(definition):\n    else:")}${i}"""\n`,
  (i, random) => `${i}table = [  # (\n${filler(random, 40, `${i}    ("a)", {'b"': 1}),`)}${i}]\n`,
  (i, random) => `${i}text = f(r'''\n${filler(random, 30, '"""\n# \\\' (')}''', [\n${i}1])\n`,
  (i) => `${i}if a and \\\n${i}        b:\n${i}    return 1\n${i}else:  # '\n${i}    pass\n`,
  (i) => `${i}y = 'a\\'b' + "c\\"" + 'd\\\n${i}e'\n`,
  (i, random) => `${i}long = [${"'a, (', ".repeat(random.integer(60))}]\n`,
  (i) => `${i}# ${'it\'s a "long" ( comment '.repeat(9)}\n\n`,
  (i) => `${i}try:\n${i}    f(\n${i}    )\n${i}except E:\n${i}    # first\n${i}    g()\n`,
];
const heads = ["class A(B):\n", "def f(a,\n      b='(', # (\n      c=[]):\n", "async def g():\n", "while True:\n"];

function pythonOf(random: Random, depth = 0): string {
  const indent = "    ".repeat(depth);
  return Array.from({ length: 6 }, () => {
    const isBlock = depth < 3 && random.next() < 0.4;
    if (!isBlock) return statements[random.integer(statements.length)]!(indent, random);
    return (
      heads[random.integer(heads.length)]!.replaceAll(/^/gm, indent).trimEnd() + `\n${pythonOf(random, depth + 1)}`
    );
  }).join("");
}

const sizes: readonly WindowSize[] = [
  { before: 300, behind: 200 },
  { before: 2000, behind: 1000 },
  { before: 32_000, behind: 8000 },
];

describe("sourceWindows", () => {
  test.each(sizes)("of %j, reads at random places as the whole file does", (size) => {
    for (let seed = 0; seed < (size.before > 10_000 ? 1 : 12); seed++) {
      const random = seededRandom(seed, "sources");
      const text = Array.from({ length: size.before > 10_000 ? 12 : 1 }, () => pythonOf(random)).join("\n");
      for (let i = 0; i < 60; i++) {
        const at = random.integer(text.length + 1);
        const [prefix, suffix] = [text.slice(0, at), text.slice(at)];
        const window = sourceWindows(size)({ prefix, suffix });
        const told = JSON.stringify(window.prefix.slice(0, 200));
        expect(scanPython(window.prefix), told).toEqual(scanPython(prefix));
        expect(openBlock(window.prefix), told).toBe(openBlock(prefix));
        expect(prefix.endsWith(window.prefix.slice(-size.before / 2 + 20)), told).toBe(true);
        // Apart from the text that closes it.
        expect(window.suffix.length - sharedLength(suffix, window.suffix)).toBeLessThan(150);
        expect(window.prefix.length).toBeLessThan(size.before + 4000);
        expect(window.suffix.length).toBeLessThan(size.behind + 200);
      }
    }
  });

  test("parses where the whole file does", () => {
    const [size] = [{ before: 3000, behind: 2000 }];
    let sound = 0;
    for (let seed = 0; seed < 12; seed++) {
      const random = seededRandom(seed, "sound");
      const text = pythonOf(random);
      expect(parser.problems(text)).toEqual([]);
      const lines = Array.from(text.matchAll(/\n/g), ({ index }) => index + 1);
      for (let i = 0; i < 20; i++) {
        const at = lines[random.integer(lines.length)]!;
        const window = sourceWindows(size)({ prefix: text.slice(0, at), suffix: text.slice(at) });
        if (parser.parses(window.prefix + window.suffix)) sound++;
      }
    }
    expect(sound).toBe(240);
  });

  test("finds the same after edits as from anew", () => {
    const random = seededRandom(7, "edits");
    const windows = sourceWindows({ before: 2000, behind: 1000 });
    let text = `${pythonOf(random)}${pythonOf(random)}`;
    for (let i = 0; i < 200; i++) {
      const at = random.integer(text.length + 1);
      const [typed = ""] = ['"""', "(", "x", "\n", "# ", ""].slice(random.integer(6));
      text = text.slice(0, at) + typed + text.slice(at + random.integer(3));
      const cursor = { prefix: text.slice(0, at + typed.length), suffix: text.slice(at + typed.length) };
      expect(windows(cursor)).toEqual(sourceWindows({ before: 2000, behind: 1000 })(cursor));
    }
  });

  test("leaves a short text alone", () => {
    const cursor = { prefix: "a = 1\nb", suffix: " = 2\n" };
    expect(sourceWindows({ before: 100, behind: 100 })(cursor)).toEqual(cursor);
  });

  test("begins with the heads of what it stands in", () => {
    const prefix = `x = 1\nclass A:\n    def f(self):\n        if a:\n            b()\n        else:\n${"            c()\n".repeat(100)}            `;
    const { prefix: window } = sourceWindows({ before: 200, behind: 100 })({ prefix, suffix: "" });
    expect(window).toMatch(/^class A:\n {4}def f\(self\):\n {8}if _:\n {8} pass\n {8}else:\n {12}pass\n {12}c\(\)\n/);
    expect(window.length).toBeLessThan(300);
  });

  test.each([
    ["a docstring", 'def f():\n    """Do', `${"word ".repeat(9)}\n`, 'it."""\n    ', "block"],
    ["a table", "x = {'a': [", "    (1, 2),\n", "    ", undefined],
    ["one line", "x = [", "'a', ", "", undefined],
    ["the parameters of a function", "  def f(\n", "    a,\n", "):", "block"],
    ["a comment", "# it's", " so", "", undefined],
  ])("knows what stands around the middle of %s that is longer than the window", (_, begin, middle, end, block) => {
    const prefix = `y = 1\n${begin}${middle.repeat(2000)}${end}`;
    const { prefix: window } = sourceWindows({ before: 1000, behind: 500 })({ prefix, suffix: "" });
    expect(window.length).toBeLessThan(1100);
    expect(scanPython(window)).toEqual(scanPython(prefix));
    expect(openBlock(window)).toBe(openBlock(prefix));
    expect(openBlock(window) !== undefined).toBe(block === "block");
  });

  test("ends behind the last statement within reach that is least indented", () => {
    const suffix = `)\n${'def f():\n    """\ndef no():\n    """\n    if a:\n        b()\n    else:\n        c()\n\n'.repeat(9)}`;
    const { suffix: window } = sourceWindows({ before: 100, behind: 200 })({ prefix: "x = f(", suffix });
    expect(window).toMatch(/^\)\ndef f/);
    expect(suffix.slice(window.length)).toMatch(/^def f/);
  });

  test("does not end behind the decorator of the cursor's line, nor behind one above it", () => {
    const suffix = `\nclass A:\n${"    field: int\n".repeat(50)}`;
    for (const prefix of ["x = 1\n\n\n@data", "x = 1\n\n\n@dataclass\n# why"]) {
      const { suffix: window } = sourceWindows({ before: 100, behind: 300 })({ prefix, suffix });
      expect(window).toMatch(/^\nclass A:\n {4}field: int\n/);
    }
  });

  test("takes an unfinished call above for unfinished, not for the head of all that follows", () => {
    const suffix = `\n\n${"def f():\n    return 1\n\n\n".repeat(50)}`;
    const { suffix: window } = sourceWindows({ before: 100, behind: 500 })({ prefix: "x = f(", suffix });
    expect(suffix.slice(window.length)).toMatch(/^def f/);
    expect(window.length).toBeGreaterThan(400);
  });

  test("reads little of a file of a megabyte again at a keystroke", () => {
    const text = pythonOf(seededRandom(3, "big"));
    const big = text.repeat(Math.ceil(1e6 / text.length));
    const size = { before: 32_000, behind: 8000 };
    const known = sourceWindows(size);
    const fastest = (windows: () => typeof known): number => {
      const times = Array.from({ length: 7 }, (_, i) => {
        const startedAt = performance.now();
        windows()({ prefix: `${big}${"x".repeat(i + 1)}`, suffix: big });
        return performance.now() - startedAt;
      });
      return Math.min(...times);
    };
    known({ prefix: big, suffix: big });
    // 5 ms instead of 17, the suffix included.
    expect(fastest(() => known)).toBeLessThan(fastest(() => sourceWindows(size)) / 3);
  });
});
