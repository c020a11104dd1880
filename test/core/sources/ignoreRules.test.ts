import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { openIgnoreRules, outerRuleFiles } from "../../../extension/core/sources/ignoreRules.ts";

afterEach(() => vi.unstubAllEnvs());

/** A work tree of a repository, a folder deep inside it, and the home of a user. */
function workTree(): { root: string; home: string } {
  const at = realpathSync(mkdtempSync(join(tmpdir(), "graft-rules-")));
  for (const [path, text] of Object.entries({
    "main/.git/worktrees/tree/commondir": "../..\n",
    "tree/.git": `gitdir: ${at}/main/.git/worktrees/tree\n`,
    "tree/a/b/x.py": "",
    "home/.gitconfig": "[core]\n  excludesFile = ~/mine/ignored\n",
  })) {
    mkdirSync(dirname(join(at, path)), { recursive: true });
    writeFileSync(join(at, path), text);
  }
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
    join(home, ".gitconfig"),
    join(home, "settings/git/config"),
  ]);
});
