import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exists } from "../../../../extension/core/foundation/exists.ts";
import { ownCommits } from "../../../../extension/core/sources/git/ownLines.ts";
import { git as gitIn } from "../../../git.ts";

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "graft-own-")));
  git("init", "-q");
  git("config", "user.email", "ann@example.org");
});
afterEach(() => rm(folder, { recursive: true }));

const git = (...parameters: string[]): string => gitIn(folder, ...parameters);

async function commit(files: Readonly<Record<string, string>>, ...more: readonly string[]): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  git("add", "-A");
  git("commit", "-q", "-m", "A change", ...more);
}

const bob = "--author=Bob <bob@example.org>";

async function own(since = "2000-01-01", within = ""): Promise<Record<string, string[]>> {
  const found = await ownCommits(join(folder, within), since);
  return Object.fromEntries([...(found?.lines ?? [])].map(([path, lines]) => [path, [...lines].sort()]));
}

describe("ownCommits", () => {
  test("has the lines that the user added, not those of others, and of Python only", async () => {
    await commit({ "shop.py": "theirs = 1\nalso = 2\n" }, bob);
    await commit({ "shop.py": "theirs = 1\n    mine = 2\nalso = 2\n", "notes.md": "mine\n" });
    expect(await ownCommits(folder, "2000-01-01")).toMatchObject({ email: "ann@example.org", commits: 1 });
    expect(await own()).toEqual({ "shop.py": ["mine = 2"] });
  });

  test("begins at midnight of a day", async () => {
    process.env["GIT_COMMITTER_DATE"] = "2026-03-01T23:59:59Z";
    try {
      await commit({ "older.py": "older = 1\n" });
      process.env["GIT_COMMITTER_DATE"] = "2026-03-02T00:00:01Z";
      await commit({ "new.py": "new = 1\n" });
    } finally {
      delete process.env["GIT_COMMITTER_DATE"];
    }
    expect(Object.keys(await own("2026-03-02"))).toEqual(["new.py"]);
    expect(Object.keys(await own("2026-03-01")).sort()).toEqual(["new.py", "older.py"]);
  });

  test("is told apart by the address alone, in any case", async () => {
    git("config", "user.email", "ANN@Example.org");
    await commit({ "a.py": "mine = 1\n" });
    await commit({ "b.py": "hers = 1\n" }, "--author=ann@example.org <joann@example.org>");
    expect(Object.keys(await own())).toEqual(["a.py"]);
  });

  test("in a folder of the repository, paths are relative to it", async () => {
    await commit({ "pkg/in.py": "mine = 1\n", "out.py": "other = 1\n" });
    expect(await own("2000-01-01", "pkg")).toEqual({ "in.py": ["mine = 1"] });
  });

  test("follows the user's renames, and reads names with blanks, quotes and other letters", async () => {
    const text = "first = 1\nsecond = 2\nthird = 3\n";
    await commit({ "before.py": text });
    git("mv", "before.py", "then.py");
    await commit({});
    git("mv", "then.py", 'now "ü" .py');
    await commit({});
    expect(await own()).toEqual({ 'now "ü" .py': ["first = 1", "second = 2", "third = 3"] });
  });

  test("reads names with control characters", async () => {
    const name = "tab\tline\nescape\u001b\\n.py";
    await commit({ [name]: "mine = 1\n" });
    expect(await own()).toEqual({ [name]: ["mine = 1"] });
  });

  test("has lines of the right files if git is set to show what stands between two changes", async () => {
    git("config", "diff.interHunkContext", "20");
    const between = "a\nb\nc\nd\ne\nf\ng\nh\n";
    await commit({ "a.py": `one = 1\n${between}two = 1\n`, "b.py": "" }, bob);
    await commit({ "a.py": `one = 2\n${between}two = 2\n`, "b.py": "three = 1\n" });
    expect(await own()).toEqual({ "a.py": ["one = 2", "two = 2"], "b.py": ["three = 1"] });
  });

  test("takes a day before 1970", async () => {
    // Git takes a time that it cannot read for the present.
    process.env["GIT_COMMITTER_DATE"] = "2026-03-01T12:00:00Z";
    try {
      await commit({ "a.py": "mine = 1\n" });
    } finally {
      delete process.env["GIT_COMMITTER_DATE"];
    }
    expect(await own("1960-01-01")).toEqual({ "a.py": ["mine = 1"] });
  });

  test("an added line that looks like a header is a line", async () => {
    await commit({ "a.py": "x = (1\n++ b/b.py\n)\n@@ -1 +1 @@\n", "c.py": "no_newline = 1" });
    await commit({ "c.py": "no_newline = 2" });
    expect(await own()).toEqual({
      "a.py": [")", "++ b/b.py", "@@ -1 +1 @@", "x = (1"],
      "c.py": ["no_newline = 1", "no_newline = 2"],
    });
  });

  test("without a repository or an address, there is no answer; without commits, there are no lines", async () => {
    expect(await own()).toEqual({});
    git("config", "user.email", "");
    expect(await ownCommits(folder, "2000-01-01")).toBeUndefined();
    await rm(join(folder, ".git"), { recursive: true });
    expect(await ownCommits(folder, "2000-01-01")).toBeUndefined();
  });

  test("runs no program that the repository names", async () => {
    await commit({ ".gitattributes": "*.py diff=planted\n", "a.py": "mine = 1\n" });
    const planted = join(folder, "planted.sh");
    await writeFile(planted, `#!/bin/sh\ntouch "${folder}/ran"\ncat "$1"\n`);
    await chmod(planted, 0o755);
    for (const key of ["diff.external", "diff.planted.textconv", "diff.planted.command", "core.pager"]) {
      git("config", key, planted);
    }
    expect(await own()).toEqual({ "a.py": ["mine = 1"] });
    expect(await exists(join(folder, "ran"))).toBe(false);
  });

  test.skipIf(process.platform === "win32")(
    "fetches nothing with an older git, whatever the repository allows",
    async () => {
      await commit({ "a.py": "mine = 1\n" });
      const blob = git("rev-parse", "HEAD:a.py").trim();
      await rm(join(folder, ".git", "objects", blob.slice(0, 2), blob.slice(2)));
      const settings = {
        "remote.origin.url": `ext::sh -c touch% ${folder}/ran`,
        "remote.origin.promisor": "true",
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "protocol.ext.allow": "always",
      };
      for (const [key, value] of Object.entries(settings)) git("config", key, value);
      const old = await mkdtemp(join(tmpdir(), "graft-old-git-"));
      const program = execFileSync("which", ["git"], { encoding: "utf8" }).trim();
      await writeFile(join(old, "git"), `#!/bin/sh\nunset GIT_NO_LAZY_FETCH\nexec ${program} "$@"\n`, { mode: 0o755 });
      const path = process.env["PATH"];
      process.env["PATH"] = `${old}:${path}`;
      try {
        expect(await ownCommits(folder, "2000-01-01")).toBeUndefined();
        expect(await exists(join(folder, "ran"))).toBe(false);
      } finally {
        process.env["PATH"] = path;
        await rm(old, { recursive: true });
      }
    },
  );
});
