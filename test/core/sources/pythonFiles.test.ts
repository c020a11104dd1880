import { execFile, execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { pythonFiles, type WalkOptions } from "../../../extension/core/sources/pythonFiles.ts";
import type { Skipped } from "../../../extension/core/sources/skipped.ts";
import { sourceRoots } from "../../../extension/core/sources/sourceRoots.ts";

const run = promisify(execFile);

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "graft-sources-")));
  // The rules of whoever runs these tests.
  vi.stubEnv("HOME", join(folder, "home"));
  vi.stubEnv("XDG_CONFIG_HOME", join(folder, "home/.config"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const result: T[] = [];
  for await (const item of items) result.push(item);
  return result;
}

async function walk(root: string, options: Pick<WalkOptions, "except"> = {}) {
  const skipped: Skipped[] = [];
  const files = await all(pythonFiles(join(folder, root), { ...options, onSkipped: (one) => void skipped.push(one) }));
  return { files, skipped };
}

/** Rules at every depth, with files that they take and files that they leave. */
const rules = {
  "p/.gitignore": "*_local.py\n/top.py\n!kept_local.py\ndrafts/\nlib/**/gen.py\n\\#odd.py\nend.py \nws.py\\ \n",
  "p/sub/.gitignore": "!inner_local.py\nmore.py\n/here.py\n*.tmp.py\n!good.tmp.py\n",
  "p/sub/deep/.gitignore": "*\n!only.py\n",
};
const names = `
  a.py secrets_local.py kept_local.py top.py #odd.py end.py more.py drafts/x.py drafts/kept_local.py
  lib/gen.py lib/a/b/gen.py lib/a/other.py sub/top.py sub/secrets_local.py sub/inner_local.py
  sub/kept_local.py sub/more.py sub/here.py sub/x/here.py sub/x/more.py sub/a.tmp.py sub/good.tmp.py
  sub/deep/only.py sub/deep/no.py sub/deep/x/only.py
`
  .trim()
  .split(/\s+/);

describe("pythonFiles", () => {
  const hasGit = ((): boolean => {
    try {
      return execFileSync("git", ["--version"]).length > 0;
    } catch {
      return false;
    }
  })();

  test.skipIf(!hasGit)("finds what git finds, by rules of every place that git reads", async () => {
    await put({
      ...rules,
      ...Object.fromEntries(
        [...names, "excluded.py", "mine.py", "sub/mine.py"].map((name) => [`p/${name}`, "x = 1\n"]),
      ),
      "home/.gitconfig": "[core]\n\texcludesFile = ~/my-excludes\n",
      "home/my-excludes": "mine.py\n",
    });
    const git = async (...args: string[]): Promise<string> => {
      return (await run("git", ["-c", "core.quotePath=false", ...args], { cwd: join(folder, "p") })).stdout;
    };
    await git("init", "-q");
    await writeFile(join(folder, "p/.git/info/exclude"), "/excluded.py\n");
    const known = (await git("ls-files", "--others", "--exclude-standard", "*.py")).trim().split("\n");
    const { files, skipped } = await walk("p");
    expect(files.toSorted()).toEqual(known.toSorted());
    const ignored = skipped.filter(({ reason }) => reason === "ignored").map(({ path }) => path);
    expect([...files, ...ignored].toSorted()).toEqual([...names, "excluded.py", "mine.py", "sub/mine.py"].toSorted());
    // A part of the repository is read by the same rules.
    const part = known.filter((path) => path.startsWith("sub/")).map((path) => path.slice("sub/".length));
    expect((await walk("p/sub")).files.toSorted()).toEqual(part.toSorted());
  });

  test("takes .gitignore for what it says without a repository, and without git", async () => {
    vi.stubEnv("PATH", "");
    await put({ "p/.gitignore": "secrets.py\n", "p/secrets.py": "", "p/a/secrets.py": "", "p/b.py": "" });
    expect(await walk("p")).toEqual({
      files: ["b.py"],
      skipped: [
        { path: "a/secrets.py", reason: "ignored" },
        { path: "secrets.py", reason: "ignored" },
      ],
    });
  });

  test("reads the excludes of a work tree's repository", async () => {
    await put({
      "main/.git/info/exclude": "no.py\n",
      "main/.git/worktrees/w/commondir": "../..\n",
      "w/.git": `gitdir: ${join(folder, "main/.git/worktrees/w")}\n`,
      "w/no.py": "",
      "w/yes.py": "",
    });
    expect((await walk("w")).files).toEqual(["yes.py"]);
  });

  test.skipIf(process.platform === "win32")("does not wait for a .gitignore that is a pipe or a device", async () => {
    await put({ "p/.git/HEAD": "", "p/a.py": "", "p/sub/b.py": "" });
    execFileSync("mkfifo", [join(folder, "p/.gitignore")]);
    await symlink("/dev/zero", join(folder, "p/sub/.gitignore"));
    expect((await walk("p")).files).toEqual(["a.py", "sub/b.py"]);
  });

  test("reads an ignored folder that is asked for, by the rules inside it", async () => {
    await put({
      "p/.git/HEAD": "",
      "p/.gitignore": "out/\n",
      "p/out/a.py": "",
      "p/out/b.py": "",
      "p/out/.gitignore": "b.py\n",
    });
    expect((await walk("p")).files).toEqual([]);
    expect((await walk("p/out")).files).toEqual(["a.py"]);
  });

  test("passes over environments by what they hold, whatever their names, and over installed and hidden files", async () => {
    await put({
      "p/a.py": "",
      "p/my-env/pyvenv.cfg": "",
      "p/my-env/lib/x.py": "",
      "p/conda/conda-meta/history": "",
      "p/conda/x.py": "",
      "p/.venv/pyvenv.cfg": "",
      "p/.venv/x.py": "",
      "p/lib/site-packages/x.py": "",
      "p/node_modules/gyp/x.py": "",
      "p/.hidden/x.py": "",
      "p/.idea/no-python.xml": "",
      "p/build/lib/x.py": "",
    });
    expect(await walk("p")).toEqual({
      files: ["a.py"],
      skipped: [
        { path: ".hidden/", reason: "hidden" },
        { path: ".venv/", reason: "environment" },
        { path: "build/", reason: "generated" },
        { path: "conda/", reason: "environment" },
        { path: "lib/site-packages/", reason: "installed" },
        { path: "my-env/", reason: "environment" },
        { path: "node_modules/", reason: "installed" },
      ],
    });
  });

  test("lists a folder of very many ignored files as one", async () => {
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`p/data/x${i}.py`, ""]));
    await put({ "p/.gitignore": "data\n", ...many });
    expect((await walk("p")).skipped).toEqual([{ path: "data/", reason: "ignored" }]);
  });
});

describe("sourceRoots", () => {
  test("gives each file to one of folders that lie in one another, or are the same by another name", async () => {
    await put({ "p/a.py": "", "p/in/b.py": "", "p/in/deep/c.py": "", "pq/d.py": "" });
    await symlink(join(folder, "p"), join(folder, "link"));
    const roots = await sourceRoots(["p/in", "link", "p", "pq", "p/in/deep"].map((path) => join(folder, path)));
    const files = await Promise.all(
      roots.map(async ({ path, except }) => ({ path, files: await all(pythonFiles(path, { except })) })),
    );
    expect(files).toEqual([
      { path: join(folder, "p/in"), files: ["b.py"] },
      { path: join(folder, "link"), files: ["a.py"] },
      { path: join(folder, "pq"), files: ["d.py"] },
      { path: join(folder, "p/in/deep"), files: ["c.py"] },
    ]);
  });
});
