import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openFolderRepository } from "../extension/core/repository/folderRepository.ts";
import { storeFolder } from "../extension/core/repository/storage/storeFolder.ts";
import { createIndexDeletion } from "../extension/vscode/repository/indexDeletion.ts";

let folder: string;
let home: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "graft-deletion-")));
  home = join(folder, "repositories");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A root of this name with an index on disk. Returns the index's folder. */
async function indexed(name: string): Promise<string> {
  const root = join(folder, name);
  await mkdir(root);
  await writeFile(join(root, "a.py"), "x = 1\n");
  const repository = await openFolderRepository({ folder: root, home });
  await repository.save();
  return storeFolder(home, root);
}

const nothing = async (): Promise<void> => undefined;

test("a rebuild deletes the indexes of its roots, and no other", async () => {
  const [own, other] = [await indexed("own"), await indexed("other")];
  await symlink(join(folder, "own"), join(folder, "link"));
  const states: boolean[] = [];
  const deletion = createIndexDeletion({ home, end: nothing, follow: () => states.push(deletion.isDeleted) });
  expect([existsSync(own), existsSync(other)]).toEqual([true, true]);
  await deletion.rebuild([join(folder, "link")]);
  expect([existsSync(own), existsSync(other)]).toEqual([false, true]);
  // Closed meanwhile, and open again at the end.
  expect(states).toEqual([true, false]);
});

test("the indexes are open again after a rebuild that failed", async () => {
  const broken = new Error("the process does not end");
  const deletion = createIndexDeletion({ home, end: () => Promise.reject(broken), follow: () => undefined });
  await expect(deletion.rebuild([folder])).rejects.toBe(broken);
  expect(deletion.isDeleted).toBe(false);
  await expect(deletion.deleteAll()).rejects.toBe(broken);
  expect(deletion.isDeleted).toBe(false);
});

test("all indexes are gone after a deletion, until a rebuild", async () => {
  const index = await indexed("own");
  const deletion = createIndexDeletion({ home, end: nothing, follow: () => undefined });
  await deletion.deleteAll();
  expect([deletion.isDeleted, existsSync(index)]).toEqual([true, false]);
  await deletion.rebuild([join(folder, "own")]);
  expect(deletion.isDeleted).toBe(false);
});
