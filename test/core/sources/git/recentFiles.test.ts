import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exists } from "../../../../extension/core/foundation/exists.ts";
import { findGit } from "../../../../extension/core/sources/git/gitProgram.ts";
import { recentFiles } from "../../../../extension/core/sources/git/recentFiles.ts";
import { git as gitIn } from "../../../git.ts";

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "graft-recent-")));
});
afterEach(() => rm(folder, { recursive: true }));

const git = (...parameters: string[]): string => gitIn(folder, ...parameters);

async function commit(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  git("add", "-A");
  git("commit", "-q", "-m", "A change");
}

const names = Array.from({ length: 20 }, (_, i) => `old${i}.py`);
const old = Object.fromEntries(names.map((name) => [name, "x = 1\n"]));

describe("recentFiles", () => {
  test("lists the files of the last commits, newest first, and only those that were asked about", async () => {
    git("init", "-q");
    await commit({ "pkg/a.py": "a = 1\n", "notes.txt": "a\n" });
    await commit({ "pkg/b ü.py": "b = 1\n" });
    await commit({ "pkg/a.py": "a = 2\n" });
    const files = new Set([...names, "pkg/a.py", "pkg/b ü.py"]);
    expect(await recentFiles(folder, files)).toEqual(["pkg/a.py", "pkg/b ü.py"]);
    expect(await recentFiles(join(folder, "pkg"), new Set(["a.py", "b ü.py"]))).toEqual(["a.py", "b ü.py"]);
  });

  test("leaves out a commit of most files, which says nothing about their age", async () => {
    git("init", "-q");
    await commit({ "new.py": "n = 1\n" });
    await commit(old);
    expect(await recentFiles(folder, new Set([...names, "new.py"]))).toEqual(["new.py"]);
  });

  test("a folder without a repository, and one without commits, has none", async () => {
    await writeFile(join(folder, "a.py"), "a = 1\n");
    expect(await recentFiles(folder, new Set(["a.py"]))).toEqual([]);
    git("init", "-q");
    expect(await recentFiles(folder, new Set(["a.py"]))).toEqual([]);
  });

  test("runs no program that the repository names", async () => {
    git("init", "-q");
    await commit({ "a.py": "a = 1\n" });
    const planted = join(folder, "planted.sh");
    await writeFile(planted, `#!/bin/sh\ntouch "${folder}/ran"\n`);
    await chmod(planted, 0o755);
    for (const key of ["core.fsmonitor", "core.pager", "gpg.program", "diff.external"]) git("config", key, planted);
    git("config", "log.showSignature", "true");
    expect(await recentFiles(folder, new Set(["a.py"]))).toEqual(["a.py"]);
    expect(await exists(join(folder, "ran"))).toBe(false);
  });
});

describe("findGit", () => {
  test("passes over relative places and over a git that the repository brings along", async () => {
    git("init", "-q");
    await mkdir(join(folder, "bin"));
    await mkdir(join(folder, "sub"));
    await writeFile(join(folder, "bin/git"), "#!/bin/sh\n");
    await chmod(join(folder, "bin/git"), 0o755);
    const theirs = join(folder, "bin");
    expect(await findGit(join(folder, "sub"), `bin:.:${theirs}`)).toBeUndefined();
    expect(await findGit(join(folder, "sub"), `${theirs}:${process.env["PATH"]}`)).toMatch(/git$/);
    const elsewhere = await mkdtemp(join(tmpdir(), "graft-elsewhere-"));
    expect(await findGit(elsewhere, theirs)).toBe(join(theirs, "git"));
    await rm(elsewhere, { recursive: true });
  });
});
