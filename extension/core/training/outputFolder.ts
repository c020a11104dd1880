/**
 * Where an adapter goes, and what its training keeps beside it until it is done: OUT, and .OUT.training with the lock and
 * the checkpoint. So OUT is a whole adapter or nothing.
 */

import { access, constants, mkdir, readdir, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Adapter } from "../adapters/adapter.ts";
import { writeAdapter } from "../adapters/peftFolder.ts";
import { writeFileAtomic, writeFolderAtomic } from "../base/atomicFile.ts";
import { systemCode, UserError } from "../base/errors.ts";
import { lockFolder } from "../base/folderLock.ts";

export interface OutputFolder {
  readonly path: string;
  /** The adapter's name: that of its folder. */
  readonly name: string;
  /** For checkpoints. */
  readonly workFolder: string;
  /** Puts the adapter in place and forgets the checkpoint. */
  finish(adapter: Adapter): Promise<void>;
  /** Lets others train into it, and leaves no trace but a checkpoint. */
  release(): Promise<void>;
}

/**
 * Makes sure that an adapter can be written to `out`, before hours of work, and that nobody else does.
 *
 * @throws UserError "not-writable", "disk-full", "training-busy"
 */
export async function openOutputFolder(out: string): Promise<OutputFolder> {
  const path = resolve(out);
  const name = basename(path);
  const workFolder = join(dirname(path), `.${name}.training`);
  await checkWritable(path, workFolder);
  const release = await lockFolder(join(workFolder, "lock"), (owner) => {
    const message = `Cannot train into ${path}: another training does (${owner}).`;
    const nextStep = `Wait for it to end, choose another folder, or delete ${join(workFolder, "lock")} if none runs.`;
    return new UserError("training-busy", message, nextStep);
  });
  return {
    path,
    name,
    workFolder,
    finish: async (adapter) => {
      if (await isReplaceable(path)) await writeFolderAtomic(path, (temporary) => writeAdapter(temporary, adapter));
      else await writeAdapter(path, adapter);
      await rm(workFolder, { recursive: true, force: true });
    },
    release: async () => {
      await release();
      // Stays where it holds a checkpoint.
      await rmdir(workFolder).catch(() => undefined);
    },
  };
}

async function checkWritable(path: string, workFolder: string): Promise<void> {
  try {
    const existing = await stat(path).catch(() => undefined);
    if (existing && !existing.isDirectory()) {
      const message = `Cannot train into ${path}: it is a file.`;
      throw new UserError("not-writable", message, "Give a folder for the adapter.");
    }
    await makeFolder(workFolder);
    const probe = join(workFolder, "probe");
    await writeFileAtomic(probe, "Can an adapter be written here?\n");
    await rm(probe);
    if (existing) await access(path, constants.W_OK);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    const message = `Cannot train into ${path}: the folder is not writable (${systemCode(error)}).`;
    throw new UserError("not-writable", message, "Choose another folder or change its permissions.", { cause: error });
  }
}

/** As mkdir -p. Node's own never comes back where a folder cannot be made although its parent is there, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return;
    const parent = dirname(path);
    if (systemCode(error) !== "ENOENT" || (await stat(parent).catch(() => undefined))) throw error;
    await makeFolder(parent);
    await mkdir(path);
  }
}

/** Whether all that would be lost is an adapter. A folder with other files keeps them. */
async function isReplaceable(path: string): Promise<boolean> {
  const entries = await readdir(path).catch(() => []);
  return entries.every((entry) => entry === "adapter_config.json" || entry === "adapter_model.safetensors");
}
