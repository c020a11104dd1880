import { describe, expect, test } from "vitest";
import { openPythonParser } from "../../../extension/core/python/pythonParser.ts";
import { definitionText } from "../../../extension/core/repository/definitions/definitionText.ts";
import { importsOf } from "../../../extension/core/repository/definitions/imports.ts";
import { openRepository } from "../../../extension/core/repository/repository.ts";
import type { Snippet } from "../../../extension/core/repository/repositoryQuery.ts";

const files = {
  "app/__init__.py": "from .models import User as Person\nfrom .tools import *\n",
  "app/models.py":
    'class User:\n    """A person."""\n\n    def rename(self, name):\n        self.name = name\n\n\nclass Group: ...\n',
  "app/tools.py": "import functools\n\nlimit = 3\n\n\n@functools.cache\ndef slug(text):\n    return text.lower()\n",
  "app/views/base.py": "class View:\n    def render(self, request): ...\n",
  "app/alias.py": "from . import models\n\nMember = models.User\n",
  "src/lib/deep/thing.py": "def dig(depth):\n    return depth\n",
};

async function definitions(path: string, prefix: string, suffix = ""): Promise<readonly Snippet[]> {
  const repository = await openRepository(Object.entries(files).map(([name, text]) => ({ path: name, text })));
  return repository.query({ path, prefix, suffix }).definitions;
}

const user = { path: "app/models.py", text: files["app/models.py"].split("\n\n\n")[0]! };
const slug = { path: "app/tools.py", text: "@functools.cache\ndef slug(text):\n    return text.lower()" };
const view = { path: "app/views/base.py", text: files["app/views/base.py"].trimEnd() };

describe("findDefinitions", () => {
  test.each([
    ["an imported name", "main.py", "from app.models import User\n", user],
    ["an imported name under another name", "main.py", "from app.models import (\n    User as U,  # why\n)\n", user],
    ["a module's name", "main.py", "import app.tools as t\n\nt.slug(", slug],
    ["a module's name by its whole path", "main.py", "import app.tools\n\napp.tools.slug(", slug],
    ["a submodule's name", "main.py", "from app import models\n\nmodels.User(", user],
    ["a relative import", "app/views/page.py", "from ..models import User\n", user],
    ["a sibling module", "app/views/page.py", "from . import base\n\nbase.View", view],
    ["a name passed on by a package", "main.py", "from app import Person\n", user],
    ["a name passed on with all others", "main.py", "from app import slug\n", slug],
    ["a name that stands for another", "main.py", "from app.alias import Member\n", user],
    [
      "a package in a folder of sources",
      "tests/a.py",
      "from lib.deep.thing import dig\n",
      { path: "src/lib/deep/thing.py", text: files["src/lib/deep/thing.py"].trimEnd() },
    ],
    [
      "the base of the class around",
      "app/views/page.py",
      "from .base import View\n\n\nclass Page(View):\n    def show(self):\n        self.",
      view,
    ],
    ["the type of a variable", "main.py", "from app.models import User\n\nuser = User()\nuser.", user],
    ["an import on a later line", "main.py", "def f():\n    ", user],
  ])("finds %s", async (_, path, prefix, wanted) => {
    const suffix = prefix.startsWith("def f") ? "\nfrom app.models import User\n" : "";
    expect(await definitions(path, prefix, suffix)).toContainEqual(wanted);
  });

  test("names near the cursor come before other imports", async () => {
    const found = await definitions("main.py", "from app.models import User\nfrom app.tools import slug\n\nx = slug(");
    expect(found.map(({ path }) => path)).toEqual(["app/tools.py", "app/models.py"]);
  });

  test("shows a method that is not imported below the header of its class", async () => {
    expect(await definitions("main.py", "person.rename(")).toEqual([
      { path: "app/models.py", text: "class User:\n    def rename(self, name):\n        self.name = name" },
    ]);
  });

  test("an installed module is not mistaken for a file deep in the repository", async () => {
    expect(await definitions("main.py", "import thing\n\nthing.dig(")).not.toContainEqual(
      expect.objectContaining({ path: "app/models.py" }),
    );
    expect(await definitions("main.py", "import thing\nfrom thing import dig\n" + "\n".repeat(3000))).toEqual([]);
  });
});

