/** Merging against PEFT's merge_and_unload, and against the same adapter on its unmerged base. */

import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Adapter, ModuleAdapter } from "../../../../extension/core/adapters/adapter.ts";
import { readAdapter } from "../../../../extension/core/adapters/formats/peftFolder.ts";
import { importBase } from "../../../../extension/core/baseModels/import/importBase.ts";
import { readRecord, type InstalledBase } from "../../../../extension/core/baseModels/installedBase.ts";
import { exportMerged, mergeAdapter } from "../../../../extension/core/baseModels/export/mergeAdapter.ts";
import { mergedFolder } from "../../../../extension/core/baseModels/export/mergedFolder.ts";
import type { Bits } from "../../../../extension/core/baseModels/import/weightLayout.ts";
import { openDecoder } from "../../../../extension/core/inference/tree/decoder.ts";
import { openModelFolder } from "../../../../extension/core/weights/modelFolder.ts";
import { fixtures, readAll } from "../../architectures/fixtures.ts";

const peftAdapters = join(fixtures, "..");
const expected = await readAll(join(fixtures, "../merged/expected.safetensors"));

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "graft-merge-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const readModuleAdapter = async (path: string): Promise<ModuleAdapter> =>
  (await readAdapter(join(peftAdapters, path))) as ModuleAdapter;

/** A fixture as an installed base whose source can be taken away. */
async function install(model: string, bits: Bits): Promise<{ base: InstalledBase; source: string }> {
  const source = join(home, model);
  await cp(join(fixtures, model), source, { recursive: true });
  return { base: (await importBase({ source, home, name: "before", bits })).base, source };
}

async function logits(base: InstalledBase, ids: readonly number[], adapter?: Adapter): Promise<Float32Array> {
  const decoder = await openDecoder(base);
  decoder.useAdapters(adapter ? [{ adapter, scale: 1 }] : []);
  const found = await decoder.extendAll(ids);
  await decoder.release();
  return found;
}

function errorOfSpread(found: Float32Array, reference: Float32Array): number {
  const spread = Math.max(...reference) - Math.min(...reference);
  return Math.max(...reference.map((value, i) => Math.abs(found[i]! - value))) / spread;
}

const adapters = [...new Set([...expected.keys()].map((key) => key.split(":")[0]!))];

describe("mergedFolder", () => {
  test("refuses an adapter whose values lead beyond all numbers", async () => {
    const folder = await openModelFolder(join(fixtures, "qwen2"));
    const path = [...folder.tensors.keys()].find((name) => name.endsWith("q_proj.weight"))!;
    const [outFeatures, inFeatures] = folder.tensors.get(path)!.shape as [number, number];
    const [a, b] = [inFeatures, outFeatures].map((size) => new Float32Array(size).fill(3e38));
    const settings = { rank: 1, alpha: 1, dropout: 0, rsLora: false, scaling: 1 };
    const modules = new Map([[path.replace(/\.weight$/, ""), { a: a!, b: b!, inFeatures, outFeatures }]]);
    const merged = mergedFolder(folder, { method: "lora", name: "huge", baseModel: "", ...settings, modules });
    await expect(merged.read(path)).rejects.toMatchObject({ code: "weights-not-finite" });
    await merged.close();
  });

  test.each(adapters)(
    "changes the tensors that PEFT changes, into the values that PEFT gives them (%s)",
    async (path) => {
      const model = path.startsWith("peft") ? "qwen2" : path.split("/")[1]!;
      const folder = await openModelFolder(join(fixtures, model));
      const merged = mergedFolder(folder, await readModuleAdapter(path));
      for (const [name, { shape }] of merged.tensors) {
        const rows = expected.get(`${path}:${name}`);
        const values = await merged.read(name);
        if (!rows) {
          expect(values, name).toEqual(await folder.read(name));
          continue;
        }
        const columns = shape.length === 1 ? 0 : shape[1]!;
        const found = columns === 0 ? values : [...values.subarray(0, columns), ...values.subarray(-columns)];
        expect(errorOfSpread(Float32Array.from(found), rows), name).toBeLessThan(1e-6);
        const part = await merged.read(name, { start: values.length / 2, count: values.length / 2 });
        expect(part, name).toEqual(values.slice(values.length / 2));
      }
      await merged.close();
      expect.hasAssertions();
    },
  );
});

