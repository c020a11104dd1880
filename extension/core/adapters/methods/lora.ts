/** Low-rank adaptation (Hu et al. 2021, arXiv 2106.09685): y = W·x + scaling · B·A·x. */

import { seededRandom } from "../../foundation/random.ts";
import { dropout } from "../../graph/composites/activations.ts";
import { add } from "../../graph/primitives/elementwise.ts";
import { matMul } from "../../graph/primitives/matrix.ts";
import { concat, zeros } from "../../graph/primitives/shaping.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { peftKey } from "../peftTensors.ts";
import type { Attachment, ParameterOf } from "./attachment.ts";
import type { Modules } from "./targets.ts";

export interface LoraSpec {
  readonly method: "lora";
  /** Complete module paths. */
  readonly targets: ReadonlySet<string>;
  readonly rank: number;
  /** alpha/rank, or alpha/√rank for rsLoRA. */
  readonly scaling: number;
  /** The share of x that LoRA's path does not see in a step. */
  readonly dropout: number;
}

/**
 * All targeted modules of a product at once: their A one above the other, their B as a block-diagonal matrix.
 *
 * @param noise int32 [B, T, ≥in], uniform, for dropout; null where nothing is to be dropped
 */
export function attachLora(spec: LoraSpec, parameterOf: ParameterOf, noise: Tensor | null): Attachment {
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

/** [rows, columns] with columns of zeros on both sides: a module's share of a block-diagonal matrix. */
function amongZeros(x: Tensor, rows: number, before: number, behind: number): Tensor {
  const side = (columns: number): Tensor[] => (columns > 0 ? [zeros([rows, columns])] : []);
  return concat([...side(before), x, ...side(behind)], 1);
}

/**
 * First values that leave the base as it is, as in PEFT: A Kaiming-uniform with a = √5, which is uniform within 1/√in, and B
 * zero.
 */
export function firstLora({ targets, rank }: LoraSpec, modules: Modules, seed: number): Map<string, Float32Array> {
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
