import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Adapter } from "../../../../extension/core/adapters/adapter.ts";
import { adapterFiles, writeAdapter } from "../../../../extension/core/adapters/formats/peftFolder.ts";
import {
  discardTraining,
  openOutputFolder,
  recoverAdapters,
  type OutputFiles,
} from "../../../../extension/core/training/output/outputFolder.ts";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "graft-output-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const adapter: Adapter = {
  method: "ia3",
  name: "mine",
  baseModel: "tiny",
  modules: new Map([["model.layers.0.self_attn.q_proj", { on: "output", values: Float32Array.of(1, 2) }]]),
};
const trained: OutputFiles = { names: adapterFiles, write: (path) => writeAdapter(path, adapter) };
const files = ["adapter_config.json", "adapter_model.safetensors"];

describe("openOutputFolder", () => {
  test("leaves nothing behind if nothing is trained", async () => {
    const output = await openOutputFolder(join(folder, "deep", "mine"));
    expect(output.name).toBe("mine");
    await output.release();
    expect(await readdir(join(folder, "deep"))).toEqual([]);
  });

  test("keeps a checkpoint, but not once the adapter is in place", async () => {
    const output = await openOutputFolder(join(folder, "mine"));
    await writeFile(join(output.workFolder, "checkpoint.safetensors"), "");
    await output.release();
    expect(await readdir(folder)).toEqual([".mine.training"]);
    const again = await openOutputFolder(join(folder, "mine"));
    await again.finish(trained);
    await again.release();
    expect(await readdir(folder)).toEqual(["mine"]);
    expect(await readdir(join(folder, "mine"))).toEqual(files);
  });

  test("replaces an adapter as a whole, and keeps other files in the folder", async () => {
    await mkdir(join(folder, "mine"));
    await writeFile(join(folder, "mine", "adapter_config.json"), "old");
    const output = await openOutputFolder(join(folder, "mine"));
    await output.finish(trained);
    expect(await readFile(join(folder, "mine", "adapter_config.json"), "utf8")).toContain("IA3");
    await writeFile(join(folder, "mine", "thesis.txt"), "years of work");
    // The replaced adapter's refreshes are removed with it.
    await mkdir(join(folder, "mine", "refreshes"));
    await mkdir(join(folder, "mine", "notes"));
    await writeFile(join(folder, "mine", "notes", "a.txt"), "a");
    const retrained = { ...trained, names: new Set([...trained.names, "refreshes"]) };
    await output.finish(retrained);
    expect((await readdir(join(folder, "mine"))).sort()).toEqual([...files, "notes", "thesis.txt"]);
    expect(await readFile(join(folder, "mine", "notes", "a.txt"), "utf8")).toBe("a");
    // A training that cannot be written leaves the adapter as it was.
    const failing = async (path: string): Promise<void> => {
      await rm(join(path, "adapter_config.json"), { force: true });
      throw new Error("killed");
    };
    await expect(output.finish({ ...retrained, write: failing })).rejects.toThrow("killed");
    await output.release();
    expect((await readdir(join(folder, "mine"))).sort()).toEqual([...files, "notes", "thesis.txt"]);
    expect(await readFile(join(folder, "mine", "thesis.txt"), "utf8")).toBe("years of work");
  });

  test("removes the leftovers of a killed training, but not its checkpoint", async () => {
    const work = join(folder, ".mine.training");
    await mkdir(work);
    for (const name of ["checkpoint.safetensors", ".checkpoint.safetensors.0123abcd.part", "training.tokens"]) {
      await writeFile(join(work, name), "");
    }
    await mkdir(join(folder, ".mine.0123abcd.old"));
    const output = await openOutputFolder(join(folder, "mine"));
    expect((await readdir(work)).sort()).toEqual(["checkpoint.safetensors", "lock"]);
    await output.release();
    expect((await readdir(folder)).sort()).toEqual([".mine.training", "mine"]);
  });

  test("refuses a second training at once", async () => {
    const output = await openOutputFolder(join(folder, "mine"));
    await expect(openOutputFolder(join(folder, "mine"))).rejects.toMatchObject({ code: "training-busy" });
    await (await openOutputFolder(join(folder, "other"))).release();
    await output.release();
  });

  test.each(["a file", "a file/adapter", "/proc/adapter", "/dev/null/adapter"])(
    "refuses %s before any work",
    async (path) => {
      await writeFile(join(folder, "a file"), "");
      const out = path.startsWith("/") ? path : join(folder, path);
      await expect(openOutputFolder(out)).rejects.toMatchObject({ name: "UserError", code: "not-writable" });
    },
  );
});

test("says that a file is none of the folders to train into", async () => {
  await writeFile(join(folder, "a file"), "");
  const message = `Cannot train into ${join(folder, "a file")}: it is not a folder.`;
  await expect(openOutputFolder(join(folder, "a file"))).rejects.toMatchObject({ message });
});

describe("discardTraining", () => {
  test("removes a checkpoint, and does nothing if there is none", async () => {
    const output = await openOutputFolder(join(folder, "mine"));
    await writeFile(join(output.workFolder, "checkpoint.safetensors"), "");
    await expect(discardTraining(join(folder, "mine"))).rejects.toMatchObject({ code: "training-busy" });
    await output.release();
    await discardTraining(join(folder, "mine"));
    expect(await readdir(folder)).toEqual([]);
    await discardTraining(join(folder, "mine"));
  });
});

describe("recoverAdapters", () => {
  test("restores adapters that were set aside, and leaves running trainings alone", async () => {
    await mkdir(join(folder, ".lost.0123abcd.old"));
    const running = await openOutputFolder(join(folder, "busy"));
    await mkdir(join(folder, ".busy.0123abcd.old"));
    await recoverAdapters(folder);
    expect((await readdir(folder)).sort()).toEqual([".busy.0123abcd.old", ".busy.training", "lost"]);
    await running.release();
    await recoverAdapters(folder);
    expect((await readdir(folder)).sort()).toEqual(["busy", "lost"]);
    await recoverAdapters(join(folder, "absent"));
  });

  test("removes the data of a training that was killed, unless it can be resumed", async () => {
    for (const name of ["dead", "resumable"]) {
      await mkdir(join(folder, `.${name}.training`));
      await writeFile(join(folder, `.${name}.training`, "training.tokens"), "what somebody wrote");
    }
    await writeFile(join(folder, ".resumable.training", "checkpoint.safetensors"), "");
    const running = await openOutputFolder(join(folder, "running"));
    await writeFile(join(running.workFolder, "training.tokens"), "what somebody wrote");
    await recoverAdapters(folder);
    expect((await readdir(folder)).sort()).toEqual([".resumable.training", ".running.training"]);
    expect(await readdir(running.workFolder)).toContain("training.tokens");
    await running.release();
  });
});