describe("mergeAdapter", () => {
  const cases = ["llama", "qwen2", "codegen"].flatMap((model) => ["lora", "ia3"].map((method) => ({ model, method })));

  test.each(cases)(
    "$method on $model computes as PEFT's adapter beside its base, in 32 bits",
    async ({ model, method }) => {
      const { base } = await install(model, 32);
      const adapter = await readModuleAdapter(`models/${model}/${method}`);
      const merged = await mergeAdapter({ adapter, base, home, name: "merged" });
      const reference = await readAll(join(fixtures, model, "reference.safetensors"));
      const found = await logits(merged.base, [...reference.get("ids")!]);
      expect(errorOfSpread(found, reference.get(`${method}.logits`)!)).toBeLessThan(1e-6);
      expect(merged.weights).toBe("original");
    },
  );

  test("quantizes the merged weights as the base's were, from the original ones while they are there", async () => {
    const { base, source } = await install("llama", 8);
    const adapter = await readModuleAdapter("models/llama/lora");
    const reference = await readAll(join(fixtures, "llama/reference.safetensors"));
    const ids = [...reference.get("ids")!];
    const fresh = await mergeAdapter({ adapter, base, home, name: "fresh" });
    expect(fresh.base.bytes).toBe(base.bytes);
    expect(await readRecord(fresh.base.path)).toMatchObject({
      bits: 8,
      source: { path: "before + lora", files: [] },
      merged: { base: "before", adapter: "lora", weights: "original" },
    });
    expect(errorOfSpread(await logits(fresh.base, ids), reference.get("lora.logits")!)).toBeLessThan(0.015);

    await writeFile(join(source, "config.json"), `${await readFile(join(source, "config.json"), "utf8")} `);
    const rounded = await mergeAdapter({ adapter, base, home, name: "rounded" });
    expect(rounded.weights).toBe("rounded");
    expect(await readRecord(rounded.base.path)).toMatchObject({ merged: { weights: "rounded" } });
    expect(errorOfSpread(await logits(rounded.base, ids), await logits(base, ids, adapter))).toBeLessThan(0.015);
  });

  test.each<Bits>([4, 16, 32])(
    "merges into the base's own weights where the source is gone (%i bits)",
    async (bits) => {
      const { base, source } = await install("codegen", bits);
      await rm(source, { recursive: true });
      const adapter = await readModuleAdapter("models/codegen/ia3");
      const { base: merged, weights } = await mergeAdapter({ adapter, base, home, name: "merged" });
      expect(weights).toBe(bits === 32 ? "original" : "rounded");
      const ids = [3, 14, 15, 9, 26];
      // Quantizing again is exact for rows that are scaled as a whole, and nearly so for columns.
      expect(errorOfSpread(await logits(merged, ids), await logits(base, ids, adapter))).toBeLessThan(
        bits === 4 ? 0.05 : 1e-3,
      );
    },
  );

  test("refuses other bases, virtual tokens, and the name of the base itself", async () => {
    const { base } = await install("llama", 32);
    const merge = (adapter: Adapter, name = "merged") => mergeAdapter({ adapter, base, home, name });
    const lora = await readModuleAdapter("models/llama/lora");
    await expect(merge(await readModuleAdapter("models/codegen/lora"))).rejects.toMatchObject({
      code: "adapter-mismatch",
    });
    await expect(merge(await readAdapter(join(peftAdapters, "peft/prompt")))).rejects.toMatchObject({
      code: "adapter-unsupported",
      message: expect.stringContaining("virtual tokens"),
    });
    await expect(merge(lora, "before")).rejects.toMatchObject({ code: "name-invalid" });
    await expect(merge(lora, "graft-base")).rejects.toMatchObject({ code: "name-invalid" });
    expect(await readdir(join(home, "bases"))).toEqual(["before"]);
  });
});

describe("exportMerged", () => {
  test.each<[string, string]>([
    ["llama", "F32"],
    ["codegen", "BF16"],
  ])(
    "writes a folder of the source's number format that computes the same when it is imported (%s)",
    async (model, dtype) => {
      const { base } = await install(model, 8);
      const adapter = await readModuleAdapter(`models/${model}/lora`);
      const out = join(home, "out");
      expect(await exportMerged({ adapter, base, out })).toEqual({ path: out, weights: "original" });
      const folder = await openModelFolder(out);
      expect(new Set([...folder.tensors.values()].map((tensor) => tensor.dtype))).toEqual(new Set([dtype]));
      await folder.close();
      const { base: imported } = await importBase({ source: out, home, name: "again", bits: 32 });
      const reference = await readAll(join(fixtures, model, "reference.safetensors"));
      const found = await logits(imported, [...reference.get("ids")!]);
      expect(errorOfSpread(found, reference.get("lora.logits")!)).toBeLessThan(dtype === "F32" ? 1e-6 : 5e-3);
    },
  );

  test("refuses a folder that is not empty, and leaves nothing when it is stopped", async () => {
    const { base } = await install("llama", 32);
    const adapter = await readModuleAdapter("models/llama/lora");
    await expect(exportMerged({ adapter, base, out: home })).rejects.toMatchObject({ code: "not-writable" });
    const before = await readdir(home);
    const stopped = exportMerged({ adapter, base, out: join(home, "out"), signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ name: "AbortError" });
    expect(await readdir(home)).toEqual(before);
  });
});
