/**
 * A parameter scope gives a model its weights and adapters. A model only calls `scope.linear({ o_proj: size }, x)`; the
 * scope finds the base weight, and wraps the active adapters around the matrix product.
 */

import { linear } from "../graph/composites/linear.ts";
import type { Weight } from "../graph/composites/weight.ts";
import { size } from "../graph/shape.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { WeightRequest } from "./weightRequest.ts";

/** A source of weights: an installed base, or a trace that only records requests. */
export interface WeightSource {
  matrix(request: WeightRequest): Weight;
  vector(request: WeightRequest): Tensor;
}

/** A linear module of the checkpoint that an adapter can attach to. */
export interface AdaptedModule {
  /** The full path, as PEFT names it, such as "model.layers.0.self_attn.q_proj". */
  readonly path: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** The hook for adapters around a matrix product. */
export interface AdapterSlots {
  /**
   * @param modules the modules that share the input; their outputs are concatenated in the product's last axis
   * @param x [B, T, in]
   * @param product computes the base's own x → [B, T, Σ out]
   */
  around(modules: readonly AdaptedModule[], x: Tensor, product: (x: Tensor) => Tensor): Tensor;
}

export interface ParameterScope {
  /** Returns a table of vectors, which is quantized more finely than other matrices. */
  table(name: string, rows: number, columns: number): Weight;
  /** Returns a small table of vectors that is never quantized, as float32 [rows, columns]. */
  exactTable(name: string, rows: number, columns: number): Tensor;
  /** Returns a vector by its whole key, such as "norm.weight". */
  vector(key: string, size: number): Tensor;
  /**
   * Computes x·Wᵀ (+ b) of one module, or of several that share the input; their outputs are concatenated.
   *
   * @param outFeatures the output size by module name, relative to this scope
   */
  linear(outFeatures: Readonly<Record<string, number>>, x: Tensor, options?: { readonly bias?: boolean }): Tensor;
  /** Returns the scope below, whose names start with `path`. */
  at(path: string): ParameterScope;
}

/** Returns the scope at the top of a model. */
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
