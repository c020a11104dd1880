/** Low-rank adaptation (Hu et al. 2021, arXiv 2106.09685): y = W·x + scaling · B·A·x. */

import * as z from "zod";
import { seededRandom } from "../../foundation/random.ts";
import { say } from "../../foundation/words/said.ts";
import { dropout } from "../../graph/composites/activations.ts";
import { add } from "../../graph/primitives/elementwise.ts";
import { matMul } from "../../graph/primitives/matrix.ts";
import { concat, zeros } from "../../graph/primitives/shaping.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { moduleShapes, type ModuleShape } from "../../architectures/architectures.ts";
import { checkModules } from "../fit/moduleFit.ts";
import type { Counted, AnyAdapter } from "../origin.ts";
import { invalid, parsePeft, shown, unsupported } from "../formats/peftErrors.ts";
import { peftKey, targetModules, taskOf, type AdapterTensor } from "../formats/peftModules.ts";
import type { Attachment, ParameterOf } from "./attachment.ts";
import { matricesOf, updateNorm, type LoraMatrices } from "./loraMatrices.ts";
import type { AdapterKind, Method, Modules } from "./method.ts";
import { placeOf } from "./norms.ts";
import { paperAttention, present, resolveTargets, targetsField } from "./targets.ts";

export interface LoraAdapter<Values = Float32Array> extends AnyAdapter {
  readonly method: "lora";
  readonly rank: number;
  readonly alpha: number;
  /** Dropout rate of LoRA's input, in training only. */
  readonly dropout: number;
  readonly rsLora: boolean;
  /** {@link loraScaling} of rank, alpha and rsLora. */
  readonly scaling: number;
  /** Matrices by module path, such as "model.layers.0.self_attn.q_proj". */
  readonly modules: ReadonlyMap<string, LoraMatrices<Values>>;
}

export interface LoraSpec {
  readonly method: "lora";
  /** Complete module paths. */
  readonly targets: ReadonlySet<string>;
  readonly rank: number;
  readonly scaling: number;
  /** The share of x that is dropped from LoRA's input in each step. */
  readonly dropout: number;
}

interface LoraSettings extends LoraFacts {
  readonly targets: readonly string[] | null;
}

type LoraFacts = Pick<LoraAdapter, "rank" | "alpha" | "dropout" | "rsLora">;

/** Small bases need a higher rank to learn the requests of an editor. Figures: docs/decisions/0038-trained-as-served.md. */
const ranks = { usual: 16, requests: 64 };

const fields = {
  rank: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe(
      `Rank of LoRA's matrices; by default ${ranks.usual}, but ${ranks.requests} where a small base learns source code`,
    ),
  // The models compute in float32, which ends at 3.4e38.
  alpha: z
    .number()
    .gt(0)
    .max(1e6)
    .optional()
    .describe("LoRA's scaling factor times its rank; by default twice the rank"),
  dropout: z.number().min(0).lt(1).default(0.05).describe("Share of LoRA's input that is dropped in each step"),
  rsLora: z.boolean().default(false).describe("Scale LoRA by alpha/√rank instead of alpha/rank"),
  targets: targetsField,
};

const peftSchema = z.object({
  r: z.int().positive(),
  lora_alpha: z.number(),
  lora_dropout: z.number().min(0).max(1).default(0),
  use_rslora: z.boolean().nullish(),
});
/** Initializations that do not change the base. The others (PiSSA, OLoRA, CorDA, …) do. */
const harmlessStarts: ReadonlySet<unknown> = new Set([undefined, null, true, false, "gaussian", "eva", "orthogonal"]);

/** Returns alpha/rank, or alpha/√rank for rank-stabilized LoRA (Kalajdzievski 2023, arXiv 2312.03732). */
function loraScaling({ rank, alpha, rsLora }: Pick<LoraFacts, "rank" | "alpha" | "rsLora">): number {
  return rsLora ? alpha / Math.sqrt(rank) : alpha / rank;
}

export function isLora(adapter: AnyAdapter): adapter is LoraAdapter {
  return adapter.method === lora.name;
}

