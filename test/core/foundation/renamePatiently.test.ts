import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { renamePatiently, renameToFree } from "../../../extension/core/foundation/renamePatiently.ts";

/** A rename that is refused this many times. */
function refused(code: string, times: number) {
  const failure = Object.assign(new Error(`${code}: not now`), { code });
  return vi.fn(async () => {
    if (times-- > 0) throw failure;
  });
}

test.each(["EPERM", "EACCES", "EBUSY"])("renamePatiently waits until %s has passed", async (code) => {
  const move = refused(code, 3);
  await renamePatiently("from", "to", { move, waits: true });
  expect(move.mock.calls).toEqual(Array.from({ length: 4 }, () => ["from", "to"]));
});

test("renamePatiently does not wait where refusals do not pass, nor for what no waiting mends", async () => {
  for (const [code, waits] of [
    ["EACCES", false],
    ["ENOENT", true],
    ["ENOTEMPTY", true],
  ] as const) {
    const move = refused(code, 1);
    await expect(renamePatiently("from", "to", { move, waits })).rejects.toMatchObject({ code });
    expect(move).toHaveBeenCalledOnce();
  }
});

test("renamePatiently gives up after some seconds, with the last refusal", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const move = vi.fn(async () => {
    vi.advanceTimersByTime(1000);
    throw Object.assign(new Error("EBUSY: never"), { code: "EBUSY" });
  });
  await expect(renamePatiently("from", "to", { move, waits: true })).rejects.toMatchObject({ code: "EBUSY" });
  expect(move.mock.calls.length).toBeGreaterThan(3);
  vi.useRealTimers();
});

test("renameToFree takes a free name, leaves one that is taken, and tells that nothing is there to rename", async () => {
  const folder = await mkdtemp(join(tmpdir(), "graft-rename-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const at = (...names: string[]): string => join(folder, ...names);
  await mkdir(at("new"));
  await mkdir(at("full", "theirs"), { recursive: true });
  await writeFile(at("file"), "theirs");
  expect(await renameToFree(at("new"), at("full"))).toBe(false);
  expect(await renameToFree(at("new"), at("file"))).toBe(false);
  expect(await readdir(folder)).toEqual(["file", "full", "new"]);
  expect(await renameToFree(at("new"), at("free"))).toBe(true);
  await expect(renameToFree(at("new"), at("later"))).rejects.toMatchObject({ code: "ENOENT" });
  expect(await readdir(folder)).toEqual(["file", "free", "full"]);
});
