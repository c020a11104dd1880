import { describe, expect, test } from "vitest";
import { moduleShapes, weightRequests } from "../../../extension/core/architectures/architectures.ts";
import { readModelConfig } from "../../../extension/core/architectures/readConfig.ts";
import { tinyCodegen, tinyQwen2, tinyT5 } from "./tinyConfigs.ts";

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
  test("lists the modules of a T5: of encoder, decoder, and the attention between them", () => {
    const shapes = moduleShapes(readModelConfig(tinyT5));
    expect(shapes.size).toBe(2 * 6 + 2 * 10);
    expect(shapes.get("encoder.block.1.layer.0.SelfAttention.q")).toEqual({
      inFeatures: 64,
      outFeatures: 64,
      sharesProduct: true,
    });
    expect(shapes.get("decoder.block.0.layer.1.EncDecAttention.q")).toEqual({ inFeatures: 64, outFeatures: 64 });
    expect(shapes.get("decoder.block.0.layer.2.DenseReluDense.wo")).toEqual({ inFeatures: 96, outFeatures: 64 });
  });

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
  test("names a CodeT5+ that can be hosted in the place of one that cannot", () => {
    expect(() => readModelConfig({ model_type: "codet5p" })).toThrow(
      expect.objectContaining({
        code: "model-type-unknown",
        nextStep: expect.stringContaining("220M or 770M") as string,
      }),
    );
  });

  test.each([
    [{ ...tinyT5, d_model: 0 }, /d_model/],
    [{ ...tinyT5, feed_forward_proj: "gated-silu" }, /feed_forward_proj/],
    [{ ...tinyT5, relative_attention_num_buckets: 2 }, /relative_attention_num_buckets/],
    [{ ...tinyT5, relative_attention_max_distance: 16 }, /larger than half of relative_attention_num_buckets/],
    [{ ...tinyT5, n_positions: 1e9 }, /n_positions/],
  ])("refuses a T5 as %j", (json, message) => {
    expect(() => readModelConfig(json)).toThrow(message);
  });

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
    [{ model_type: "bert" }, 'Cannot use a model of type "bert": Graft supports llama, qwen2, '],
    [{ ...tinyQwen2, num_hidden_layers: 0 }, /num_hidden_layers/],
    [{ ...tinyQwen2, vocab_size: 1e12 }, /vocab_size/],
    [{ ...tinyQwen2, num_key_value_heads: 3 }, /multiple of num_key_value_heads/],
    [{ ...tinyQwen2, rope_scaling: { type: "linear" } }, /rope_scaling.factor/],
    [{ ...tinyQwen2, rope_parameters: { rope_type: "yarn", rope_theta: 1e4 } }, /rope_parameters.factor/],
    [
      { ...tinyQwen2, rope_scaling: { type: "longrope" } },
      "rope_type must be default, linear, dynamic, llama3 or yarn",
    ],
    [{ ...tinyQwen2, rope_parameters: { partial_rotary_factor: 0.5 } }, /partial_rotary_factor: partial rotation/],
    [{ ...tinyQwen2, num_attention_heads: 64 }, "the size of an attention head must be an even number of at most 1024"],
    [{ ...tinyQwen2, hidden_act: "gelu" }, /hidden_act/],
    [{ ...tinyQwen2, head_dim: 1e9 }, "an even number of at most 1024"],
    [{ ...tinyQwen2, hidden_size: 65_536, num_attention_heads: 2 }, "an even number of at most 1024"],
    [{ ...tinyQwen2, rope_theta: 1 }, /rope_theta/],
    [
      { ...tinyQwen2, rope_scaling: { type: "llama3", factor: 2, low_freq_factor: 4, high_freq_factor: 4 } },
      "high_freq_factor must be larger than low_freq_factor",
    ],
    [{ ...tinyCodegen, activation_function: "relu" }, /activation_function/],
    [{ ...tinyCodegen, rotary_dim: 20 }, "rotary_dim must not exceed the size of a head"],
    [{ ...tinyCodegen, n_head: 2, rotary_dim: 8 }, "n_head must be a multiple of 4"],
    [{ ...tinyCodegen, head_dim: 16, auto_map: {} }, "n_head must be a multiple of 8"],
  ])("refuses %j", (json, message) => {
    expect(refused(json)).toMatch(message);
  });

  test("reads a window of attention as the longest context, where all heads see all tokens", () => {
    const contextOf = (json: object): number => readModelConfig(json).contextLength;
    expect(contextOf({ ...tinyQwen2, sliding_window: 24 })).toBe(64);
    expect(contextOf({ ...tinyQwen2, sliding_window: 24, use_sliding_window: true })).toBe(24);
    expect(contextOf({ ...tinyQwen2, sliding_window: null, use_sliding_window: true })).toBe(64);
  });

  test("reads no more at once than its tables of positions are made for", () => {
    expect(readModelConfig({ ...tinyQwen2, max_position_embeddings: 1e9 }).contextLength).toBe(32_768);
    expect(readModelConfig({ ...tinyCodegen, n_positions: 1e9 }).contextLength).toBe(32_768);
  });

  test("reads how positions are scaled in the fields of transformers 4 and 5 alike", () => {
    const llama3 = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 16 };
    const before = { ...tinyQwen2, rope_theta: 500, rope_scaling: { type: "llama3", ...llama3 } };
    const since = { ...tinyQwen2, rope_parameters: { rope_theta: 500, rope_type: "llama3", ...llama3 } };
    expect(readModelConfig(before)).toEqual(readModelConfig(since));
    expect(readModelConfig(before)).not.toEqual(readModelConfig({ ...tinyQwen2, rope_theta: 500 }));
  });
});
