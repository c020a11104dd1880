/**
 * Adapters for inference: graph inputs around the matrix products that adapters change, so that swapping adapters only changes the
 * fed values. Products that no adapter changes stay as they are: a step of a small model takes longer with inputs that do nothing.
 *
 * All modules of one product share a pair of LoRA matrices (stacked, and block-diagonal on the output side), because few large
 * products are faster than many small ones. Rank 0 and factors of 1 give exactly the base.
 *
 *     x ─·in─┬─ product ────────(+)─·out─ y
 *            └─ ·A [in, R] ─ ·B ─┘
 */

import { add, mul } from "../graph/primitives/elementwise.ts";
import { matMul } from "../graph/primitives/matrix.ts";
import { input, type Tensor } from "../graph/tensor.ts";
import type { AdaptedModule, AdapterSlots } from "../architectures/parameterScope.ts";
import type { Adapter } from "./adapter.ts";
import { kindOf } from "./methods/methodNamed.ts";
import type { ModuleUpdate } from "./origin.ts";

/** An input of the graph, for adapters. */
export interface Slot {
  readonly name: string;
  /** See {@link slotValues}. */
  valueOf(active: readonly ActiveAdapter[], leastRank: number): SlotValue;
}

/** A tensor to feed to the graph. */
export interface SlotValue {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** An adapter in use, with its strength. */
export interface ActiveAdapter {
  readonly adapter: Adapter;
  /** 1 applies the adapter as trained, 0 gives the base. */
  readonly scale: number;
}

/** The changes of adapters: a module's path and the key of its {@link ModuleUpdate}, such as "model.layers.0.mlp.up_proj lowRank". */
export type Changes = ReadonlySet<string>;

/** @param paths all modules of the base */
export function changesOf(paths: Iterable<string>, active: readonly ActiveAdapter[]): Changes {
  const changes = new Set<string>();
  for (const path of paths) {
    for (const one of active) for (const key of Object.keys(updateOf(one, path) ?? {})) changes.add(`${path} ${key}`);
  }
  return changes;
}

/** Returns everything that any adapter may change. */
export function allChanges(paths: Iterable<string>): Changes {
  const keys: readonly (keyof ModuleUpdate)[] = ["lowRank", "input", "output"];
  return new Set([...paths].flatMap((path) => keys.map((key) => `${path} ${key}`)));
}

/** Returns slots for a graph under construction, only where `changes` need them. Building the graph fills `inputs`. */
export function servingSlots(changes: Changes): { readonly slots: AdapterSlots; readonly inputs: readonly Slot[] } {
  const inputs: Slot[] = [];
  let products = 0;
  const slots: AdapterSlots = {
    around: (modules, x, product) => {
      // The runtime looks up each input by name several times in each run, so names are short.
      const site = `adapters.${products++}`;
      const isChanged = (key: keyof ModuleUpdate): boolean => modules.some(({ path }) => changes.has(`${path} ${key}`));
      const slot = (name: string, shape: readonly (number | string)[], valueOf: Slot["valueOf"]): Tensor => {
        inputs.push({ name: `${site}.${name}`, valueOf });
        return input(`${site}.${name}`, "float32", shape);
      };
      const factor = (name: string, side: "input" | "output"): Tensor =>
        slot(name, [width(modules, side)], (active) => factors(modules, active, side));
      const scaled = isChanged("input") ? mul(x, factor("in", "input")) : x;
      let y = product(scaled);
      if (isChanged("lowRank")) {
        const rank = `${site}.rank`;
        const a = slot("A", [width(modules, "input"), rank], (...use) => stackedA(modules, ...use));
        const b = slot("B", [rank, width(modules, "output")], (...use) => stackedB(modules, ...use));
        y = add(y, matMul(matMul(scaled, a), b));
      }
      return isChanged("output") ? mul(y, factor("out", "output")) : y;
    },
  };
  return { slots, inputs };
}

/**
 * Returns the values to feed so that the graph computes with the `active` adapters; without any, it computes the base. The adapters
 * must fit the graph, and it must have slots for their changes. Virtual tokens are fed elsewhere.
 *
 * @param leastRank rank of a site without LoRA; matrices of rank 1 are zeros. Some devices cannot multiply by empty matrices.
 */
export function slotValues(
  slots: readonly Slot[],
  active: readonly ActiveAdapter[],
  leastRank: 0 | 1 = 0,
): Record<string, SlotValue> {
  return Object.fromEntries(slots.map((slot) => [slot.name, slot.valueOf(active, leastRank)]));
}

/** Returns A of all adapters and modules of a product, side by side: [in, R]. */
function stackedA(modules: readonly AdaptedModule[], active: readonly ActiveAdapter[], leastRank: number): SlotValue {
  const { parts, rank } = lowRankParts(modules, active, leastRank);
  const inFeatures = width(modules, "input");
  const values = new Float32Array(inFeatures * rank);
  for (const { a, rank: own, first } of parts) {
    for (let r = 0; r < own; r++) {
      for (let i = 0; i < inFeatures; i++) values[i * rank + first + r] = a[r * inFeatures + i]!;
    }
  }
  return { values, shape: [inFeatures, rank] };
}

/** Returns B of all adapters and modules of a product, each at its modules' outputs, with their factors: [R, out]. */
function stackedB(modules: readonly AdaptedModule[], active: readonly ActiveAdapter[], leastRank: number): SlotValue {
  const { parts, rank } = lowRankParts(modules, active, leastRank);
  const outputs = width(modules, "output");
  const values = new Float32Array(rank * outputs);
  for (const { b, rank: own, first, outFeatures, offset, factor } of parts) {
    for (let r = 0; r < own; r++) {
      for (let o = 0; o < outFeatures; o++) values[(first + r) * outputs + offset + o] = b[o * own + r]! * factor;
    }
  }
  return { values, shape: [rank, outputs] };
}

interface LoraPart {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly rank: number;
  /** Index of the part's first row among the ranks of all parts. */
  readonly first: number;
  readonly outFeatures: number;
  /** Index of the module's first output in the outputs of the product. */
  readonly offset: number;
  readonly factor: number;
}

function lowRankParts(
  modules: readonly AdaptedModule[],
  active: readonly ActiveAdapter[],
  leastRank: number,
): { readonly parts: readonly LoraPart[]; readonly rank: number } {
  const parts: LoraPart[] = [];
  let rank = 0;
  for (const one of active) {
    for (const [i, { path, outFeatures }] of modules.entries()) {
      const lowRank = updateOf(one, path)?.lowRank;
      if (!lowRank) continue;
      const place = { first: rank, outFeatures, offset: offsetOf(modules, i) };
      parts.push({ ...lowRank, ...place, factor: lowRank.scaling * one.scale });
      rank += lowRank.rank;
    }
  }
  return { parts, rank: Math.max(leastRank, rank) };
}

function updateOf({ adapter }: ActiveAdapter, path: string): ModuleUpdate | undefined {
  return kindOf(adapter).around?.(adapter, path);
}

/** Returns the factors on one side of a product: the product of all adapters' factors, or 1 without any. */
function factors(
  modules: readonly AdaptedModule[],
  active: readonly ActiveAdapter[],
  side: "input" | "output",
): SlotValue {
  const values = new Float32Array(width(modules, side)).fill(1);
  for (const one of active) {
    for (const [i, { path }] of modules.entries()) {
      const found = updateOf(one, path)?.[side];
      if (!found) continue;
      const offset = side === "input" ? 0 : offsetOf(modules, i);
      for (const [j, factor] of found.entries()) values[offset + j]! *= 1 + one.scale * (factor - 1);
    }
  }
  return { values, shape: [values.length] };
}

function width(modules: readonly AdaptedModule[], side: "input" | "output"): number {
  return side === "input" ? modules[0]!.inFeatures : offsetOf(modules, modules.length);
}

function offsetOf(modules: readonly AdaptedModule[], index: number): number {
  return modules.slice(0, index).reduce((sum, { outFeatures }) => sum + outFeatures, 0);
}
