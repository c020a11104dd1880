import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";
import { importSource } from "../../../extension/core/baseModels/import/importSource.ts";
import { openSelection } from "../../../extension/engine/servers/selectedBase.ts";
import { writeTinyCheckpoint } from "../../core/baseModels/tinyCheckpoint.ts";

let folder: string;
let places: { home: string; embedded: string };
let source: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-selected-"));
  places = { home: join(folder, "home"), embedded: join(folder, "extension", "base") };
  source = join(folder, "repository", "model");
  await writeTinyCheckpoint(places.embedded, { seed: 7 });
  await writeTinyCheckpoint(source, { config: { hidden_size: 96, num_attention_heads: 6 } });
});
afterEach(() => rm(folder, { recursive: true }));

/** For hidden size `inFeatures`. */
async function adapter(name: string, inFeatures: number): Promise<{ folder: string; scale: number }> {
  const matrices = { a: new Float32Array(inFeatures), b: new Float32Array(inFeatures), inFeatures };
  const modules = new Map([["model.layers.0.self_attn.q_proj", { ...matrices, outFeatures: inFeatures }]]);
  const scaling = { rank: 1, alpha: 1, dropout: 0, rsLora: false, scaling: 1 };
  await writeAdapter(join(folder, name), { method: "lora", name, baseModel: "", ...scaling, modules });
  return { folder: join(folder, name), scale: 1 };
}

test("a folder is not imported, and the embedded base stands in for it, with the adapters that fit", async () => {
  const adapters = [await adapter("of-embedded", 64), await adapter("of-folder", 96)];
  const selection = { ...places, base: source, adapters };
  const open = await openSelection(selection, {});
  expect(open).toMatchObject({ base: { embedded: true }, adapters: [adapters[0]], notImported: source });
  expect(await readdir(join(places.home, "bases"))).toEqual([expect.stringMatching(/^graft-base-/)]);

  const hub = { endpoint: "http://127.0.0.1:1" };
  const { base } = await importSource({ source, home: places.home, bits: 4, hub }, {});
  const after = await openSelection(selection, {});
  expect(after).toEqual({ base, adapters });
});

test("an adapter that cannot be read leaves the base and the others alone", async () => {
  const [good, bad] = [await adapter("good", 64), await adapter("bad", 64)];
  await rm(join(bad.folder, "adapter_config.json"));
  await mkdir(join(bad.folder, "adapter_config.json"));
  const open = await openSelection({ ...places, base: source, adapters: [bad, good] }, {});
  expect(open).toMatchObject({ base: { embedded: true }, adapters: [good], notImported: source });
});

test("what cannot be found is no folder to import", async () => {
  const selection = { ...places, base: join(folder, "none"), adapters: [] };
  await expect(openSelection(selection, {})).rejects.toMatchObject({ code: "base-missing" });
});
