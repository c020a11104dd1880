import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSourceReader } from "../../../../extension/core/sources/readSources.ts";
import { addSnippet, listSnippets, removeSnippet } from "../../../../extension/core/sources/snippets/snippetFolder.ts";

let around: string;
let folder: string;
beforeEach(async () => {
  around = await mkdtemp(join(tmpdir(), "graft-snippets-"));
  folder = join(around, "storage", "snippets");
});
afterEach(() => rm(around, { recursive: true }));

const add = (path: string, text: string, firstLine = 1): Promise<string | undefined> =>
  addSnippet(folder, { path, text, firstLine });
const paths = async (): Promise<string[]> => (await listSnippets(folder)).map(({ path }) => path);

describe("addSnippet", () => {
  test("keeps the path of the file, which prompts contain, and numbers further selections in it", async () => {
    expect(await add("shop/cart.py", "    x = 1\n")).toBe("shop/cart.py");
    expect(await add("shop/cart.py", "y = 2\n")).toBe("shop/cart-2.py");
    expect(await add("shop/cart.py", "z = 3\n")).toBe("shop/cart-3.py");
    expect(await readFile(join(folder, "shop/cart.py"), "utf8")).toBe("x = 1\n");
    expect(await paths()).toEqual(["shop/cart-2.py", "shop/cart-3.py", "shop/cart.py"]);
  });

  test("takes the same code once", async () => {
    await add("a.py", "x = 1\n");
    expect(await add("b/c.py", "  x = 1\n\n")).toBeUndefined();
    expect(await paths()).toEqual(["a.py"]);
  });

  test.each([
    [".venv/lib/python3.12/site-packages/requests/api.py", "api.py"],
    ["node_modules/tool/gyp.py", "gyp.py"],
    [".hidden.py", "hidden.py"],
    ["../outside.py", "outside.py"],
    ["/etc/passwd", "passwd.py"],
    ["C:\\code\\shop.py", "shop.py"],
    ["deep\\shop.py", "deep/shop.py"],
    ["analysis.ipynb", "analysis.py"],
    ["Untitled-1", "Untitled-1.py"],
    ["", "snippet.py"],
  ])("of %j goes where a training reads it: %j", async (path, place) => {
    expect(await add(path, "x = 1\n")).toBe(place);
    expect(await paths()).toEqual([place]);
  });

  test("refuses a secret with its line in the file, and keeps nothing of it", async () => {
    const text = 'user = "me"\npassword = "correct-horse-battery-9"\n';
    await expect(add("settings.py", text, 41)).rejects.toMatchObject({
      code: "secret-found",
      message: "Cannot add the selection: line 42 contains a secret.",
    });
    expect(await listSnippets(folder)).toEqual([]);
  });

  test("refuses blank lines", async () => {
    await expect(add("a.py", "\n   \n")).rejects.toMatchObject({ code: "data-empty" });
  });

  test("is read although a repository around the folder ignores such files", async () => {
    await writeFile(join(around, ".gitignore"), "*.py\n");
    await mkdir(join(around, ".git"));
    await add("shop/cart.py", "x = 1\n");
    const read: string[] = [];
    for await (const { path } of openSourceReader(folder).read()) read.push(path);
    expect(read).toEqual(["shop/cart.py"]);
  });
});

describe("listSnippets", () => {
  test("of a folder that does not exist is empty", async () => expect(await listSnippets(folder)).toEqual([]));

  test("tells lines and the first of them, and why a training leaves a snippet out", async () => {
    await add("a.py", "def f(x):\n    return x\n");
    await add("b.py", "    def (:\n        y = 2\n");
    await add("c.py", "z = 3\n");
    // An edit could leave the file like this.
    await writeFile(join(folder, "c.py"), 'password = "correct-horse-battery-9"\n');
    expect(await listSnippets(folder)).toEqual([
      { path: "a.py", lines: 2, start: "def f(x):" },
      { path: "b.py", lines: 2, start: "", reason: "unparsable" },
      { path: "c.py", lines: 1, start: "", reason: "secret" },
    ]);
  });
});

describe("removeSnippet", () => {
  test("returns the text, which brings the snippet back, and leaves no empty folders", async () => {
    await add("shop/old/cart.py", "x = 1\n");
    await add("shop/tax.py", "y = 2\n");
    const text = await removeSnippet(folder, "shop/old/cart.py");
    expect(await readdir(join(folder, "shop"))).toEqual(["tax.py"]);
    expect(await add("shop/old/cart.py", text)).toBe("shop/old/cart.py");
  });

  test("touches nothing outside of the folder", async () => {
    await add("a.py", "x = 1\n");
    const other = join(around, "storage", "other.py");
    await writeFile(other, "keep = 1\n");
    for (const path of ["../other.py", other]) expect(await removeSnippet(folder, path)).toBe("");
    expect(await readFile(other, "utf8")).toBe("keep = 1\n");
  });
});
