import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { surveyCommits } from "../../../../extension/core/training/data/surveyCommits.ts";
import { git } from "../../../git.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-survey-"));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (path: string, text: string): Promise<void> => writeFile(join(folder, path), text);

test("surveyCommits counts lines that are still there, in files that a training would read", async () => {
  git(folder, "init", "-q");
  git(folder, "config", "user.email", "ann@example.org");
  await mkdir(join(folder, ".hidden"));
  await put("shop.py", "def total(shop):\n    return shop.sum\n");
  await put("gone.py", "nothing = stays_of_this\n");
  await put("secret.py", 'password = "correct-horse-battery-6"\n');
  await put(".hidden/tool.py", "hidden = tool_of_mine\n");
  git(folder, "add", "-A");
  git(folder, "commit", "-q", "-m", "Mine");
  await put("gone.py", "other = lines_by_now\n");
  expect(await surveyCommits(folder, "2000-01-01")).toEqual({
    folder,
    email: "ann@example.org",
    commits: 1,
    files: 1,
    lines: 2,
  });
});

test("surveyCommits of a folder without a repository has no address", async () => {
  await put("shop.py", "x = 1\n");
  expect(await surveyCommits(folder, "2000-01-01")).toEqual({ folder, commits: 0, files: 0, lines: 0 });
});
