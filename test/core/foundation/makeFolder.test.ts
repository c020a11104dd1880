/** Folders are made, or the failure ends: Node's own way never returns below /proc. */

import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder, writeFileAtomic } from "../../../extension/core/foundation/atomicFile.ts";
import { lockFolder } from "../../../extension/core/foundation/locks/folderLock.ts";

const folder = mkdtempSync(join(tmpdir(), "make-folder-"));

test("makeFolder makes all folders above, leaves one that exists, and several calls at once agree", async () => {
  const path = join(folder, "a", "b", "c");
  await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(path, "d"))]);
  await makeFolder(path);
  for (let round = 0; round < 50; round++) {
    const below = ["a", "b", "c", "a/b", "b/c/d"].map((name) => join(folder, `${round}`, "x", name));
    await Promise.all(below.map(async (one) => await makeFolder(one)));
  }
  expect(statSync(join(path, "d")).isDirectory()).toBe(true);
});

test("makeFolder refuses the name of a file, and a path through one", async () => {
  writeFileSync(join(folder, "file"), "");
  await expect(makeFolder(join(folder, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolder(join(folder, "file", "below"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

test.runIf(process.platform === "linux")(
  "what is written below /proc is refused, and does not wait for ever",
  async () => {
    const refused = { code: "not-writable" };
    await expect(writeFileAtomic("/proc/graft/runs/a.json", "{}")).rejects.toMatchObject(refused);
    await expect(lockFolder("/proc/graft/lock", () => expect.fail("nobody holds it"))).rejects.toMatchObject(refused);
  },
);
