import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silentLog } from "../../../extension/core/foundation/log.ts";
import { importBase } from "../../../extension/core/baseModels/import/importBase.ts";
import { openBase } from "../../../extension/core/baseModels/installedBase.ts";
import { listBases, resolveBase } from "../../../extension/core/baseModels/resolveBase.ts";
import { writeTinyCheckpoint } from "./tinyCheckpoint.ts";

let folder: string;
let places: { home: string; embedded: string };
let source: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-bases-"));
  places = { home: join(folder, "home"), embedded: join(folder, "extension", "base") };
  source = join(folder, "tiny-model");
  await writeTinyCheckpoint(places.embedded, { seed: 7 });
  await writeTinyCheckpoint(source);
});
afterEach(() => rm(folder, { recursive: true }));

const installed = () => readdir(join(places.home, "bases"));

describe("resolveBase", () => {
  test("gives the embedded base for an empty name and for its own, prepared once", async () => {
    const base = await resolveBase("", places);
    expect(base).toMatchObject({ name: "graft-base", embedded: true, modelType: "llama" });
    const written = (await stat(base.weightsPath)).mtimeMs;
    const again = await resolveBase("graft-base", places);
    expect(again.path).toBe(base.path);
    expect((await stat(again.weightsPath)).mtimeMs).toBe(written);
    expect(await installed()).toEqual([`graft-base-${base.hash.slice(0, 8)}`]);
  });

  test("knows the embedded base again after Graft has moved, and prepares another after it has changed", async () => {
    const base = await resolveBase("", places);
    const moved = join(folder, "extension-2", "base");
    await cp(places.embedded, moved, { recursive: true });
    expect((await resolveBase("", { ...places, embedded: moved })).path).toBe(base.path);
    expect(await installed()).toHaveLength(1);
    await writeTinyCheckpoint(moved, { seed: 8 });
    expect((await resolveBase("", { ...places, embedded: moved })).hash).not.toBe(base.hash);
    expect(await installed()).toHaveLength(2);
  });

  test("finds an installed base by name and by folder", async () => {
    const { base } = await importBase({ source, home: places.home, name: "mine", bits: 8 });
    expect(await resolveBase("mine", places)).toEqual(base);
    expect(await resolveBase(base.path, places)).toEqual(base);
  });

  test("imports a model folder on first use, and finds it again until its content changes", async () => {
    const messages: string[] = [];
    const log = { ...silentLog, info: (message: string) => messages.push(message) };
    const base = await resolveBase(source, { ...places, log });
    expect(base.name).toBe(`tiny-model-${base.hash.slice(0, 8)}`);
    expect(messages).toHaveLength(2);
    expect((await resolveBase(source, { ...places, log })).path).toBe(base.path);
    await utimes(join(source, "model.safetensors"), new Date(0), new Date(0));
    expect((await resolveBase(source, { ...places, log })).path).toBe(base.path);
    await writeTinyCheckpoint(source, { seed: 3 });
    expect((await resolveBase(source, { ...places, log })).path).not.toBe(base.path);
  });

  test("takes an absolute path alone for a folder, and finds an installed base whatever lies in the current one", async () => {
    const { base } = await importBase({ source, home: places.home, name: "mine", bits: 8 });
    const repository = join(folder, "repository");
    for (const name of ["mine", "acme/model"]) await writeTinyCheckpoint(join(repository, name), { seed: 666 });
    const before = process.cwd();
    process.chdir(repository);
    try {
      expect((await resolveBase("mine", places)).hash).toBe(base.hash);
      for (const name of ["acme/model", "./mine", "./acme/model", "../repository/mine", "..", "."]) {
        await expect(resolveBase(name, places), name).rejects.toMatchObject({ code: "base-missing" });
      }
    } finally {
      process.chdir(before);
    }
  });

  test("imports no folder where it may not, but opens one that has been imported, and the embedded base", async () => {
    const control = { ...places, mayImport: false };
    expect((await resolveBase("", control)).embedded).toBe(true);
    await expect(resolveBase(source, control)).rejects.toMatchObject({ code: "base-not-imported" });
    const { base } = await importBase({ source, home: places.home, bits: 4 });
    expect((await resolveBase(source, control)).path).toBe(base.path);
  });

  test("brings back a base that a process was replacing when it was killed", async () => {
    const { base } = await importBase({ source, home: places.home, name: "mine", bits: 4 });
    const bases = join(places.home, "bases");
    await rename(base.path, join(bases, ".mine.0123abcd.old"));
    expect((await listBases(places)).map(({ name }) => name)).toEqual(["graft-base", "mine"]);
    await rename(base.path, join(bases, ".mine.0123abcd.old"));
    expect((await resolveBase("mine", places)).hash).toBe(base.hash);
    // The new one was already in place, so the old one is removed.
    await cp(base.path, join(bases, ".mine.0123abcd.old"), { recursive: true });
    await resolveBase("", places);
    await listBases(places);
    expect((await installed()).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("says where it looked for a base that it cannot find", async () => {
    await expect(resolveBase("qwen", places)).rejects.toMatchObject({
      code: "base-missing",
      message: expect.stringMatching(/"qwen".*bases/),
      nextStep: expect.stringContaining("graft models"),
    });
  });
});

describe("listBases", () => {
  test("lists the embedded base first, then the others by name, and no leftovers", async () => {
    for (const name of ["zeta", "alpha"]) await importBase({ source, home: places.home, name, bits: 4 });
    await mkdir(join(places.home, "bases", ".x.part"));
    const bases = await listBases(places);
    expect(bases.map(({ name, embedded }) => [name, embedded])).toEqual([
      ["graft-base", true],
      ["alpha", false],
      ["zeta", false],
    ]);
  });

  test("leaves a damaged base out, and says so", async () => {
    const { base } = await importBase({ source, home: places.home, bits: 4 });
    await truncate(base.weightsPath, 100);
    const warnings: string[] = [];
    const bases = await listBases({ ...places, log: { ...silentLog, warn: (message) => warnings.push(message) } });
    expect(bases).toHaveLength(1);
    expect(warnings).toEqual([expect.stringMatching(/tiny-model.*100 bytes, not/)]);
  });
});

describe("openBase", () => {
  const edit = async (path: string, change: (text: string) => string) =>
    writeFile(path, change(await readFile(path, "utf8")));

  test("takes its name from the folder", async () => {
    const { base } = await importBase({ source, home: places.home, bits: 4 });
    await rename(base.path, join(folder, "renamed"));
    expect((await openBase(join(folder, "renamed"))).name).toBe("renamed");
  });

  test.each<[string, string, (text: string) => string, string, RegExp]>([
    ["broken JSON", "base.json", (text) => text.slice(0, 50), "base-invalid", /base\.json is not valid JSON/],
    ["a missing field", "base.json", (text) => text.replace('"hash"', '"hush"'), "base-invalid", /hash/],
    [
      "another layout",
      "base.json",
      (text) => text.replace(/"layout":"./, '"layout":"x'),
      "base-outdated",
      /another version/,
    ],
    [
      "another configuration",
      "config.json",
      (text) => text.replace('"hidden_size":64', '"hidden_size":128'),
      "base-outdated",
      /another version/,
    ],
  ])("refuses %s", async (_, file, change, code, message) => {
    const { base } = await importBase({ source, home: places.home, bits: 4 });
    await edit(join(base.path, file), change);
    await expect(openBase(base.path)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test("refuses a folder that is no base", async () => {
    await expect(openBase(source)).rejects.toMatchObject({ code: "base-missing" });
    await expect(openBase(join(folder, "absent"))).rejects.toMatchObject({ code: "base-missing" });
  });
});
