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

/** A CodeT5+-like config, as Hugging Face writes it. */
export const tinyT5 = {
  architectures: ["T5ForConditionalGeneration"],
  model_type: "t5",
  is_encoder_decoder: true,
  vocab_size: 96,
  d_model: 64,
  d_kv: 16,
  d_ff: 96,
  num_layers: 2,
  num_decoder_layers: 2,
  num_heads: 4,
  n_positions: 128,
  relative_attention_num_buckets: 32,
  relative_attention_max_distance: 128,
  layer_norm_epsilon: 1e-6,
  feed_forward_proj: "relu",
  decoder_start_token_id: 0,
  pad_token_id: 0,
  tie_word_embeddings: true,
};
