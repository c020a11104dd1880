import { mkdir, mkdtemp, readdir, readFile, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { importBase } from "../../../../extension/core/baseModels/import/importBase.ts";
import {
  importSource,
  type ImportControl,
  type ImportProgress,
} from "../../../../extension/core/baseModels/import/importSource.ts";
import { readRecord } from "../../../../extension/core/baseModels/installedBase.ts";
import { commit, repository, startFakeHub, type FakeHub } from "../../hub/fakeHub.ts";
import { writeTinyCheckpoint } from "../tinyCheckpoint.ts";

let folder: string;
let home: string;
let hub: FakeHub;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-source-"));
  home = join(folder, "home");
  await writeTinyCheckpoint(join(folder, "model"));
  const files = new Map<string, Buffer>([["README.md", Buffer.from("# Tiny\n")]]);
  for (const name of await readdir(join(folder, "model"))) files.set(name, await readFile(join(folder, "model", name)));
  hub = await startFakeHub(files);
});
afterEach(async () => {
  await hub.close();
  await rm(folder, { recursive: true, force: true });
});

const fetched = (source = repository, control: ImportControl = {}, name?: string): ReturnType<typeof importSource> =>
  importSource({ source, home, name, bits: 8, hub: { endpoint: hub.url } }, { retryDelay: 1, ...control });
const downloads = (): Promise<string[]> => readdir(join(home, "downloads"));

describe("importSource", () => {
  test("makes of an address the base that its folder makes, and remembers the commit", async () => {
    const told: ImportProgress[] = [];
    hub.faults.slowness = 10;
    const { base } = await fetched(`${repository}@v1`, { onProgress: (progress) => told.push(progress) });
    expect(base.name).toBe("tiny-coder");
    const same = await importBase({ source: join(folder, "model"), home, bits: 8, name: "same" });
    expect(base.hash).toBe(same.base.hash);
    expect((await readRecord(base.path)).source.path).toBe(`${repository}@${commit}`);
    expect([...new Set(told.map(({ stage }) => stage))]).toEqual(["download", "convert"]);
    expect(await downloads()).toEqual([]);
    expect(hub.requests.filter(({ path }) => path.includes("README"))).toEqual([]);
  });

  test("takes an absolute path for a folder, and asks nobody", async () => {
    const { base } = await fetched(join(folder, "model"));
    expect(base.name).toBe("model");
    await expect(fetched(join(folder, "none"))).rejects.toMatchObject({ code: "model-folder-invalid" });
    for (const source of ["./model", "../model", "a/b/c", "no such thing"]) {
      await expect(fetched(source), source).rejects.toMatchObject({ code: "source-unknown" });
    }
    expect(hub.requests).toEqual([]);
  });

  test("never takes a folder of the current one for a model of the hub", async () => {
    const planted = join(folder, "repository");
    await writeTinyCheckpoint(join(planted, repository), { seed: 666 });
    const before = process.cwd();
    process.chdir(planted);
    try {
      const { base } = await fetched();
      expect(base.repository).toBe(repository);
      expect(base.hash).toBe((await importBase({ source: join(folder, "model"), home, bits: 8, name: "m" })).base.hash);
    } finally {
      process.chdir(before);
    }
  });

  test("gives a model its owner's name, too, where a base from elsewhere has the short one", async () => {
    await writeTinyCheckpoint(join(folder, "tiny-coder"), { seed: 2 });
    const { base: local } = await fetched(join(folder, "tiny-coder"));
    const { base } = await fetched();
    expect([local.name, base.name]).toEqual(["tiny-coder", "acme--tiny-coder"]);
    await expect(fetched(repository, {}, "tiny-coder")).rejects.toMatchObject({ code: "name-taken" });
  });

  test("keeps a download that was cancelled, and goes on from there", async () => {
    hub.faults.slowness = 5;
    const controller = new AbortController();
    const cancelled = fetched(repository, { signal: controller.signal, onProgress: () => controller.abort() });
    await expect(cancelled).rejects.toMatchObject({ name: "AbortError" });
    const kept = join("downloads", `acme--tiny-coder@${commit}`, "model.safetensors.part");
    const { length } = await readFile(join(home, kept));
    expect(length).toBeGreaterThan(0);
    hub.faults = {};
    await fetched();
    expect(hub.requests.at(-1)).toMatchObject({ server: "storage", range: `bytes=${length}-` });
    expect(await downloads()).toEqual([]);
  });

  test("removes what nobody has gone on with for a week", async () => {
    const forgotten = join(home, "downloads", "acme--other@1");
    const recent = join(home, "downloads", "acme--recent@1");
    for (const path of [forgotten, recent]) await mkdir(path, { recursive: true });
    const before = new Date(Date.now() - 8 * 24 * 60 * 60 * 1000);
    await utimes(forgotten, before, before);
    await fetched();
    expect(await downloads()).toEqual(["acme--recent@1"]);
  });

  test("refuses an architecture before its weights are downloaded, and keeps nothing", async () => {
    hub.files.set("config.json", Buffer.from('{"model_type":"gpt_neox"}'));
    await expect(fetched()).rejects.toMatchObject({ name: "UserError", message: expect.stringContaining("gpt_neox") });
    expect(hub.requests.filter(({ server }) => server === "storage")).toEqual([]);
    expect(await downloads()).toEqual([]);
  });

  test("refuses a name before anything is downloaded", async () => {
    await expect(fetched(repository, {}, "../out")).rejects.toMatchObject({ code: "name-invalid" });
    expect(hub.requests).toEqual([]);
  });

  test("refuses a request that its schema does not accept, before anything is downloaded", async () => {
    const options = { source: repository, home, bits: 5 as 4, hub: { endpoint: hub.url, token: "secret" } };
    const refused = importSource(options, {});
    await expect(refused).rejects.toMatchObject({
      code: "option-invalid",
      message: "Cannot import with bits 5: it must be 4, 8, 16 or 32.",
    });
    expect(hub.requests).toEqual([]);
  });

  test("does not download the same twice at a time", async () => {
    hub.faults.slowness = 1;
    const outcomes = await Promise.allSettled([fetched(), fetched()]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(outcomes.find((outcome) => outcome.status === "rejected")?.reason).toMatchObject({ code: "download-busy" });
  });
});
