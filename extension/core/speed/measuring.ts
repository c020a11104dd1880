/** Helpers of the speed benchmarks: rows, medians, random tokens and adapters. */

import { lora, type LoraAdapter } from "../adapters/methods/lora.ts";
import { median } from "../foundation/numbers/median.ts";
import type { Random } from "../foundation/random.ts";
import type { InstalledBase } from "../baseModels/installedBase.ts";
import { moduleShapes } from "../architectures/architectures.ts";
import type { ModelConfig } from "../architectures/config.ts";

import type { Placement } from "../runtime/device.ts";

export interface SpeedRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

export interface BenchOptions {
  /** The CPU by default. */
  readonly placement?: Placement | undefined;
}

/** The rank of the LoRA adapters that are measured. */
export const rank = 16;

/** Returns the median of `runs` timed runs, after one run to warm up. */
export async function medianSeconds(runs: number, work: () => Promise<void>): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i <= runs; i++) {
    const start = performance.now();
    await work();
    if (i > 0) seconds.push((performance.now() - start) / 1000);
  }
  return median(seconds);
}

export function randomIds(random: Random, { vocabularySize }: ModelConfig, count: number): number[] {
  return Array.from({ length: Math.floor(count) }, () => random.integer(vocabularySize));
}

export function randomLora(base: InstalledBase, random: Random): LoraAdapter {
  const values = (count: number): Float32Array => Float32Array.from({ length: count }, () => 0.02 * random.normal());
  const modules = [...moduleShapes(base.config)].map(([path, { inFeatures, outFeatures }]) => {
    return [path, { a: values(rank * inFeatures), b: values(outFeatures * rank), inFeatures, outFeatures }] as const;
  });
  const scaling = { rank, alpha: 2 * rank, scaling: 2, rsLora: false, dropout: 0.05 };
  return { method: lora.name, name: "bench", baseModel: base.name, ...scaling, modules: new Map(modules) };
}
