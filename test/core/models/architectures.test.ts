import { describe, expect, test } from "vitest";
import { moduleShapes, weightRequests } from "../../../extension/core/models/architectures.ts";
import { readModelConfig } from "../../../extension/core/models/readConfig.ts";
import { tinyQwen2 } from "./tinyConfigs.ts";

describe("weightRequests", () => {
  test("groups query, key and value, and asks for a tied head once", () => {
    const requests = weightRequests(readModelConfig(tinyQwen2));
    const layer0 = requests.filter(({ names }) => names[0]!.includes("layers.0."));
    expect(layer0.map(({ names }) => names.map((name) => name.replace("model.layers.0.", "")))).toEqual([
      ["input_layernorm.weight"],
      ["self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight"],
      ["self_attn.q_proj.bias", "self_attn.k_proj.bias", "self_attn.v_proj.bias"],
      ["self_attn.o_proj.weight"],
      ["post_attention_layernorm.weight"],
      ["mlp.gate_proj.weight"],
      ["mlp.up_proj.weight"],
      ["mlp.down_proj.weight"],
    ]);
    expect(requests.filter(({ role }) => role === "embedding")).toEqual([
      { names: ["model.embed_tokens.weight"], shapes: [[96, 64]], role: "embedding" },
    ]);
    expect(requests.at(-1)?.names).toEqual(["model.norm.weight"]);
  });

  test("asks for a head of its own where it is not tied", () => {
    const requests = weightRequests(readModelConfig({ ...tinyQwen2, tie_word_embeddings: false }));
    expect(requests.at(-1)).toEqual({ names: ["lm_head.weight"], shapes: [[96, 64]], role: "embedding" });
  });
});

describe("moduleShapes", () => {
  test("lists the seven linear modules of each layer with their sizes", () => {
    const shapes = moduleShapes(readModelConfig(tinyQwen2));
    expect(shapes.size).toBe(14);
    expect(shapes.get("model.layers.1.self_attn.k_proj")).toEqual({
      inFeatures: 64,
      outFeatures: 32,
      sharesProduct: true,
    });
    expect(shapes.get("model.layers.1.mlp.down_proj")).toEqual({ inFeatures: 96, outFeatures: 64 });
  });
});

describe("readModelConfig", () => {
  const refused = (json: unknown): string => {
    try {
      readModelConfig(json);
      return "accepted";
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each([
    [{}, "Cannot use config.json: it has no model_type."],
    [null, "Cannot use config.json: it has no model_type."],
    [{ model_type: "bert" }, 'Cannot host a model of type "bert": Graft knows llama, qwen2.'],
    [{ ...tinyQwen2, num_hidden_layers: 0 }, /num_hidden_layers/],
    [{ ...tinyQwen2, vocab_size: 1e12 }, /vocab_size/],
    [{ ...tinyQwen2, num_key_value_heads: 3 }, /multiple of num_key_value_heads/],
    [{ ...tinyQwen2, rope_scaling: { type: "linear", factor: 2 } }, /rope_scaling/],
    [{ ...tinyQwen2, rope_parameters: { rope_type: "yarn", rope_theta: 1e4 } }, /rope_parameters.rope_type/],
    [{ ...tinyQwen2, num_attention_heads: 8 }, /multiple of 16/],
    [{ ...tinyQwen2, hidden_act: "gelu" }, /hidden_act/],
    [{ ...tinyQwen2, use_sliding_window: true }, /use_sliding_window/],
  ])("refuses %j", (json, message) => {
    expect(refused(json)).toMatch(message);
  });
});