const adapter: AdapterKind<LoraAdapter, LoraAdapter<Counted>, LoraFacts, LoraSettings, LoraSpec> = {
  peftType: "LORA",
  readConfig(name, config) {
    const start = config["init_lora_weights"];
    if (!harmlessStarts.has(start)) {
      const reason = say`it starts from a base that ${shown(start)} has changed ("init_lora_weights")`;
      throw unsupported(name, reason);
    }
    const { r, lora_alpha, lora_dropout, use_rslora } = parsePeft(name, peftSchema, config);
    const facts = { rank: r, alpha: lora_alpha, dropout: lora_dropout, rsLora: use_rslora ?? false };
    // The models compute in float32.
    if (Number.isFinite(Math.fround(loraScaling(facts)))) return facts;
    throw invalid(name, say`its lora_alpha ${lora_alpha} is beyond what the model can compute with`);
  },
  configOf: ({ modules, rank, alpha, rsLora, ...trained }) => ({
    ...taskOf(modules),
    target_modules: targetModules([...modules.keys()]),
    fan_in_fan_out: false,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: trained.dropout,
    use_rslora: rsLora,
    use_dora: false,
    bias: "none",
    rank_pattern: {},
    alpha_pattern: {},
    init_lora_weights: true,
  }),
  fromTensors: (name, facts, tensors) => ({
    name,
    ...facts,
    method: "lora",
    scaling: loraScaling(facts),
    modules: matricesOf(name, facts.rank, tensors),
  }),
  tensorsOf({ modules, rank }) {
    const tensors = new Map<string, AdapterTensor>();
    for (const [path, { a, b, inFeatures, outFeatures }] of modules) {
      tensors.set(peftKey(path, "lora_A.weight"), { shape: [rank, inFeatures], values: a });
      tensors.set(peftKey(path, "lora_B.weight"), { shape: [outFeatures, rank], values: b });
    }
    return tensors;
  },
  factsOf: (_spec, { rank, alpha, rsLora, ...settings }) => ({ rank, alpha, dropout: settings.dropout, rsLora }),
  decides: ({ modules, rank, alpha, rsLora, ...trained }) => ({
    settings: { targets: [...modules.keys()], rank, alpha, rsLora },
    defaults: { dropout: trained.dropout },
    labels: { rank: say`rank`, alpha: say`alpha`, rsLora: say`rank stabilization` },
  }),
  checkFits: (own, host) => checkModules(own, own.modules, host),
  around({ modules, rank, scaling }, path) {
    const matrices = modules.get(path);
    return matrices && { lowRank: { a: matrices.a, b: matrices.b, rank, scaling } };
  },
  label: ({ rank }) => say`LoRA, rank ${rank}`,
  describe({ rsLora, rank, alpha, scaling }) {
    const name = rsLora ? "rsLoRA" : "LoRA";
    return say`${name}, rank ${rank}, alpha ${alpha}, scaling ${Number(scaling.toPrecision(4))}`;
  },
  norms: (own) => [...own.modules].map(([path, matrices]) => ({ ...placeOf(path), norm: updateNorm(own, matrices) })),
  meaningOfNorms: "Norm of what is added to each weight:",
};

