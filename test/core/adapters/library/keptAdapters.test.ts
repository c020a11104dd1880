import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeAdapter } from "../../../../extension/core/adapters/formats/peftFolder.ts";
import { copyAdapter } from "../../../../extension/core/adapters/library/copyAdapter.ts";
import {
  deleteAdapter,
  deletedBefore,
  renameAdapter,
  restoreAdapter,
} from "../../../../extension/core/adapters/library/keptAdapters.ts";

let folder: string;
let library: string;
let deleted: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-kept-"));
  [library, deleted] = [join(folder, "adapters"), join(folder, "deleted")];
  await mkdir(library);
});
afterEach(() => rm(folder, { recursive: true }));

async function write(name: string, text = name): Promise<void> {
  await mkdir(join(library, name));
  await writeFile(join(library, name, "adapter_config.json"), text);
}
const textOf = (name: string): Promise<string> => readFile(join(library, name, "adapter_config.json"), "utf8");

describe("renameAdapter", () => {
  test("gives an adapter another name, but none that is taken", async () => {
    await write("shop");
    await write("style");
    await renameAdapter(library, "shop", "market");
    expect((await readdir(library)).sort()).toEqual(["market", "style"]);
    expect(await textOf("market")).toBe("shop");
    await expect(renameAdapter(library, "market", "style")).rejects.toMatchObject({ code: "name-taken" });
    expect(await textOf("style")).toBe("style");
    await expect(renameAdapter(library, "shop", "new")).rejects.toMatchObject({ code: "adapter-missing" });
    for (const name of ["CON", "nul.txt", "end.", "end "]) {
      await expect(renameAdapter(library, "market", name)).rejects.toMatchObject({ code: "name-invalid" });
    }
  });
});

describe("deleteAdapter", () => {
  test("sets an adapter aside, from where it comes back whole", async () => {
    await write("shop");
    await deleteAdapter(library, "shop", deleted);
    expect(await readdir(library)).toEqual([]);
    await restoreAdapter(library, "shop", deleted);
    expect(await textOf("shop")).toBe("shop");
    await expect(restoreAdapter(library, "shop", deleted)).rejects.toMatchObject({ code: "adapter-missing" });
  });

  test("deletedBefore goes by the deletion, however old the adapter is", async () => {
    expect(await deletedBefore(Date.now(), deleted)).toEqual([]);
    await write("shop");
    await utimes(join(library, "shop"), 1, 1);
    // The clock of file systems ticks a few times in a hundredth of a second.
    await sleep(50);
    const before = Date.now();
    await sleep(50);
    await deleteAdapter(library, "shop", deleted);
    expect(await deletedBefore(before, deleted)).toEqual([]);
    expect(await deletedBefore(Date.now() + 1000, deleted)).toEqual(["shop"]);
  });

  test("an earlier deletion of the name gives way; a newer adapter does not", async () => {
    await write("shop", "first");
    await deleteAdapter(library, "shop", deleted);
    await write("shop", "second");
    await deleteAdapter(library, "shop", deleted);
    await write("shop", "third");
    await expect(restoreAdapter(library, "shop", deleted)).rejects.toMatchObject({ code: "name-taken" });
    expect(await textOf("shop")).toBe("third");
    await rm(join(library, "shop"), { recursive: true });
    await restoreAdapter(library, "shop", deleted);
    expect(await textOf("shop")).toBe("second");
  });

  test("an adapter that is not there costs no earlier deletion", async () => {
    await write("shop");
    await deleteAdapter(library, "shop", deleted);
    await expect(deleteAdapter(library, "shop", deleted)).rejects.toMatchObject({ code: "adapter-missing" });
    await restoreAdapter(library, "shop", deleted);
    expect(await textOf("shop")).toBe("shop");
  });
});

test.each(["..", ".", "", "../outside", "a/../../outside", "..\\outside", ".shop.training"])(
  "no folder but the library's is renamed, deleted or restored: %j",
  async (name) => {
    await write("shop");
    await write("../outside");
    await mkdir(deleted);
    const refused = { code: "adapter-missing" };
    await expect(deleteAdapter(library, name, deleted)).rejects.toMatchObject(refused);
    await expect(renameAdapter(library, name, "taken")).rejects.toMatchObject(refused);
    await expect(renameAdapter(library, "shop", name)).rejects.toMatchObject(refused);
    await expect(restoreAdapter(library, name, deleted)).rejects.toMatchObject(refused);
    expect((await readdir(folder)).sort()).toEqual(["adapters", "deleted", "outside"]);
    expect(await readdir(library)).toEqual(["shop"]);
  },
);

