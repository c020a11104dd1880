/** Configs as Hugging Face writes them, of models small enough for tests. */

/** A Qwen2-like config of two layers, as Hugging Face writes it. */
export const tinyQwen2 = {
  architectures: ["Qwen2ForCausalLM"],
  model_type: "qwen2",
  vocab_size: 96,
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 96,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-6,
  rope_theta: 10000,
  hidden_act: "silu",
  tie_word_embeddings: true,
  use_sliding_window: false,
};

/** A CodeGen-like config of two layers. */
export const tinyCodegen = {
  architectures: ["CodeGenForCausalLM"],
  model_type: "codegen",
  vocab_size: 96,
  n_embd: 64,
  n_layer: 2,
  n_head: 4,
  n_positions: 64,
  rotary_dim: 8,
  activation_function: "gelu_new",
  layer_norm_epsilon: 1e-5,
};
