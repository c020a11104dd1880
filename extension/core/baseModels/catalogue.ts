/** Models of the hub that are worth a look. Written by hand, for a list; what is true of a model is asked when it is imported. */

export interface CatalogueModel {
  /** Such as "Qwen/Qwen2.5-Coder-0.5B"; its newest revision is resolved, and pinned, when it is imported. */
  readonly repository: string;
  readonly modelType: string;
  readonly parameters: number;
  /** Those of them that embed tokens and that predict them. */
  readonly embedding: number;
  /** Whether the table that embeds tokens predicts them, too. */
  readonly tied: boolean;
  readonly layers: number;
  readonly licence: string;
  /** Bits of a parameter as it is published. */
  readonly bits: 16 | 32;
  /** Whether it is published as a Python pickle only, which has to be converted elsewhere before it can be imported. */
  readonly pickled?: true;
}

/** By size. Parameters and embeddings are those of the published configurations. */
export const catalogue: readonly CatalogueModel[] = [
  {
    repository: "Salesforce/codet5p-220m",
    modelType: "t5",
    parameters: 222_882_048,
    embedding: 24_653_568, // 32,100 × 768, tied
    tied: true,
    layers: 12,
    licence: "BSD 3-Clause",
    bits: 16,
    pickled: true,
  },
  {
    repository: "Salesforce/codegen-350M-mono",
    modelType: "codegen",
    parameters: 356_712_448,
    embedding: 104_857_600, // 51,200 × 1024, twice
    tied: false,
    layers: 20,
    licence: "BSD 3-Clause",
    bits: 16,
    pickled: true,
  },
  {
    repository: "Qwen/Qwen2.5-Coder-0.5B",
    modelType: "qwen2",
    parameters: 494_032_768,
    embedding: 136_134_656, // 151,936 × 896, tied
    tied: true,
    layers: 24,
    licence: "Apache 2.0",
    bits: 16,
  },
  {
    repository: "deepseek-ai/deepseek-coder-1.3b-base",
    modelType: "llama",
    parameters: 1_346_471_936,
    embedding: 132_120_576, // 32,256 × 2048, twice
    tied: false,
    layers: 24,
    licence: "DeepSeek Licence",
    bits: 16,
  },
  {
    repository: "Qwen/Qwen2.5-Coder-1.5B",
    modelType: "qwen2",
    parameters: 1_543_714_304,
    embedding: 233_373_696, // 151,936 × 1536, tied
    tied: true,
    layers: 28,
    licence: "Apache 2.0",
    bits: 16,
  },
  {
    repository: "bigcode/starcoder2-3b",
    modelType: "starcoder2",
    parameters: 3_030_371_328,
    embedding: 150_994_944, // 49,152 × 3072, tied
    tied: true,
    layers: 30,
    licence: "BigCode OpenRAIL-M",
    bits: 32,
  },
  {
    repository: "codellama/CodeLlama-7b-hf",
    modelType: "llama",
    parameters: 6_738_546_688,
    embedding: 262_275_072, // 32,016 × 4096, twice
    tied: false,
    layers: 32,
    licence: "Llama 2 Community Licence",
    bits: 16,
  },
];
