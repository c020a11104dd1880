/** Configs as the families publish them: accepted, and with as many parameters as the published weights hold. */

import { describe, expect, test } from "vitest";
import { moduleShapes, weightRequests } from "../../../extension/core/models/architectures.ts";
import { readModelConfig } from "../../../extension/core/models/readConfig.ts";

/** The fields that matter, in the spelling of each config.json on the hub. */
const published = [
  {
    name: "Qwen/Qwen2.5-Coder-0.5B",
    parameters: 494_032_768,
    contextLength: 32_768,
    targets: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    json: {
      model_type: "qwen2",
      hidden_act: "silu",
      hidden_size: 896,
      intermediate_size: 4864,
      max_position_embeddings: 32_768,
      max_window_layers: 24,
      num_attention_heads: 14,
      num_hidden_layers: 24,
      num_key_value_heads: 2,
      rms_norm_eps: 1e-6,
      rope_theta: 1_000_000,
      sliding_window: 32_768,
      tie_word_embeddings: true,
      use_sliding_window: false,
      vocab_size: 151_936,
    },
  },
  {
    name: "Qwen/Qwen3-0.6B-Base",
    parameters: 596_049_920,
    contextLength: 32_768,
    targets: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    json: {
      model_type: "qwen3",
      attention_bias: false,
      head_dim: 128,
      hidden_act: "silu",
      hidden_size: 1024,
      intermediate_size: 3072,
      max_position_embeddings: 32_768,
      num_attention_heads: 16,
      num_hidden_layers: 28,
      num_key_value_heads: 8,
      rms_norm_eps: 1e-6,
      rope_scaling: null,
      rope_theta: 1_000_000,
      sliding_window: null,
      tie_word_embeddings: true,
      use_sliding_window: false,
      vocab_size: 151_936,
    },
  },
  {
    name: "codellama/CodeLlama-7b-hf",
    parameters: 6_738_546_688,
    contextLength: 16_384,
    targets: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    json: {
      model_type: "llama",
      hidden_act: "silu",
      hidden_size: 4096,
      intermediate_size: 11_008,
      max_position_embeddings: 16_384,
      num_attention_heads: 32,
      num_hidden_layers: 32,
      num_key_value_heads: 32,
      pretraining_tp: 1,
      rms_norm_eps: 1e-5,
      rope_scaling: null,
      rope_theta: 1_000_000,
      tie_word_embeddings: false,
      vocab_size: 32_016,
    },
  },
  {
    name: "deepseek-ai/deepseek-coder-1.3b-base",
    parameters: 1_346_471_936,
    contextLength: 16_384,
    targets: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    json: {
      model_type: "llama",
      hidden_act: "silu",
      hidden_size: 2048,
      intermediate_size: 5504,
      max_position_embeddings: 16_384,
      num_attention_heads: 16,
      num_hidden_layers: 24,
      num_key_value_heads: 16,
      rms_norm_eps: 1e-6,
      rope_scaling: { factor: 4.0, type: "linear" },
      rope_theta: 100_000,
      tie_word_embeddings: false,
      vocab_size: 32_256,
    },
  },
  {
    name: "bigcode/starcoder2-3b",
    parameters: 3_030_371_328,
    contextLength: 4096,
    targets: ["q_proj", "k_proj", "v_proj", "o_proj", "c_fc", "c_proj"],
    json: {
      model_type: "starcoder2",
      attention_dropout: 0.1,
      embedding_dropout: 0.1,
      hidden_act: "gelu_pytorch_tanh",
      hidden_size: 3072,
      intermediate_size: 12_288,
      max_position_embeddings: 16_384,
      mlp_type: "default",
      norm_epsilon: 1e-5,
      norm_type: "layer_norm",
      num_attention_heads: 24,
      num_hidden_layers: 30,
      num_key_value_heads: 2,
      residual_dropout: 0.1,
      rope_theta: 999_999.4420358813,
      sliding_window: 4096,
      use_bias: true,
      vocab_size: 49_152,
    },
  },
  {
    name: "Salesforce/codegen-350M-mono",
    parameters: 356_712_448,
    contextLength: 2048,
    targets: ["qkv_proj", "out_proj", "fc_in", "fc_out"],
    json: {
      model_type: "codegen",
      activation_function: "gelu_new",
      layer_norm_epsilon: 1e-5,
      n_ctx: 2048,
      n_embd: 1024,
      n_head: 16,
      n_inner: null,
      n_layer: 20,
      n_positions: 2048,
      rotary_dim: 32,
      scale_attn_weights: true,
      tie_word_embeddings: false,
      vocab_size: 51_200,
    },
  },
  {
    name: "Salesforce/codegen2-1B",
    parameters: 1_015_306_240,
    contextLength: 2048,
    targets: ["qkv_proj", "out_proj", "fc_in", "fc_out"],
    json: {
      model_type: "codegen",
      activation_function: "gelu_new",
      auto_map: { AutoModelForCausalLM: "modeling_codegen.CodeGenForCausalLM" },
      head_dim: 128,
      layer_norm_epsilon: 1e-5,
      n_ctx: 2048,
      n_embd: 2048,
      n_head: 16,
      n_inner: null,
      n_layer: 16,
      n_positions: 2048,
      rotary_dim: 64,
      scale_attn_weights: true,
      tie_word_embeddings: false,
      vocab_size: 51_200,
    },
  },
];

describe("readModelConfig of published configs", () => {
  test.each(published)("$name", ({ json, parameters, contextLength, targets }) => {
    const config = readModelConfig(json);
    expect(config.contextLength).toBe(contextLength);
    const sizes = weightRequests(config).flatMap(({ shapes }) =>
      shapes.map((shape) => shape.reduce((a, b) => a * b, 1)),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(parameters);
    const names = [...moduleShapes(config).keys()].map((path) => path.slice(path.lastIndexOf(".") + 1));
    expect([...new Set(names)]).toEqual(targets);
  });

  test("tells the layout of CodeGen2's own code from that of transformers", () => {
    const own = published.find(({ name }) => name.endsWith("codegen2-1B"))!.json;
    expect(readModelConfig(own)).toMatchObject({ partitions: 8 });
    expect(readModelConfig({ ...own, auto_map: undefined })).toMatchObject({ partitions: 4 });
    expect(readModelConfig({ ...own, head_dim: undefined })).toMatchObject({ partitions: 4 });
  });
});
