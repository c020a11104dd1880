/**
 * The names under which imported bases are installed, also next to others of the same name or content, and with other processes running.
 */

import { execFile } from "node:child_process";
import { mkdir, readdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { sourceName } from "../../../../extension/core/baseModels/baseNames.ts";
import { importBase } from "../../../../extension/core/baseModels/import/importBase.ts";
import type { InstalledBase } from "../../../../extension/core/baseModels/installedBase.ts";
import { writeTinyCheckpoint } from "../tinyCheckpoint.ts";
import { importBed } from "./importBed.ts";

let folder: string;
let source: string;
let home: string;
importBed((bed) => ({ folder, source, home } = bed));

describe("importBase", () => {
  test("keeps a base of the same name and content, and replaces one of other content", async () => {
    await writeTinyCheckpoint(source);
    const first = await importBase({ source, home, bits: 4 });
    const written = (await stat(first.base.weightsPath)).mtimeMs;
    await importBase({ source, home, bits: 4 });
    expect((await stat(first.base.weightsPath)).mtimeMs).toBe(written);
    const finer = await importBase({ source, home, bits: 8 });
    expect(finer.base.hash).not.toBe(first.base.hash);
    await writeTinyCheckpoint(source, { seed: 2 });
    const other = await importBase({ source, home, bits: 8 });
    expect(other.base.hash).not.toBe(finer.base.hash);
    expect(await readdir(join(home, "bases"))).toEqual(["tiny-model"]);
  });

  test("leaves a base of another owner or folder alone: the new one gets a name of its own", async () => {
    const from = async (origin: string | undefined, seed: number, path = source): Promise<InstalledBase> => {
      await writeTinyCheckpoint(path, { seed });
      return (await importBase({ source: path, home, bits: 4, origin })).base;
    };
    const alice = await from(`alice/model@${"1".repeat(40)}`, 1);
    const bob = await from(`bob/model@${"2".repeat(40)}`, 2);
    expect([alice.name, bob.name]).toEqual(["model", "bob--model"]);
    const local = await from(undefined, 3, join(folder, "model"));
    const elsewhere = await from(undefined, 4, join(folder, "elsewhere", "model"));
    expect([local.name, elsewhere.name]).toEqual(["model-2", "model-3"]);
    // Each replaces only itself.
    const renewed = await from(`bob/model@${"3".repeat(40)}`, 5);
    expect(renewed).toMatchObject({ name: "bob--model", repository: "bob/model" });
    expect(renewed.hash).not.toBe(bob.hash);
    expect((await from(`alice/model@${"1".repeat(40)}`, 1)).path).toBe(alice.path);
    expect(await readdir(join(home, "bases"))).toEqual(["bob--model", "model", "model-2", "model-3"]);
  });

  test("refuses a name that a base from elsewhere has, unless it shall be replaced", async () => {
    await writeTinyCheckpoint(source);
    const { base } = await importBase({ source, home, bits: 4, name: "mine" });
    const other = join(folder, "other");
    await writeTinyCheckpoint(other, { seed: 2 });
    await expect(importBase({ source: other, home, bits: 4, name: "mine" })).rejects.toMatchObject({
      code: "name-taken",
      message: expect.stringContaining(source),
    });
    expect(await readdir(join(home, "bases"))).toEqual(["mine"]);
    const replaced = await importBase({ source: other, home, bits: 4, name: "mine", replace: true });
    expect(replaced.base.hash).not.toBe(base.hash);
    expect(await readdir(join(home, "bases"))).toEqual(["mine"]);
  });

  test("bases of one short name that are imported at once both stand at the end", async () => {
    const module = join(import.meta.dirname, "../../../../extension/core/baseModels/import/importBase.ts");
    const run = async (owner: string, seed: number): Promise<string> => {
      const path = join(folder, owner);
      await writeTinyCheckpoint(path, { seed });
      const options = { source: path, home, bits: 4, origin: `${owner}/model@main` };
      const script = `import { importBase } from ${JSON.stringify(module)};
        console.log((await importBase(${JSON.stringify(options)})).base.repository);`;
      const args = ["--no-warnings", "--input-type=module", "-e", script];
      return (await promisify(execFile)(process.execPath, args)).stdout.trim();
    };
    const owners = ["alice", "bob", "carol"];
    expect(await Promise.all(owners.map(run))).toEqual(owners.map((owner) => `${owner}/model`));
    expect(await readdir(join(home, "bases"))).toHaveLength(3);
  });

  test("replaces a damaged base of the same content", async () => {
    await writeTinyCheckpoint(source);
    const { base } = await importBase({ source, home, bits: 4 });
    await writeFile(base.weightsPath, "cut off");
    expect((await stat((await importBase({ source, home, bits: 4 })).base.weightsPath)).size).toBe(base.bytes);
  });

  test("processes that import the same base at once all end with it, whole", async () => {
    await writeTinyCheckpoint(source);
    const module = join(import.meta.dirname, "../../../../extension/core/baseModels/import/importBase.ts");
    const script = `import { importBase } from ${JSON.stringify(module)};
      const { base } = await importBase(${JSON.stringify({ source, home, bits: 4 })});
      console.log(base.hash);`;
    const run = () => promisify(execFile)(process.execPath, ["--no-warnings", "--input-type=module", "-e", script]);
    const hashes = (await Promise.all([run(), run(), run()])).map(({ stdout }) => stdout.trim());
    expect(new Set(hashes).size).toBe(1);
    expect(await readdir(join(home, "bases"))).toEqual(["tiny-model"]);
    expect((await importBase({ source, home, bits: 4 })).base.hash).toBe(hashes[0]);
  });

  test("removes what a killed import left behind long ago, and nothing newer", async () => {
    await writeTinyCheckpoint(source);
    const longAgo = new Date(Date.now() - 48 * 3600 * 1000);
    for (const name of [".old.part", ".new.part"]) await mkdir(join(home, "bases", name), { recursive: true });
    await utimes(join(home, "bases", ".old.part"), longAgo, longAgo);
    await importBase({ source, home, bits: 4 });
    expect(await readdir(join(home, "bases"))).toEqual([".new.part", "tiny-model"]);
  });
});

test.each([
  ["/models/Qwen2.5-Coder-0.5B", "Qwen2.5-Coder-0.5B"],
  ["/cache/models--Qwen--Qwen2.5-Coder-0.5B/snapshots/8123ea2e", "Qwen2.5-Coder-0.5B"],
  ["/models/.my model", "my-model"],
  ["/models/模型", "base-models"],
])("sourceName of %s is %s", (path, name) => {
  expect(sourceName(path)).toBe(name);
});
