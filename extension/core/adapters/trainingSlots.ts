/** Adapters for training: PEFT's own tensors as graph inputs, one set a module, so that gradients arrive in PEFT's layout. */

import { dropout } from "../graph/composites/activations.ts";
import { add, mul } from "../graph/primitives/elementwise.ts";
import { matMul } from "../graph/primitives/matrix.ts";
import { concat, reshape, zeros } from "../graph/primitives/shaping.ts";
import { constant, input, type Tensor } from "../graph/tensor.ts";
import type { AdaptedModule, AdapterSlots } from "../models/site.ts";

/** What is trained. Module paths are complete; {@link AdaptedModule.path}. */
export type AdapterSpec = LoraSpec | Ia3Spec;

/** Low-rank adaptation (Hu et al. 2021): y = W·x + scaling · B·A·x. */
export interface LoraSpec {
  readonly method: "lora";
  readonly targets: ReadonlySet<string>;
  readonly rank: number;
  /** alpha/rank, or alpha/√rank for rsLoRA. */
  readonly scaling: number;
  /** The share of x that LoRA's path does not see in a step. */
  readonly dropout: number;
}

/** Scaling of activations (Liu et al. 2022): y = l ⊙ (W·x), or y = W·(l ⊙ x). */
export interface Ia3Spec {
  readonly method: "ia3";
  readonly targets: ReadonlySet<string>;
  /** The targets whose input is scaled, instead of their output. */
  readonly feedForward: ReadonlySet<string>;
}

export interface TrainingSlots {
  readonly slots: AdapterSlots;
  /** By PEFT's key, in the order of the model; complete once the graph is built. */
  readonly parameters: ReadonlyMap<string, Tensor>;
}

/** A module's trainable tensor: the same one however often it is asked for, as a recomputed layer does. */
type ParameterOf = (path: string, part: string, shape: readonly number[]) => Tensor;

/** @param noise uniform numbers [B, T, ≥in] for dropout; null where nothing is to be dropped. */
export function trainingSlots(spec: AdapterSpec, noise: Tensor | null): TrainingSlots {
  const parameters = new Map<string, Tensor>();
  const parameterOf: ParameterOf = (path, part, shape) => {
    const name = `base_model.model.${path}.${part}`;
    const parameter = parameters.get(name) ?? input(name, "float32", shape);
    parameters.set(name, parameter);
    return parameter;
  };
  const attached = spec.method === "lora" ? lora(spec, parameterOf, noise) : ia3(spec, parameterOf);
  const slots: AdapterSlots = {
    around: (modules, x, product) =>
      modules.some(({ path }) => spec.targets.has(path)) ? attached.around(modules, x, product) : product(x),
  };
  return { slots, parameters };
}

/** All targeted modules of a product at once: their A one above the other, their B as a block-diagonal matrix. */
function lora(spec: LoraSpec, parameterOf: ParameterOf, noise: Tensor | null): AdapterSlots {
  const { rank, scaling } = spec;
  const siteNumbers = new Map<string, number>();
  const dropped = (x: Tensor, path: string): Tensor => {
    if (!noise || spec.dropout === 0) return x;
    if (!siteNumbers.has(path)) siteNumbers.set(path, siteNumbers.size);
    return dropout(x, noise, spec.dropout, siteNumbers.get(path)!);
  };
  return {
    around: (modules, x, product) => {
      const targeted = modules.filter(({ path }) => spec.targets.has(path));
      const a = targeted.map(({ path, inFeatures }) => parameterOf(path, "lora_A.weight", [rank, inFeatures]));
      const b = modules.map((module) => {
        const index = targeted.indexOf(module);
        if (index < 0) return zeros([module.outFeatures, rank * targeted.length]);
        const own = parameterOf(module.path, "lora_B.weight", [module.outFeatures, rank]);
        return amongZeros(own, module.outFeatures, rank * index, rank * (targeted.length - index - 1));
      });
      const inner = matMul(dropped(x, modules[0]!.path), concat(a, 0), { transposeB: true });
      return add(product(x), matMul(inner, concat(b, 0), { transposeB: true, alpha: scaling }));
    },
  };
}

function ia3(spec: Ia3Spec, parameterOf: ParameterOf): AdapterSlots {
  const factors = ({ path, outFeatures }: AdaptedModule): Tensor =>
    spec.targets.has(path)
      ? reshape(parameterOf(path, "ia3_l", [outFeatures, 1]), [outFeatures])
      : constant(new Float32Array(outFeatures).fill(1), [outFeatures]);
  return {
    around: (modules, x, product) => {
      const [first] = modules;
      if (modules.length > 1 || !spec.feedForward.has(first!.path))
        return mul(product(x), concat(modules.map(factors), 0));
      const { path, inFeatures } = first!;
      return product(mul(x, reshape(parameterOf(path, "ia3_l", [1, inFeatures]), [inFeatures])));
    },
  };
}

/** [rows, columns] with columns of zeros on both sides: a module's share of a block-diagonal matrix. */
function amongZeros(x: Tensor, rows: number, before: number, behind: number): Tensor {
  const side = (columns: number): Tensor[] => (columns > 0 ? [zeros([rows, columns])] : []);
  return concat([...side(before), x, ...side(behind)], 1);
}
