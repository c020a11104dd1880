import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import type { RepositoryFile } from "../../../extension/core/repository/buildSegment.ts";
import { openRepository, type Repository } from "../../../extension/core/repository/repository.ts";
import type { RepositoryQuery } from "../../../extension/core/repository/repositoryQuery.ts";

const none: RepositoryQuery = { path: "new.py", prefix: "", suffix: "" };

async function open(files: Readonly<Record<string, string>>): Promise<Repository> {
  return openRepository(Object.entries(files).map(([path, text]) => ({ path, text })));
}

describe("Repository.query", () => {
  test("an empty repository has no answers", async () => {
    const repository = await open({});
    expect(repository.query({ ...none, prefix: "import os\nos." })).toEqual({
      definitions: [],
      similar: [],
      copies: [],
    });
  });

  test("copies stand where the longest text before the cursor stands, and go on behind it", async () => {
    const repository = await open({
      "a.py": "def f():\n    log.warning('first', extra={})\n",
      "b.py": "def g():\n    other.warning('second')\n",
    });
    const { copies } = repository.query({ ...none, prefix: "def h():\n    log.warn" });
    expect(copies.map(({ path }) => path)).toEqual(["a.py", "b.py"]);
    expect(copies[0]).toMatchObject({ before: "def f():\n    log.warn", after: "ing('first', extra={})\n" });
  });

  test("frequent continuations come first, and a rare one keeps its place", async () => {
    const often = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`often${i}.py`, `i = ${i}\nvalue = read(path)\n`]),
    );
    const repository = await open({ ...often, "rare.py": "value = read(name)\n", "rarer.py": "value = read(url)\n" });
    const continuations = repository.query({ ...none, prefix: "value = read(" }).copies.map(({ after }) => after);
    expect(continuations).toEqual([...Array<string>(30).fill("path)\n"), "name)\n", "url)\n"]);
  });

  test("similar chunks share the rarest words", async () => {
    const repository = await open({
      "noise.py": "def read_lines(path):\n    return open(path).readlines()\n",
      "match.py": "def fetch_invoice(customer):\n    return Invoice.load(customer)\n",
    });
    const { similar } = repository.query({ ...none, prefix: "def pay(customer):\n    invoice = fetchInvoice(" });
    expect(similar[0]).toEqual({
      path: "match.py",
      text: "def fetch_invoice(customer):\n    return Invoice.load(customer)",
    });
  });

  test("a file's own text is in none of its answers", async () => {
    const own = "from b import helper\n\ndef unique_name(x):\n    return helper(x)\n";
    const files = { "b.py": "def helper(x):\n    return x\n", "c.py": "def other(x):\n    return x\n" };
    const [all, without] = await Promise.all([open({ ...files, "a.py": own }), open(files)]);
    for (let at = 0; at <= own.length; at += 5) {
      const query = { path: "a.py", prefix: own.slice(0, at), suffix: own.slice(at) };
      expect(all.query(query)).toEqual(without.query(query));
      expect(JSON.stringify(all.query(query))).not.toContain("unique_name");
    }
  });

  test("edited places count only as the index holds them: other files' own text, and nothing that was left out", async () => {
    const repository = await open({ "a.py": "x = 1\ny = 2\n", "own.py": "z = 3\n" });
    const edited = [
      { path: "a.py", text: "y = 2\n" },
      { path: "a.py", text: "password = 'typed just now'\n" },
      { path: "ignored.py", text: "x = 1\n" },
      { path: "own.py", text: "z = 3\n" },
      { path: "a.py", text: "\n" },
    ];
    expect(repository.query({ ...none, path: "own.py", edited }).edited).toEqual([edited[0]]);
  });

  test("texts are whole characters, whatever the bytes at their borders", async () => {
    const repository = await open({
      "a.py": `name = "${"é".repeat(200)}"  # größe\nvalue = größe(${"ü".repeat(300)})\n`,
    });
    const [copy] = repository.query({ ...none, prefix: "value = größe(" }).copies;
    expect(copy!.after).toMatch(/^ü+$/);
    expect(copy!.before.endsWith("value = größe(")).toBe(true);
    expect(JSON.stringify(copy)).not.toContain("\uFFFD");
  });
});

describe("Repository.update", () => {
  test("after random edits it answers as one that was built from the final texts", async () => {
    const random = seededRandom(5);
    const draw = (below: number): number => random.integer(below);
    const words = [
      "self",
      "load",
      "save",
      "path",
      "name",
      "def",
      "return",
      "(",
      ")",
      ".",
      ":",
      "\n    ",
      "\n",
      "\ndef ",
    ];
    const text = (): string =>
      `class C${draw(3)}:\n    x = 1\n` +
      Array.from({ length: 5 + draw(60) }, () => words[draw(words.length)]).join(" ");
    const limits = { bytes: 1e6, segment: 600 };
    const paths = ["a.py", "b.py", "p/__init__.py", "p/c.py", "p/q/d.py"];
    const final = new Map<string, string>();
    for (const path of paths.slice(0, 3)) final.set(path, text());
    const edited = await openRepository(filesOf(final), limits);
    for (let round = 0; round < 60; round++) {
      const path = paths[draw(paths.length)]!;
      const next = [undefined, final.get(paths[draw(paths.length)]!), text(), text(), text()][draw(5)];
      edited.update(path, next);
      if (next === undefined) final.delete(path);
      else final.set(path, next);
      if (draw(6) === 0) edited.compact();
      const fresh = await openRepository(filesOf(final), limits);
      expect(edited.size).toEqual(fresh.size);
      const from = final.get(paths[draw(paths.length)]!) ?? text();
      const at = draw(from.length);
      const query = { path: paths[draw(paths.length)]!, prefix: from.slice(0, at), suffix: from.slice(at) };
      const both = [edited.query(query), fresh.query(query)];
      expect(both[0]).toEqual(both[1]);
    }
  });

  test("of files beyond the limit nothing is kept, and it says how many they are", async () => {
    const files = [
      { path: "a.py", text: "alpha = 1\n" },
      { path: "b.py", text: "beta = 2\n" },
    ];
    const repository = await openRepository(files, { bytes: 12, segment: 1000 });
    expect(repository.size).toEqual({ files: 1, bytes: 10, leftOut: 1 });
    expect(repository.query({ ...none, prefix: "x = 1\nbeta" }).copies).toEqual([]);
    repository.update("a.py", undefined);
    repository.update("b.py", "beta = 2\n");
    expect(repository.size).toEqual({ files: 1, bytes: 9, leftOut: 0 });
  });
});

function filesOf(texts: ReadonlyMap<string, string>): RepositoryFile[] {
  return [...texts].map(([path, text]) => ({ path, text }));
}
