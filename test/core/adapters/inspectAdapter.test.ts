import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Ia3Adapter } from "../../../extension/core/adapters/methods/ia3.ts";
import { inspectAdapter } from "../../../extension/core/adapters/inspectAdapter.ts";
import type { AdapterNorm } from "../../../extension/core/adapters/methods/norms.ts";
import { readAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/peft");
const expected = JSON.parse(await readFile(join(fixtures, "expected.json"), "utf8"));

describe("inspectAdapter", () => {
  test("gives the norm of PEFT's delta weight for each module of LoRA", async () => {
    const { norms, parameters } = inspectAdapter(await readAdapter(join(fixtures, "rslora")));
    const found = Object.fromEntries(norms.map((entry) => [`${entry.layer}.${entry.module}`, entry.norm]));
    expect(Object.keys(found).toSorted()).toEqual(Object.keys(expected.norms).toSorted());
    for (const [path, value] of Object.entries(expected.norms)) expect(found[path]! / Number(value)).toBeCloseTo(1, 5);
    expect(parameters).toBe(2 * 4 * (64 + 64 + 96 + 64));
  });

  test("measures how far IA3's factors are from 1", () => {
    const modules = new Map([
      ["model.layers.3.mlp.down_proj", { on: "input" as const, values: Float32Array.of(4, 5) }],
    ]);
    const ia3: Ia3Adapter = { method: "ia3", name: "a", baseModel: "", modules };
    const norms: AdapterNorm[] = [{ layer: "model.layers.3", module: "mlp.down_proj", norm: 5 }];
    expect(inspectAdapter(ia3)).toEqual({ parameters: 2, norms });
  });

  test("names the same module of T5's encoder and decoder alike", async () => {
    const { norms } = inspectAdapter(await readAdapter(join(fixtures, "../models/t5/lora")));
    const layersWith = (name: string) => norms.filter(({ module }) => module === name).map(({ layer }) => layer);
    expect(layersWith("DenseReluDense.wo")).toEqual([
      "decoder.block.0",
      "decoder.block.1",
      "encoder.block.0",
      "encoder.block.1",
    ]);
    expect(layersWith("EncDecAttention.q")).toEqual(["decoder.block.0", "decoder.block.1"]);
  });

  test("measures each virtual token of a prompt, and the keys and values of each layer of a prefix", async () => {
    const prompt = inspectAdapter(await readAdapter(join(fixtures, "prompt")));
    expect(prompt.norms.map(({ layer }) => layer)).toEqual(["token 0", "token 1", "token 2"]);
    const prefix = inspectAdapter(await readAdapter(join(fixtures, "prefix")));
    const layers: number[][][][][] = expected.prefix;
    expect(prefix.norms).toHaveLength(4);
    for (const [i, sides] of layers.entries()) {
      for (const [j, values] of sides.entries()) {
        expect(prefix.norms[2 * i + j]?.norm).toBeCloseTo(Math.hypot(...values.flat(2)), 4);
      }
    }
  });
});
