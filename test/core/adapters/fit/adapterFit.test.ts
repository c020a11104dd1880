import { describe, expect, test } from "vitest";
import type { Adapter } from "../../../../extension/core/adapters/adapter.ts";
import { checkAdapterFits } from "../../../../extension/core/adapters/fit/adapterFit.ts";
import { moduleShapes, type ModuleShape } from "../../../../extension/core/architectures/architectures.ts";
import { readModelConfig } from "../../../../extension/core/architectures/readConfig.ts";
import { tinyQwen2 } from "../../architectures/tinyConfigs.ts";

/** With heads of size 64, two of them with keys and values. */
const configOf = (hidden: number, wide: number, layers: number) =>
  readModelConfig({
    ...tinyQwen2,
    hidden_size: hidden,
    intermediate_size: wide,
    num_hidden_layers: layers,
    num_attention_heads: hidden / 64,
  });
const shapes = (hidden: number, wide: number, layers: number): ReadonlyMap<string, ModuleShape> =>
  new Map([...moduleShapes(configOf(hidden, wide, layers))].filter(([path]) => /q_proj|down_proj/.test(path)));
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
const prompt = (hiddenSize: number): Adapter => {
  return { method: "prompt", name: "p", baseModel: "", tokens: 2, hiddenSize, stacks: 1, values: none };
};
const prefix = (layers: number, kvHeads: number, headSize: number): Adapter => {
  return { method: "prefix", name: "p", baseModel: "", tokens: 2, layers, kvHeads, headSize, stacks: 1, values: none };
};
const model = configOf(1536, 8960, 4);
const message = (adapter: Adapter) => {
  try {
    checkAdapterFits(adapter, { name: "qwen-1.5b", config: model });
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("checkAdapterFits", () => {
  test("accepts an adapter of the same sizes, and one on fewer modules", () => {
    expect(message(lora(moduleShapes(model)))).toBeUndefined();
    expect(message(lora(shapes(1536, 8960, 2)))).toBeUndefined();
    expect(
      message(
        ia3({ "model.layers.3.mlp.down_proj": ["input", 8960], "model.layers.3.self_attn.q_proj": ["output", 1536] }),
      ),
    ).toBeUndefined();
  });

  test("refuses to scale the input of one module of a shared product", () => {
    const query = "model.layers.0.self_attn.q_proj";
    expect(message(ia3({ [query]: ["input", 1536] }))).toMatchObject({
      message: expect.stringContaining("which the loaded model computes together with other modules"),
    });
    expect(message(ia3({ [query]: ["output", 1536] }))).toBeUndefined();
  });

  test("accepts virtual tokens of the same sizes", () => {
    expect(message(prompt(1536))).toBeUndefined();
    expect(message(prefix(4, 2, 64))).toBeUndefined();
  });

  test("refuses virtual tokens that fill the context", () => {
    const { contextLength } = model;
    const filled = [prompt(1536), prefix(4, 2, 64)].map((each) => ({ ...each, tokens: contextLength }) as Adapter);
    for (const adapter of filled) {
      const reason = `its ${contextLength} virtual tokens leave no room for a text`;
      expect(message(adapter)).toMatchObject({ code: "adapter-mismatch", message: expect.stringContaining(reason) });
      expect(message({ ...adapter, tokens: contextLength - 1 } as Adapter)).toBeUndefined();
    }
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
    [
      "what has an encoder",
      { ...prompt(1536), stacks: 2 } as Adapter,
      /for a model with an encoder, the loaded model has none/,
    ],
    ["both hidden sizes of a prompt", prompt(896), /trained for hidden size 896, the loaded model has 1536/],
    ["both numbers of layers of a prefix", prefix(6, 2, 64), /trained for 6 layers, the loaded model has 4/],
    ["both kinds of heads of a prefix", prefix(4, 24, 64), /for 24 key and value heads of size 64, .* has 2 of 64/],
  ])("names %s", (_, adapter, expected) => {
    expect(message(adapter)).toMatchObject({ code: "adapter-mismatch", message: expect.stringMatching(expected) });
  });
});