test("definitionText: cuts a long class to what scripts/pretrain/holes.py makes of it", async () => {
  const text = `@register("store")
class Store(Base, metaclass=Meta):
    # Kept for old clients.
    """Keeps things.

    At length: ${"long ".repeat(60)}
    """

    limit: int = 3
    names = {}
    first, second = 1, 2

    def __init__(self, path,
                 size=0):
        # Opens it.
        self.path = path

    @property
    def size(self) -> int:
        """The size
        in bytes."""
        return 1

    async def read(self, name): return await self.find(name)

    def load(self):
        r'''Loads \\d things.'''
`;
  const [statement] = (await openPythonParser()).statements(text);
  // python -c "from holes import *; s = Source(text); print(definition(s, s.tree.body[0]))"
  expect(definitionText(text, statement!)).toBe(`class Store(Base, metaclass=Meta):
    """Keeps things."""
    limit: int = 3
    names = {}
    first, second = 1, 2
    def __init__(self, path,
                 size=0): ...
    def size(self) -> int:
        """The size"""
    async def read(self, name): ...
    def load(self):
        """Loads \\d things."""`);
});

describe("readDefinition", () => {
  const question = { path: "new.py", prefix: "from store import Store\n\nStore(", suffix: "" };
  const long = (indent: string): string =>
    `${indent}At length: a "quoted" word, and it's ${"much ".repeat(20)}\n`.repeat(70);
  const method = (name: string, lines: number): string =>
    `    def ${name}(self, path):\n        """Does ${name}.\n\n${long("        ")}        """\n${`        run("a(b", '{[', path)\n`.repeat(lines)}\n`;
  const snippet = async (text: string): Promise<string | undefined> =>
    (await openRepository([{ path: "store.py", text }])).query(question).definitions[0]?.text;

  test("shows the members below a docstring of any length", async () => {
    const text = `class Store:\n    r"""Keeps things.\n\n${long("    ")}    """\n\n    size = 3\n\n    def load(self): ...\n`;
    expect(await snippet(text)).toBe(`class Store:\n    """Keeps things."""\n    size = 3\n    def load(self): ...`);
  });

  test("closes a docstring that goes on beyond what is read", async () => {
    const text = `def Store(path):\n    """Keeps things.\n\n${long("    ")}    """\n    return path\n`;
    expect(text.length).toBeGreaterThan(6000);
    expect(await snippet(text)).toBe(`def Store(path):\n    """Keeps things."""`);
  });

  test("shows the same of a class, however long its methods are", async () => {
    const names = ["load", "save", "find"];
    const of = (lines: number): string => `class Store:\n${names.map((name) => method(name, lines)).join("")}`;
    const wanted = names.map((name) => `    def ${name}(self, path):\n        """Does ${name}."""`).join("\n");
    for (const lines of [1, 10, 40]) expect(await snippet(of(lines))).toBe(`class Store:\n${wanted}`);
  });
});

describe("takes little time", () => {
  test("for modules that import all names of one another", async () => {
    const modules = Array.from({ length: 30 }, (_, i) => `m${i}`);
    const stars = modules.map((module) => `from .${module} import *\n`).join("");
    const repository = await openRepository(
      modules.map((module) => ({ path: `p/${module}.py`, text: `${stars}${module}_name = 1\n` })),
    );
    const startedAt = performance.now();
    const { definitions: found } = repository.query({
      path: "p/new.py",
      prefix: "from .m0 import *\nm7_name, other",
      suffix: "",
    });
    expect(found).toEqual([{ path: "p/m7.py", text: "m7_name = 1" }]);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  test.each([
    ["open lists", "from a import (\n".repeat(50_000)],
    ["dots", `from ${".".repeat(200_000)}!\n`],
    ["blanks", `from ${" ".repeat(200_000)}!\n`],
  ])("for %s in imports", (_, text) => {
    const startedAt = performance.now();
    importsOf(text);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  test("and brackets in the comments of a list do not end it", () => {
    const { names } = importsOf("from a import (  # see (b)\n    b,  # :)\n    c,\n)\n");
    expect([...names.keys()]).toEqual(["b", "c"]);
  });
});
