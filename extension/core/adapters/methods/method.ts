/**
 * What a method of training is. Each has one file that implements this interface, and one line in methods.ts. Whoever trains, serves,
 * reads, writes or describes asks the method and knows no more of it.
 */

import type * as z from "zod";
import type { ModuleShape } from "../../architectures/architectures.ts";
import type { ModelConfig } from "../../architectures/config.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { AdapterHost } from "../fit/adapterHost.ts";
import type { AnyAdapter, Counted, ModuleUpdate, Origin } from "../origin.ts";
import type { AdapterTensor } from "../formats/peftModules.ts";
import type { Attachment, ParameterOf } from "./attachment.ts";
import type { AdapterNorm } from "./norms.ts";

/** Where the defaults come from that depend on method and base: our own choice, or the paper's (arXiv 2308.10462, version 2). */
export const trainingPresets = ["graft", "paper"] as const;
export type TrainingPreset = (typeof trainingPresets)[number];

/** A request's fields once it is read: with null, the preset decides. */
export type Given<Fields extends z.ZodRawShape> = {
  readonly [Key in keyof Fields]: undefined extends z.output<Fields[Key]>
    ? Exclude<z.output<Fields[Key]>, undefined> | null
    : z.output<Fields[Key]>;
};

/** What is trained, and how; plain data. */
export interface AnySpec {
  readonly method: string;
}

/** The linear modules of a base by their paths, such as "model.layers.0.self_attn.q_proj". */
export type Modules = ReadonlyMap<string, ModuleShape>;

export interface Method<
  Fields extends z.ZodRawShape = z.ZodRawShape,
  Settings extends object = object,
  Spec extends AnySpec = AnySpec,
  Kind extends AdapterKind | undefined = AdapterKind | undefined,
> {
  readonly name: Spec["method"];
  /** As a heading, such as "Prefix tuning". */
  readonly title: string;
  /** What it does and what to expect of it, in a line. */
  readonly summary: string;
  /** Its own fields of a train request: types, defaults, limits and descriptions. Methods may share a field. */
  readonly fields: Fields;
  /** Peak learning rates: of the graft preset for bases of less than 100 million parameters and for larger ones, and of the paper's. */
  readonly learningRates: { readonly small: number; readonly large: number; readonly paper: number };
  /** Fills in what the settings leave to the preset. */
  resolve(given: Given<Fields>, preset: TrainingPreset, paths: readonly string[]): Settings;
  /**
   * What the training graph is told.
   *
   * @throws UserError "targets-unknown", "option-invalid" or "base-too-large"
   */
  spec(settings: Settings, base: MethodBase): Spec;
  /** Its settings as reports and checkpoints carry them. */
  fingerprint(settings: Settings): Readonly<Record<string, string | number | boolean>>;
  /** @param noise int32 [B, T, ≥ in], uniform; null where `noiseWidth` is, and where nothing is to be dropped */
  attach(spec: Spec, parameterOf: ParameterOf, noise: Tensor | null): Attachment;
  /** First values by the parameters' names. */
  firstValues(
    spec: Spec,
    settings: Settings,
    start: StartContext,
  ): ReadonlyMap<string, Float32Array> | Promise<ReadonlyMap<string, Float32Array>>;
  /** Columns of the noise that dropout needs in a step; absent or null where nothing is dropped. */
  noiseWidth?(spec: Spec, modules: Modules): number | null;
  /**
   * Floating-point operations of a micro-batch beside those of the frozen base; absent where they do not count.
   *
   * @param frozen those of the base's products
   */
  flops?(spec: Spec, batch: { readonly modules: Modules; readonly tokens: number; readonly frozen: number }): number;
  /** Positions in front of the text; absent without any. `areRead` where a model with an encoder reads them as tokens of its input. */
  virtualTokens?(spec: Spec): { readonly count: number; readonly areRead: boolean };
  /** How what is trained is kept as an adapter; undefined where it is a whole model. */
  readonly adapter: Kind;
}

/** A base, as far as methods need to know it. */
export interface MethodBase {
  readonly name: string;
  readonly parameters: number;
  readonly config: ModelConfig;
}

/** What first values can be made of. */
export interface StartContext {
  readonly seed: number;
  readonly modules: Modules;
  readonly hasEncoder: boolean;
  readonly tokenizer: Tokenizer;
  /** Rows of the base's table of embeddings. */
  embeddingsOf(ids: readonly number[]): Promise<readonly Float32Array[]>;
  /** What a decoder keeps of a text, by layer: keys and values [kvHeads, tokens, headSize]. */
  keysAndValuesOf(
    ids: readonly number[],
  ): Promise<readonly { readonly key: Float32Array; readonly value: Float32Array }[]>;
  /** All weights of the base, before they were rounded if they are still there. */
  originalWeights(): Promise<ReadonlyMap<string, Float32Array>>;
}

/** What adapter_config.json tells about an adapter; what else there is, its method knows. */
export type AdapterFacts = Origin & { readonly method: string };

/** A method's kind of adapter: in PEFT's format, in use, and as a reader sees it. `Outline` is an adapter whose values are only counted. */
export interface AdapterKind<
  Own extends AnyAdapter = AnyAdapter,
  Outline extends AnyAdapter = AnyAdapter,
  Facts extends object = object,
  Settings extends object = object,
  Spec extends AnySpec = AnySpec,
> {
  /** `peft_type` in adapter_config.json. */
  readonly peftType: string;
  /** @throws UserError "adapter-invalid" or "adapter-unsupported" */
  readConfig(name: string, config: Readonly<Record<string, unknown>>): Facts;
  /** Its own keys in adapter_config.json. */
  configOf(adapter: Own): Readonly<Record<string, unknown>>;
  /** @throws UserError "adapter-invalid" where keys or shapes are not as the facts say */
  fromTensors(name: string, facts: Facts & AdapterFacts, tensors: ReadonlyMap<string, AdapterTensor<Counted>>): Outline;
  tensorsOf(adapter: Own): Map<string, AdapterTensor>;
  /** The facts of an adapter that a training ends as. */
  factsOf(spec: Spec, settings: Settings): Facts;
  /** What an adapter decides about a training that goes on from it. */
  decides(adapter: Own): Decisions<Settings>;
  /** @throws UserError "adapter-mismatch" */
  checkFits(adapter: Outline, host: AdapterHost): void;
  /** What it does to a module in use; absent for kinds that put virtual tokens in front of the text. */
  around?(adapter: Own, path: string): ModuleUpdate | undefined;
  /** In a list, such as "LoRA, rank 16". */
  label(adapter: Outline): string;
  /** With all its facts. */
  describe(adapter: Own): string;
  norms(adapter: Own): readonly AdapterNorm[];
  /** What the norms tell, as a heading. */
  readonly meaningOfNorms: string;
}

export interface Decisions<Settings> {
  readonly settings: Partial<Settings>;
  /** Settings that a request can ask for in its own way; these are taken where it does not. */
  readonly defaults?: Partial<Settings>;
  /** Settings that a request cannot contradict, in the user's words. */
  readonly labels: { readonly [Key in keyof Settings]?: string };
}
