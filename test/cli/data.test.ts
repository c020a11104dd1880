/** graft data, from outside. */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { writeTinyCheckpoint } from "../core/baseModels/tinyCheckpoint.ts";
import { run } from "./run.ts";

vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let environment: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-cli-data-"));
  // With this endpoint, any connection would fail.
  environment = { GRAFT_HOME: folder, GRAFT_DATA: "", HF_ENDPOINT: "http://127.0.0.1:1" };
});
afterAll(() => rm(folder, { recursive: true }));

test("CoNaLa ships with Graft, and CodeAlpacaPy is missing with the way to it", async () => {
  const { result } = await run(["data", "--json"], environment);
  expect(result["datasets"]).toEqual([
    { name: "conala", licence: "CC BY-SA 4.0", path: resolve(import.meta.dirname, "../../data/conala/train.jsonl") },
    { name: "codealpacapy", licence: "CC BY-NC 4.0", path: null },
  ]);
  expect((await run(["data"], environment)).stdout).toMatch(/codealpacapy .*missing: graft data codealpacapy/);
});

test("nothing is downloaded before the licence is accepted", async () => {
  const { code, stderr } = await run(["data", "codealpacapy"], environment);
  expect(code).toBe(1);
  expect(stderr).toMatch(/CC BY-NC 4\.0[^]*error: Cannot get CodeAlpacaPy.*--accept-licence/);
  const accepted = await run(["data", "codealpacapy", "--accept-licence"], environment);
  expect(accepted.stderr).toMatch(/error: .*127\.0\.0\.1:1 cannot be reached.*choose a folder/);
});

test("a training on CodeAlpacaPy says how to get it", async () => {
  const { code, stderr } = await run(["train", "--data", "codealpacapy", "--out", join(folder, "out")], environment);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/error: .*codealpacapy.*graft data codealpacapy/)]);
});

test("a training lists each file that it leaves out, with the reason, and counts them for people", async () => {
  await writeTinyCheckpoint(join(folder, "tiny"));
  const project = join(folder, "project");
  const files = {
    ".gitignore": "*_local.py\n",
    "secrets_local.py": 'PASSWORD = "tr0ub4dor"\n',
    "settings.py": 'DB_PASSWORD = "c0rrecth0rse"\n',
    "good.py": "def good(x):\n    return x + 1\n",
  };
  await mkdir(project);
  for (const [name, text] of Object.entries(files)) await writeFile(join(project, name), text);
  const args = ["train", "--base", join(folder, "tiny"), "--data", project, "--steps", "1"];
  const { result } = await run([...args, "--out", join(folder, "a"), "--json"], environment);
  expect(result["data"]).toMatchObject([
    {
      name: "project",
      examples: 1,
      skipped: [
        { path: "secrets_local.py", reason: "ignored" },
        { path: "settings.py", reason: "secret" },
      ],
    },
  ]);
  const told = await run([...args, "--out", join(folder, "b"), "--verbose"], environment);
  expect(told.stdout).toMatch(/left out: 1 ignored, 1 secret/);
  expect(told.stderr).toMatch(/project: left out secrets_local\.py \(ignored\)/);
  expect(told.stderr).not.toMatch(/tr0ub4dor|c0rrecth0rse/);
});
