import { describe, expect, test } from "vitest";
import type { Adapter } from "../../../extension/core/adapters/adapter.ts";
import type { ModuleShape } from "../../../extension/core/models/architectures.ts";
import { checkAdapterFits } from "../../../extension/core/adapters/adapterFit.ts";

const shapes = (hidden: number, wide: number, layers: number): Map<string, ModuleShape> =>
  new Map(
    Array.from({ length: layers }, (_, i) => i).flatMap((i) => [
      [`model.layers.${i}.self_attn.q_proj`, { inFeatures: hidden, outFeatures: hidden }] as const,
      [`model.layers.${i}.mlp.down_proj`, { inFeatures: wide, outFeatures: hidden }] as const,
    ]),
  );
const none = new Float32Array(0);
const lora = (modules: ReadonlyMap<string, ModuleShape>): Adapter => ({
  method: "lora",
  name: "sql-style",
  baseModel: "Qwen2.5-Coder-0.5B",
  rank: 0,
  alpha: 1,
  dropout: 0,
  rsLora: false,
  scaling: 1,
  modules: new Map([...modules].map(([path, shape]) => [path, { ...shape, a: none, b: none }])),
});
const ia3 = (modules: Record<string, ["input" | "output", number]>): Adapter => ({
  method: "ia3",
  name: "ia3",
  baseModel: "",
  modules: new Map(Object.entries(modules).map(([path, [on, size]]) => [path, { on, values: new Float32Array(size) }])),
});
const model = shapes(1536, 8960, 4);
const message = (adapter: Adapter) => {
  try {
    checkAdapterFits(adapter, model, "qwen-1.5b");
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("checkAdapterFits", () => {
  test("accepts an adapter of the same sizes, and one on fewer modules", () => {
    expect(message(lora(model))).toBeUndefined();
    expect(message(lora(shapes(1536, 8960, 2)))).toBeUndefined();
    expect(
      message(
        ia3({ "model.layers.3.mlp.down_proj": ["input", 8960], "model.layers.3.self_attn.q_proj": ["output", 1536] }),
      ),
    ).toBeUndefined();
  });

  test("refuses to scale the input of one module of a shared product", () => {
    const query = "model.layers.0.self_attn.q_proj";
    const shared = new Map([[query, { inFeatures: 8, outFeatures: 8, sharesProduct: true }]]);
    expect(() => checkAdapterFits(ia3({ [query]: ["input", 8] }), shared, "tiny")).toThrow(
      /only scale behind the product/,
    );
    expect(() => checkAdapterFits(ia3({ [query]: ["output", 8] }), shared, "tiny")).not.toThrow();
  });

  test("names both hidden sizes", () => {
    expect(message(lora(shapes(896, 4864, 4)))).toMatchObject({
      code: "adapter-mismatch",
      message: 'Cannot load adapter "sql-style": it was trained for hidden size 896, the loaded model has 1536.',
      nextStep: "Use it with its base, Qwen2.5-Coder-0.5B, or train an adapter for qwen-1.5b.",
    });
  });

  test.each<[string, Adapter, RegExp]>([
    ["both numbers of layers", lora(shapes(1536, 8960, 6)), /trained for 6 layers, the loaded model has 4/],
    [
      "both widths of a module",
      lora(shapes(1536, 4096, 4)),
      /"model\.layers\.0\.mlp\.down_proj" has 4096 inputs, .* has 8960/,
    ],
    [
      "a module that the model lacks",
      lora(new Map([["model.layers.0.attn.qkv", { inFeatures: 1536, outFeatures: 8 }]])),
      /"model\.layers\.0\.attn\.qkv", which the loaded model does not have/,
    ],
    [
      "a vector of another length",
      ia3({ "model.layers.0.self_attn.q_proj": ["output", 896] }),
      /has 896 outputs, the loaded model's has 1536/,
    ],
  ])("names %s", (_, adapter, expected) => {
    expect(message(adapter)).toMatchObject({ code: "adapter-mismatch", message: expect.stringMatching(expected) });
  });
});
