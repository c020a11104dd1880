/**
 * Where a model meets its weights and its adapters. A model says `scope.linear("self_attn.o_proj", x, …)` and knows no more:
 * the scope finds the base weight, and lets the adapters that are asked for around the product.
 */

import { linear } from "../graph/composites/linear.ts";
import type { Weight } from "../graph/composites/weight.ts";
import { size } from "../graph/shape.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { WeightRequest } from "./weightRequest.ts";

/** Where weights come from: an installed base, or a recorder that only notes what is asked for. */
export interface WeightSource {
  matrix(request: WeightRequest): Weight;
  vector(request: WeightRequest): Tensor;
}

/** One linear module of the checkpoint, to which an adapter may attach. */
export interface AdaptedModule {
  /** Its full path, such as "model.layers.0.self_attn.q_proj", as PEFT names it. */
  readonly path: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** What adapters do around one product. */
export interface AdapterSlots {
  /**
   * @param modules the modules that share the input; their outputs stand side by side in the product's last axis.
   * @param x [B, T, in]
   * @param product the base's own x → [B, T, Σ out]
   */
  around(modules: readonly AdaptedModule[], x: Tensor, product: (x: Tensor) => Tensor): Tensor;
}

export interface ParameterScope {
  /** A table of vectors, quantized more finely than other matrices. */
  table(name: string, rows: number, columns: number): Weight;
  /** A small table of vectors that is never quantized, as float32 [rows, columns]. */
  exactTable(name: string, rows: number, columns: number): Tensor;
  /** A vector by its whole key, such as "norm.weight". */
  vector(key: string, size: number): Tensor;
  /**
   * x·Wᵀ (+ b) of one module, or of several that share the input, whose outputs are then side by side.
   *
   * @param outFeatures by module name, relative to this scope.
   */
  linear(outFeatures: Readonly<Record<string, number>>, x: Tensor, options?: { readonly bias?: boolean }): Tensor;
  /** The scope below, whose names start with `path`. */
  at(path: string): ParameterScope;
}

/** The scope at the top of a model. */
export function parameterScope(weights: WeightSource, slots: AdapterSlots, prefix = ""): ParameterScope {
  return {
    at: (path) => parameterScope(weights, slots, `${prefix}${path}.`),
    table: (name, rows, columns) =>
      weights.matrix({ names: [`${prefix}${name}.weight`], shapes: [[rows, columns]], role: "embedding" }),
    exactTable: (name, rows, columns) =>
      weights.matrix({ names: [`${prefix}${name}.weight`], shapes: [[rows, columns]], role: "vector" }).value,
    vector: (key, length) => weights.vector({ names: [`${prefix}${key}`], shapes: [[length]], role: "vector" }),
    linear: (outFeatures, x, { bias = false } = {}) => {
      const inFeatures = size(x, -1);
      const modules = Object.entries(outFeatures).map(([name, out]): AdaptedModule => {
        return { path: `${prefix}${name}`, inFeatures, outFeatures: out };
      });
      const matrix = weights.matrix({
        names: modules.map((module) => `${module.path}.weight`),
        shapes: modules.map((module) => [module.outFeatures, inFeatures]),
        role: "linear",
      });
      const added = bias
        ? weights.vector({
            names: modules.map((module) => `${module.path}.bias`),
            shapes: modules.map((module) => [module.outFeatures]),
            role: "vector",
          })
        : null;
      return slots.around(modules, x, (input) => linear(input, matrix, added));
    },
  };
}
