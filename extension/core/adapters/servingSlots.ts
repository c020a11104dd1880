/**
 * Adapters for inference: graph inputs around every matrix product, so that swapping adapters only changes the fed values.
 *
 * All modules of one product share a pair of LoRA matrices (stacked, and block-diagonal on the output side), because few large
 * products are faster than many small ones. Rank 0 and factors of 1 give exactly the base.
 *
 *     x ─·in─┬─ product ────────(+)─·out─ y
 *            └─ ·A [in, R] ─ ·B ─┘
 */

import { add, mul } from "../graph/primitives/elementwise.ts";
import { matMul } from "../graph/primitives/matrix.ts";
import { input } from "../graph/tensor.ts";
import type { AdaptedModule, AdapterSlots } from "../architectures/parameterScope.ts";
import type { Adapter } from "./adapter.ts";
import { kindOf } from "./methods/methodNamed.ts";
import type { ModuleUpdate } from "./origin.ts";

/** The modules of one matrix product in the graph. */
export interface SlotSite {
  readonly name: string;
  readonly modules: readonly AdaptedModule[];
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

/** Returns slots for a graph under construction. Building the graph fills `sites`. */
export function servingSlots(): { readonly slots: AdapterSlots; readonly sites: readonly SlotSite[] } {
  const sites: SlotSite[] = [];
  const slots: AdapterSlots = {
    around: (modules, x, product) => {
      const name = modules.map(({ path }) => path).join("+");
      sites.push({ name, modules });
      const [inFeatures, outFeatures] = widths(modules);
      const scaled = mul(x, input(`${name}.in`, "float32", [inFeatures]));
      const a = input(`${name}.A`, "float32", [inFeatures, `${name}.rank`]);
      const b = input(`${name}.B`, "float32", [`${name}.rank`, outFeatures]);
      const y = add(product(scaled), matMul(matMul(scaled, a), b));
      return mul(y, input(`${name}.out`, "float32", [outFeatures]));
    },
  };
  return { slots, sites };
}

/**
 * Returns the values to feed so that the graph computes with the `active` adapters, which must fit it; without any, it computes
 * the base. Virtual tokens are fed elsewhere.
 *
 * @param leastRank rank of a site without LoRA; matrices of rank 1 are zeros. Some devices cannot multiply by empty matrices.
 */
export function slotValues(
  sites: readonly SlotSite[],
  active: readonly ActiveAdapter[],
  leastRank: 0 | 1 = 0,
): Record<string, SlotValue> {
  const values: Record<string, SlotValue> = {};
  for (const { name, modules } of sites) {
    const { a, b } = loraValues(modules, active, leastRank);
    values[`${name}.A`] = a;
    values[`${name}.B`] = b;
    values[`${name}.in`] = factors(modules, active, "input");
    values[`${name}.out`] = factors(modules, active, "output");
  }
  return values;
}

function loraValues(
  modules: readonly AdaptedModule[],
  active: readonly ActiveAdapter[],
  leastRank: number,
): { a: SlotValue; b: SlotValue } {
  const [inFeatures, outFeatures] = widths(modules);
  const parts = active.flatMap((one) => modules.flatMap((module, i) => lowRankOf(one, module, offsetOf(modules, i))));
  const rank = Math.max(
    leastRank,
    parts.reduce((sum, part) => sum + part.rank, 0),
  );
  const a = new Float32Array(inFeatures * rank);
  const b = new Float32Array(rank * outFeatures);
  let first = 0;
  for (const part of parts) {
    for (let r = 0; r < part.rank; r++) {
      for (let i = 0; i < inFeatures; i++) a[i * rank + first + r] = part.a[r * inFeatures + i]!;
      for (let o = 0; o < part.outFeatures; o++) {
        b[(first + r) * outFeatures + part.offset + o] = part.b[o * part.rank + r]! * part.factor;
      }
    }
    first += part.rank;
  }
  return { a: { values: a, shape: [inFeatures, rank] }, b: { values: b, shape: [rank, outFeatures] } };
}

interface LoraPart {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly rank: number;
  readonly outFeatures: number;
  /** Index of the module's first output in the outputs of the product. */
  readonly offset: number;
  readonly factor: number;
}

function lowRankOf(active: ActiveAdapter, { path, outFeatures }: AdaptedModule, offset: number): LoraPart[] {
  const lowRank = updateOf(active, path)?.lowRank;
  return lowRank ? [{ ...lowRank, outFeatures, offset, factor: lowRank.scaling * active.scale }] : [];
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
  const [inFeatures, outFeatures] = widths(modules);
  const values = new Float32Array(side === "input" ? inFeatures : outFeatures).fill(1);
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

function widths(modules: readonly AdaptedModule[]): [inFeatures: number, outFeatures: number] {
  return [modules[0]!.inFeatures, offsetOf(modules, modules.length)];
}

function offsetOf(modules: readonly AdaptedModule[], index: number): number {
  return modules.slice(0, index).reduce((sum, { outFeatures }) => sum + outFeatures, 0);
}
