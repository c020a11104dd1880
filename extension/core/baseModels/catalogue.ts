/** Recommended models of the hub, listed by hand. An import reads the actual facts from the model. */

export interface CatalogueModel {
  /** OWNER/NAME, such as "Qwen/Qwen2.5-Coder-0.5B". An import resolves and pins the newest revision. */
  readonly repository: string;
  readonly modelType: string;
  readonly parameters: number;
  /** The parameters of the token embedding and the output head. */
  readonly embedding: number;
  /** Whether the embedding is also the output head. */
  readonly tied: boolean;
  readonly layers: number;
  readonly licence: string;
  /** The bits per parameter in the published weights. */
  readonly bits: 16 | 32;
  /** Whether the model is published only as a Python pickle, which must be converted elsewhere before an import. */
  readonly pickled?: true;
}

/** The models by size. Parameters and embeddings come from the published configurations. */
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
