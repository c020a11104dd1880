/**
 * The interface of a training method. One file implements each method, and methods.ts lists it. Code that trains, serves, reads,
 * writes or describes adapters uses only this interface.
 */

import type * as z from "zod";
import type { Said } from "../../foundation/words/said.ts";
import type { ModuleShape } from "../../architectures/architectures.ts";
import type { ModelConfig } from "../../architectures/config.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { AdapterHost } from "../fit/adapterHost.ts";
import type { AnyAdapter, Counted, ModuleUpdate, Origin } from "../origin.ts";
import type { AdapterTensor } from "../formats/peftModules.ts";
import type { Attachment, ParameterOf } from "./attachment.ts";
import type { AdapterNorm } from "./norms.ts";

/**
 * Presets of a training. "paper" takes the defaults that depend on method and base from arXiv 2308.10462, version 2; the others
 * take Graft's own. "graft" is the earlier name of "balanced", which trainings on disk and scripts may have.
 */
export const trainingPresets = ["balanced", "quick", "thorough", "paper", "graft"] as const;
export type TrainingPreset = (typeof trainingPresets)[number];

/** The fields of a request that was read. Null leaves the choice to the preset. */
export type Given<Fields extends z.ZodRawShape> = {
  readonly [Key in keyof Fields]: undefined extends z.output<Fields[Key]>
    ? Exclude<z.output<Fields[Key]>, undefined> | null
    : z.output<Fields[Key]>;
};

/** What the choices of a preset depend on. */
export interface Circumstances {
  readonly preset: TrainingPreset;
  /** Paths of the base's linear modules. */
  readonly paths: readonly string[];
  /** Whether a small base learns an editor's requests, with another preset than the paper's. */
  readonly learnsRequests: boolean;
}

/** The parameters to train and how to attach them, as plain data. */
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
  /** Name for headings, such as "Prefix tuning". */
  readonly title: string;
  /** One line about its effect and cost. */
  readonly summary: string;
  /** Its own fields of a train request: types, defaults, limits and descriptions. Methods may share a field. */
  readonly fields: Fields;
  /**
   * Peak learning rates: the graft preset's for bases below 100 million parameters and for larger ones, and the paper preset's.
   * `requests` is the rate of small bases that learn an editor's requests, if it differs.
   */
  readonly learningRates: {
    readonly small: number;
    readonly large: number;
    readonly paper: number;
    readonly requests?: number;
  };
  /** Fills in the settings that are left to the preset. */
  resolve(given: Given<Fields>, circumstances: Circumstances): Settings;
  /**
   * Returns what the training graph needs to know.
   *
   * @throws UserError "targets-unknown", "option-invalid" or "base-too-large"
   */
  spec(settings: Settings, base: MethodBase): Spec;
  /** Returns its settings for reports and checkpoints. */
  fingerprint(settings: Settings): Readonly<Record<string, string | number | boolean>>;
  /** @param noise int32 [B, T, ≥ in], uniform; null if `noiseWidth` is null or nothing is dropped, as in evaluation */
  attach(spec: Spec, parameterOf: ParameterOf, noise: Tensor | null): Attachment;
  /** Returns the first values by the parameters' names. */
  firstValues(
    spec: Spec,
    settings: Settings,
    start: StartContext,
  ): ReadonlyMap<string, Float32Array> | Promise<ReadonlyMap<string, Float32Array>>;
  /** Returns the number of columns of noise that dropout needs in a step; absent or null without dropout. */
  noiseWidth?(spec: Spec, modules: Modules): number | null;
  /**
   * Returns the floating-point operations of a micro-batch beyond those of the frozen base; absent if negligible.
   *
   * @param frozen the operations of the base's matrix products
   */
  flops?(spec: Spec, batch: { readonly modules: Modules; readonly tokens: number; readonly frozen: number }): number;
  /** Returns the virtual tokens in front of the text; absent without any. `areRead`: an encoder reads them as input tokens. */
  virtualTokens?(spec: Spec): { readonly count: number; readonly areRead: boolean };
  /** The kind of adapter that the method makes; undefined if it makes a whole model. */
  readonly adapter: Kind;
}

/** The parts of a base that methods use. */
export interface MethodBase {
  readonly name: string;
  readonly parameters: number;
  readonly config: ModelConfig;
}

/** Sources for first values. */
export interface StartContext {
  readonly seed: number;
  readonly modules: Modules;
  readonly hasEncoder: boolean;
  readonly tokenizer: Tokenizer;
  /** Reads rows of the base's embedding table. */
  embeddingsOf(ids: readonly number[]): Promise<readonly Float32Array[]>;
  /** Computes a decoder's keys and values of a text, by layer: [kvHeads, tokens, headSize]. */
  keysAndValuesOf(
    ids: readonly number[],
  ): Promise<readonly { readonly key: Float32Array; readonly value: Float32Array }[]>;
  /** Reads all weights of the base: those before rounding if they still exist. */
  originalWeights(): Promise<ReadonlyMap<string, Float32Array>>;
}

/** Facts of an adapter from adapter_config.json that all methods share. Each method adds its own. */
export type AdapterFacts = Origin & { readonly method: string };

/** A method's adapters: their PEFT format, their effect on modules, and their description. `Outline` has counts for values. */
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
  /** Returns its own keys of adapter_config.json. */
  configOf(adapter: Own): Readonly<Record<string, unknown>>;
  /** @throws UserError "adapter-invalid" if keys or shapes do not agree with the facts */
  fromTensors(name: string, facts: Facts & AdapterFacts, tensors: ReadonlyMap<string, AdapterTensor<Counted>>): Outline;
  tensorsOf(adapter: Own): Map<string, AdapterTensor>;
  /** Returns the facts of the adapter that a training makes. */
  factsOf(spec: Spec, settings: Settings): Facts;
  /** Returns the settings that an adapter imposes on a training that starts from it. */
  decides(adapter: Own): Decisions<Settings>;
  /** @throws UserError "adapter-mismatch" */
  checkFits(adapter: Outline, host: AdapterHost): void;
  /** Returns the adapter's effect on a module; absent for kinds that put virtual tokens in front of the text. */
  around?(adapter: Own, path: string): ModuleUpdate | undefined;
  /** Returns a short description for lists, such as "LoRA, rank 16". */
  label(adapter: Outline): Said;
  /** Returns a description with all facts. */
  describe(adapter: Own): Said;
  norms(adapter: Own): readonly AdapterNorm[];
  /** A heading that explains the norms. */
  readonly meaningOfNorms: string;
}

export interface Decisions<Settings> {
  readonly settings: Partial<Settings>;
  /** Settings that a request can override. */
  readonly defaults?: Partial<Settings>;
  /** Names, in the user's words, of settings that a request must not contradict. */
  readonly labels: { readonly [Key in keyof Settings]?: Said };
}