export const lora: Method<typeof fields, LoraSettings, LoraSpec, typeof adapter> = {
  name: "lora",
  title: "LoRA",
  summary: "Adds small trained matrices to the weights. Strongest effect; the usual choice.",
  fields,
  // Measured on an earlier embedded base, three epochs of CoNaLa: validation loss from 3.62 to 2.38 with 1e-3, to 2.41 with 2e-3.
  // For requests: decisions/0038.
  learningRates: { small: 1.5e-3, large: 3e-4, paper: 3e-4, requests: 3e-3 },
  resolve({ rank: asked, alpha, dropout: dropped, rsLora, targets }, { preset, paths, learnsRequests }) {
    const rank = asked ?? (learnsRequests ? ranks.requests : ranks.usual);
    return {
      rank,
      alpha: alpha ?? 2 * rank,
      dropout: dropped,
      rsLora,
      targets: targets ?? (preset === "paper" ? present(paperAttention, paths) : null),
    };
  },
  spec: ({ targets, rank, ...settings }, { config }) => ({
    method: "lora",
    targets: resolveTargets(targets, moduleShapes(config)),
    rank,
    scaling: loraScaling({ rank, ...settings }),
    dropout: settings.dropout,
  }),
  fingerprint: ({ targets, rank, alpha, rsLora, ...settings }) => ({
    targets: targets ? targets.join(", ") : "all",
    rank,
    alpha,
    dropout: settings.dropout,
    rsLora,
  }),
  attach,
  firstValues: (spec, _settings, { modules, seed }) => firstMatrices(spec, modules, seed),
  noiseWidth: (spec, modules) => {
    const targeted = targetedShapes(spec, modules);
    return spec.dropout === 0 || targeted.length === 0 ? null : Math.max(...targeted.map((shape) => shape.inFeatures));
  },
  // Two products forward (x·Aᵀ, then ·Bᵀ); each has the gradients of both factors.
  flops: (spec, { modules, tokens }) =>
    targetedShapes(spec, modules).reduce(
      (sum, { inFeatures, outFeatures }) => sum + 6 * spec.rank * (inFeatures + outFeatures) * tokens,
      0,
    ),
  adapter,
};

function targetedShapes({ targets }: LoraSpec, modules: Modules): ModuleShape[] {
  return [...modules].filter(([path]) => targets.has(path)).map(([, shape]) => shape);
}

/** Computes all targeted modules of a product at once, with A matrices stacked and B matrices in a block-diagonal matrix. */
function attach(spec: LoraSpec, parameterOf: ParameterOf, noise: Tensor | null): Attachment {
  const { rank, scaling, targets } = spec;
  const siteNumbers = new Map<string, number>();
  const dropped = (x: Tensor, path: string): Tensor => {
    if (!noise || spec.dropout === 0) return x;
    if (!siteNumbers.has(path)) siteNumbers.set(path, siteNumbers.size);
    return dropout(x, noise, spec.dropout, siteNumbers.get(path)!);
  };
  return {
    slots: {
      around: (modules, x, product) => {
        const targeted = modules.filter(({ path }) => targets.has(path));
        if (targeted.length === 0) return product(x);
        const a = targeted.map(({ path, inFeatures }) => {
          return parameterOf(peftKey(path, "lora_A.weight"), [rank, inFeatures]);
        });
        const b = modules.map((module) => {
          const index = targeted.indexOf(module);
          if (index < 0) return zeros([module.outFeatures, rank * targeted.length]);
          const own = parameterOf(peftKey(module.path, "lora_B.weight"), [module.outFeatures, rank]);
          return amongZeros(own, module.outFeatures, rank * index, rank * (targeted.length - index - 1));
        });
        const kept = noise ? 1 - spec.dropout : 1;
        const inner = matMul(dropped(x, modules[0]!.path), concat(a, 0), { transposeB: true, alpha: 1 / kept });
        return add(product(x), matMul(inner, concat(b, 0), { transposeB: true, alpha: scaling }));
      },
    },
  };
}

/** Returns x [rows, columns] with columns of zeros on both sides: one module's rows of the block-diagonal matrix. */
function amongZeros(x: Tensor, rows: number, before: number, behind: number): Tensor {
  const side = (columns: number): Tensor[] => (columns > 0 ? [zeros([rows, columns])] : []);
  return concat([...side(before), x, ...side(behind)], 1);
}

/**
 * Returns first values that do not change the base, as in PEFT: A is Kaiming-uniform with a = √5, which is uniform within
 * ±1/√in, and B is zero.
 */
function firstMatrices({ targets, rank }: LoraSpec, modules: Modules, seed: number): Map<string, Float32Array> {
  const values = new Map<string, Float32Array>();
  for (const path of targets) {
    const { inFeatures, outFeatures } = modules.get(path)!;
    const random = seededRandom(seed, `lora_A of ${path}`);
    const bound = 1 / Math.sqrt(inFeatures);
    const a = Float32Array.from({ length: rank * inFeatures }, () => (2 * random.next() - 1) * bound);
    values.set(peftKey(path, "lora_A.weight"), a);
    values.set(peftKey(path, "lora_B.weight"), new Float32Array(outFeatures * rank));
  }
  return values;
}
