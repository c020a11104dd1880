/** Adapters for training: PEFT's own tensors as graph inputs, one set a module, so that gradients arrive in PEFT's layout. */

import { internalError } from "../base/errors.ts";
import { dropout } from "../graph/composites/activations.ts";
import { add, mul } from "../graph/primitives/elementwise.ts";
import { matMul } from "../graph/primitives/matrix.ts";
import { concat, reshape, zeros } from "../graph/primitives/shaping.ts";
import { constant, input, type Tensor } from "../graph/tensor.ts";
import { noAdapters, type AdaptedModule, type AdapterSlots } from "../models/site.ts";

/** What is trained. Module paths are complete; {@link AdaptedModule.path}. */
export type AdapterSpec =
  | {
      readonly method: "lora";
      readonly targets: ReadonlySet<string>;
      readonly rank: number;
      /** alpha/rank, or alpha/√rank for rsLoRA. */
      readonly scaling: number;
      readonly dropout: number;
    }
  | {
      readonly method: "ia3";
      readonly targets: ReadonlySet<string>;
      /** The targets whose input is scaled, instead of their output. */
      readonly feedForward: ReadonlySet<string>;
    };

export interface TrainingSlots {
  readonly slots: AdapterSlots;
  /** By PEFT's key, in the order of the model; complete once the graph is built. */
  readonly parameters: ReadonlyMap<string, Tensor>;
}

/** @param noise uniform numbers [B, T, ≥in] for dropout; null where nothing is to be dropped. */
export function trainingSlots(spec: AdapterSpec, noise: Tensor | null): TrainingSlots {
  const parameters = new Map<string, Tensor>();
  // A recomputed layer asks again, and must get the very same tensors.
  const parameter = (path: string, part: string, shape: readonly number[]): Tensor => {
    const name = `base_model.model.${path}.${part}`;
    const known = parameters.get(name) ?? input(name, "float32", shape);
    parameters.set(name, known);
    return known;
  };
  const siteNumbers = new Map<string, number>();
  const siteNumber = (path: string): number => {
    if (!siteNumbers.has(path)) siteNumbers.set(path, siteNumbers.size);
    return siteNumbers.get(path)!;
  };

  /** y = W·x + scaling · B·A·drop(x), for all targeted modules of a product at once. */
  const lora = (modules: readonly AdaptedModule[], x: Tensor, product: (x: Tensor) => Tensor): Tensor => {
    if (spec.method !== "lora") throw internalError("not LoRA");
    const { rank, scaling } = spec;
    const targeted = modules.filter(({ path }) => spec.targets.has(path));
    const a = targeted.map(({ path, inFeatures }) => parameter(path, "lora_A.weight", [rank, inFeatures]));
    const b = modules.map((module) => {
      const index = targeted.indexOf(module);
      if (index < 0) return zeros([module.outFeatures, rank * targeted.length]);
      const own = parameter(module.path, "lora_B.weight", [module.outFeatures, rank]);
      return amongZeros(own, module.outFeatures, rank * index, rank * (targeted.length - index - 1));
    });
    const { path } = modules[0]!;
    const dropped = noise && spec.dropout > 0 ? dropout(x, noise, spec.dropout, siteNumber(path)) : x;
    const inner = matMul(dropped, concat(a, 0), { transposeB: true });
    return add(product(x), matMul(inner, concat(b, 0), { transposeB: true, alpha: scaling }));
  };

  /** y = l ⊙ (W·x), or W·(l ⊙ x) for feed-forward modules. */
  const ia3 = (modules: readonly AdaptedModule[], x: Tensor, product: (x: Tensor) => Tensor): Tensor => {
    if (spec.method !== "ia3") throw internalError("not IA3");
    const [first] = modules;
    if (modules.length === 1 && spec.feedForward.has(first!.path)) {
      const { path, inFeatures } = first!;
      return product(mul(x, reshape(parameter(path, "ia3_l", [1, inFeatures]), [inFeatures])));
    }
    const factors = modules.map(({ path, outFeatures }) =>
      spec.targets.has(path)
        ? reshape(parameter(path, "ia3_l", [outFeatures, 1]), [outFeatures])
        : constant(new Float32Array(outFeatures).fill(1), [outFeatures]),
    );
    return mul(product(x), concat(factors, 0));
  };

  const slots: AdapterSlots = {
    around: (modules, x, product) => {
      const attach = modules.some(({ path }) => spec.targets.has(path)) ? { lora, ia3 }[spec.method] : noAdapters.around;
      return attach(modules, x, product);
    },
  };
  return { slots, parameters };
}

/** [rows, columns] with columns of zeros on both sides: a module's share of a block-diagonal matrix. */
function amongZeros(x: Tensor, rows: number, before: number, behind: number): Tensor {
  const side = (columns: number): Tensor[] => (columns > 0 ? [zeros([rows, columns])] : []);
  return concat([...side(before), x, ...side(behind)], 1);
}