describe("copyAdapter", () => {
  test.skipIf(process.platform === "win32")(
    "takes weights behind a link, as in a cache, but no card behind one",
    async () => {
      const matrices = { a: new Float32Array(128), b: new Float32Array(128), inFeatures: 64, outFeatures: 64 };
      const modules = new Map([["model.layers.0.self_attn.q_proj", matrices]]);
      const scaling = { rank: 2, alpha: 2, dropout: 0, rsLora: false, scaling: 1 };
      const [blobs, source] = [join(folder, "blobs"), join(folder, "snapshot")];
      await writeAdapter(blobs, { method: "lora", name: "blobs", baseModel: "", ...scaling, modules });
      await writeFile(join(folder, "id_rsa"), "private");
      await mkdir(join(source, "LICENSE"), { recursive: true });
      for (const name of await readdir(blobs)) await symlink(join(blobs, name), join(source, name));
      await symlink(join(folder, "id_rsa"), join(source, "README.md"));
      await copyAdapter(source, join(library, "copy"));
      expect((await readdir(join(library, "copy"))).sort()).toEqual([
        "adapter_config.json",
        "adapter_model.safetensors",
      ]);
    },
  );

  test("copies the adapter and what tells of it, and nothing else", async () => {
    const matrices = { a: new Float32Array(128), b: new Float32Array(128), inFeatures: 64, outFeatures: 64 };
    const modules = new Map([["model.layers.0.self_attn.q_proj", matrices]]);
    const scaling = { rank: 2, alpha: 2, dropout: 0, rsLora: false, scaling: 1 };
    const source = join(folder, "elsewhere");
    await writeAdapter(source, { method: "lora", name: "elsewhere", baseModel: "", ...scaling, modules });
    for (const name of ["graft.json", "README.md", "optimizer.pt"]) await writeFile(join(source, name), "{}");
    const trainedAt = new Date("2024-01-01T00:00:00Z");
    await utimes(join(source, "adapter_model.safetensors"), trainedAt, trainedAt);
    await copyAdapter(source, join(library, "copy"));
    const names = ["README.md", "adapter_config.json", "adapter_model.safetensors", "graft.json"];
    expect((await readdir(join(library, "copy"))).sort()).toEqual(names);
    for (const name of names) {
      const [one, other] = await Promise.all([source, join(library, "copy")].map((from) => readFile(join(from, name))));
      expect(one!.equals(other!)).toBe(true);
    }
    expect((await stat(join(library, "copy", "adapter_model.safetensors"))).mtime).toEqual(trainedAt);
    await expect(copyAdapter(source, join(library, "copy"))).rejects.toMatchObject({ code: "name-taken" });
  });

  test("never replaces a folder that appears while the adapter is being copied", async () => {
    const source = join(folder, "elsewhere");
    const modules = new Map([["model.layers.0.mlp.down_proj", { on: "input", values: new Float32Array(96) } as const]]);
    await writeAdapter(source, { method: "ia3", name: "elsewhere", baseModel: "", modules });
    const copies = Array.from({ length: 8 }, () => copyAdapter(source, join(library, "copy")));
    const ends = (await Promise.allSettled(copies)).map((end) =>
      end.status === "fulfilled" ? "copied" : (end.reason as { code: string }).code,
    );
    expect(ends.filter((end) => end === "copied")).toHaveLength(1);
    expect(ends.filter((end) => end === "name-taken")).toHaveLength(7);
    expect(await readdir(library)).toEqual(["copy"]);
  });

  test("refuses a folder without an adapter, and leaves nothing", async () => {
    await mkdir(join(folder, "empty"));
    await expect(copyAdapter(join(folder, "empty"), join(library, "copy"))).rejects.toMatchObject({
      code: "adapter-missing",
    });
    expect(await readdir(library)).toEqual([]);
  });
});
