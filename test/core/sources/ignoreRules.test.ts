import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { openIgnoreRules, outerRuleFiles } from "../../../extension/core/sources/ignoreRules.ts";
import { isPythonFile, pythonFiles } from "../../../extension/core/sources/pythonFiles.ts";
import type { Skipped } from "../../../extension/core/sources/skipped.ts";

afterEach(() => vi.unstubAllEnvs());

function put(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A work tree of a repository, a folder deep inside it, and the home of a user. */
function workTree(): { root: string; home: string } {
  const at = realpathSync(mkdtempSync(join(tmpdir(), "graft-rules-")));
  put(at, {
    "main/.git/worktrees/tree/commondir": "../..\n",
    "tree/.git": `gitdir: ${at}/main/.git/worktrees/tree\n`,
    "tree/a/b/x.py": "",
    "home/.gitconfig": "[core]\n  excludesFile = ~/mine/ignored\n",
  });
  vi.stubEnv("HOME", join(at, "home"));
  vi.stubEnv("USERPROFILE", join(at, "home"));
  vi.stubEnv("XDG_CONFIG_HOME", join(at, "home/settings"));
  return { root: at, home: join(at, "home") };
}

test("outerRuleFiles: each file that it names decides, and no other does", async () => {
  const { root, home } = workTree();
  const folder = join(root, "tree/a/b");
  const ignores = async (): Promise<boolean> => (await openIgnoreRules(folder)).ignores(join(folder, "x.py"), false);
  const files = await outerRuleFiles(folder);
  const rules = files.filter((path) => !path.endsWith("config"));
  expect(rules.map((path) => path.slice(root.length + 1)).toSorted()).toEqual([
    "home/mine/ignored",
    "main/.git/info/exclude",
    "tree/.gitignore",
    "tree/a/.gitignore",
  ]);
  for (const path of rules) {
    expect(await ignores()).toBe(false);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "x.py\n");
    expect(await ignores()).toBe(true);
    writeFileSync(path, "");
  }
  expect(files.filter((path) => path.endsWith("config"))).toEqual([
    join(home, "settings/git/config"),
    join(home, ".gitconfig"),
    join(root, "main/.git/config"),
  ]);
});

/** Files of a repository or of a home by the name of the case; each makes git ignore secret.py. */
const settings: Record<string, Record<string, string>> = {
  "of the repository": { "p/.git/config": "[core]\n\texcludesFile = .mine\n", "p/.mine": "secret.py\n" },
  included: {
    "home/.gitconfig": "[include]\n\tpath = other\n",
    "home/other": "[core]\n\texcludesFile = ~/mine\n",
    "home/mine": "secret.py\n",
  },
  "before a comment": { "home/.gitconfig": "[core]\n\texcludesFile = ~/mine # x\n", "home/mine": "secret.py\n" },
  "in one line": { "home/.gitconfig": "[core] excludesFile = ~/mine\n", "home/mine": "secret.py\n" },
  "in quotes": { "home/.gitconfig": '[core]\n\texcludesFile = "~/my # list" \n', "home/my # list": "secret.py\n" },
  "the last of several": {
    "home/.gitconfig": "[core]\n\texcludesFile = ~/none\n\texcludesFile = ~/mine\n[other]\n\texcludesFile = ~/none\n",
    "home/mine": "secret.py\n",
  },
  "of the repository over the user's": {
    "home/.gitconfig": "[core]\n\texcludesFile = ~/none\n",
    "p/.git/config": "[core]\n\texcludesFile = ~/mine\n",
    "home/mine": "secret.py\n",
  },
};

const withGit = { ...process.env };
const hasGit = spawnSync("git", ["--version"]).status === 0;

for (const asks of hasGit ? ["git", "no git"] : ["no git"])
  test.each(Object.entries(settings))(`core.excludesFile %s, with ${asks}`, async (_, files) => {
    const { root, home } = workTree();
    const folder = join(root, "p");
    mkdirSync(folder);
    if (hasGit) execFileSync("git", ["init", "-q", folder]);
    put(root, { "p/secret.py": "", "p/.git/info/exclude": "", ...files });
    if (hasGit) {
      const env = { ...withGit, HOME: home, XDG_CONFIG_HOME: join(home, "settings") };
      expect(spawnSync("git", ["-C", folder, "check-ignore", "-q", "secret.py"], { env }).status).toBe(0);
    }
    if (asks === "no git") vi.stubEnv("PATH", "");
    expect((await openIgnoreRules(folder)).ignores(join(folder, "secret.py"), false)).toBe(true);
  });

test("a repository within a repository or a folder brings its own excludes", async () => {
  const { root } = workTree();
  put(root, { "p/in/.git/info/exclude": "secret.py\n", "p/in/a/secret.py": "", "p/secret.py": "" });
  expect((await walk(join(root, "p"))).files).toEqual(["secret.py"]);
  expect(await isPythonFile(join(root, "p"), "in/a/secret.py")).toBe(false);
});

test("rules that are too large to read ignore everything, and say so", async () => {
  const { root } = workTree();
  const large = "secret.py\n" + "# padding\n".repeat(2 ** 17);
  put(root, { "p/.git/HEAD": "", "p/a.py": "", "p/in/.gitignore": large, "p/in/secret.py": "", "p/in/b/c.py": "" });
  expect(await walk(join(root, "p"))).toEqual({
    files: ["a.py"],
    skipped: [{ path: "in/.gitignore", reason: "unreadable" }],
  });
  expect(await isPythonFile(join(root, "p"), "in/b/c.py")).toBe(false);
  put(root, { "p/.git/info/exclude": large });
  expect(await walk(join(root, "p"))).toEqual({
    files: [],
    skipped: [{ path: ".git/info/exclude", reason: "unreadable" }],
  });
});

async function walk(folder: string): Promise<{ files: string[]; skipped: Skipped[] }> {
  const skipped: Skipped[] = [];
  const files: string[] = [];
  for await (const file of pythonFiles(folder, { onSkipped: (one) => void skipped.push(one) })) files.push(file);
  return { files, skipped };
}
