import { cp, mkdir, mkdtemp, readdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exists } from "../../../../extension/core/foundation/exists.ts";
import { silentLog } from "../../../../extension/core/foundation/log.ts";
import {
  folderOfHeldOut,
  forgetHeldOut,
  heldOutSuite,
  withHeldOut,
} from "../../../../extension/core/training/output/keptHeldOut.ts";

let folder: string;
const at = (...path: string[]): string => join(folder, ...path);
const control = () => ({ home: at("home"), log: silentLog });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-held-out-"));
  await mkdir(at("code"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Writes an adapter of this name whose training held out a file of each of these folders. */
async function train(name: string, folders: readonly string[]): Promise<string> {
  const data = at(`data of ${name}`);
  for (const path of [data, at(name)]) await mkdir(path);
  const rows = folders.map((from, i) => JSON.stringify({ folder: from, path: `f${i}.py`, text: `x = ${i}\n` }));
  if (rows.length > 0) await writeFile(join(data, "held-out.jsonl"), `${rows.join("\n")}\n`);
  const write = (path: string): Promise<void> => writeFile(join(path, "graft.json"), JSON.stringify({ name }));
  await withHeldOut({ names: new Set(), write }, data, control()).write(at(name));
  return at(name);
}

test("held-out files stay an adapter's own when it is renamed or copied, and no other's", async () => {
  const adapter = await train("sql", [at("code")]);
  const suite = await heldOutSuite(adapter, at("home"));
  expect(await folderOfHeldOut(suite!, at("home"))).toBe(at("code"));
  await cp(adapter, at("copy"), { recursive: true });
  await rename(adapter, at("renamed"));
  expect(await heldOutSuite(at("copy"), at("home"))).toBe(suite);
  expect(await heldOutSuite(at("renamed"), at("home"))).toBe(suite);
  expect(await heldOutSuite(await train("none", []), at("home"))).toBeUndefined();
  expect(await heldOutSuite(at("nowhere"), at("home"))).toBeUndefined();
});

test("a refreshed adapter has none, because it may have learned from them", async () => {
  const adapter = await train("refreshed", [at("code")]);
  expect(await heldOutSuite(adapter, at("home"))).toBeDefined();
  await mkdir(join(adapter, "refreshes"));
  expect(await heldOutSuite(adapter, at("home"))).toBeUndefined();
});

test("held-out files go with the last adapter that they are of, and an adapter that comes back still has its own", async () => {
  const [adapter, other] = [await train("mine", [at("code")]), await train("other", [at("code")])];
  const suite = await heldOutSuite(adapter, at("home"));
  const copy = at("library", "copy of mine");
  await cp(adapter, copy, { recursive: true });
  await rename(other, at("library", "other"));
  // Moves the adapter as a deletion that can be undone does.
  await rename(adapter, at("deleted"));
  const forget = (library = at("library")): Promise<void> =>
    forgetHeldOut([at("deleted"), at("nowhere")], library, at("home"));
  await forget();
  expect(await heldOutSuite(copy, at("home"))).toBe(suite);
  await rename(copy, at("elsewhere"));
  await symlink(at("elsewhere"), copy, "junction");
  await forget();
  expect(await heldOutSuite(copy, at("home"))).toBe(suite);
  await rm(copy);
  // Something unreadable may be a copy.
  await expect(forget(at("no library"))).rejects.toMatchObject({ code: "ENOENT" });
  await mkdir(join(copy, "graft.json"), { recursive: true });
  await expect(forget()).rejects.toMatchObject({ code: "EISDIR" });
  expect(await exists(dirname(suite!))).toBe(true);
  await rm(copy, { recursive: true });
  await forget();
  expect(await heldOutSuite(at("deleted"), at("home"))).toBeUndefined();
  expect(await exists(dirname(suite!))).toBe(false);
  expect(await heldOutSuite(at("library", "other"), at("home"))).toBeDefined();
});

test("the folder of a suite is known if it is one, and still there", async () => {
  const [two, gone] = [await train("two", [at("code"), folder]), await train("gone", [at("no folder")])];
  for (const adapter of [two, gone]) {
    expect(await folderOfHeldOut((await heldOutSuite(adapter, at("home")))!, at("home"))).toBeUndefined();
  }
  await writeFile(at("held-out.jsonl"), JSON.stringify({ folder: at("code"), path: "a.py", text: "x" }));
  expect(await folderOfHeldOut(at("held-out.jsonl"), at("home"))).toBeUndefined();
});

test("the files of the last fifty trainings stay", async () => {
  const kept = at("home", "held-out");
  for (let i = 0; i < 60; i++) {
    await mkdir(join(kept, `old ${i}`));
    await utimes(join(kept, `old ${i}`), i, i);
  }
  await train("newest", [at("code")]);
  const names = await readdir(kept);
  expect(names).toHaveLength(50);
  expect(names).toContain("old 59");
  expect(names).not.toContain("old 0");
});
