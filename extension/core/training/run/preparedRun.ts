/** A training that is ready to take steps, whether new or resumed, and the source of its first values. */

import type { Adapter } from "../../adapters/adapter.ts";
import { checkAdapterFits } from "../../adapters/fit/adapterFit.ts";
import type { MethodSpec } from "../../adapters/methods/methodNamed.ts";
import { readAdapter } from "../../adapters/formats/peftFolder.ts";
import { valuesOf } from "../../adapters/formats/peftTensors.ts";
import type { Log } from "../../foundation/log.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { Checkpoint } from "../output/checkpoint.ts";
import { firstValues } from "../firstValues.ts";
import type { ResolvedSettings } from "../settings.ts";
import type { TrainingData } from "../data/trainingData.ts";
import type { TrainingRun } from "./trainingRun.ts";

export interface PreparedRun {
  /** A new training writes this run before its first step. */
  readonly run: Omit<TrainingRun, "version">;
  readonly base: InstalledBase;
  readonly spec: MethodSpec;
  readonly data: TrainingData;
  /** The parameters' first values by name. */
  readonly first: ReadonlyMap<string, Float32Array>;
  /** The checkpoint to resume from; absent if no step is done yet. */
  readonly checkpoint?: Checkpoint | undefined;
}

/** Reads the adapter that a training starts from, if any, and checks that it fits the base. */
export async function startOf(init: string | undefined, base: InstalledBase): Promise<Adapter | undefined> {
  if (init === undefined) return undefined;
  const initial = await readAdapter(init);
  checkAdapterFits(initial, base);
  return initial;
}

export async function firstOf(
  spec: MethodSpec,
  settings: ResolvedSettings,
  base: InstalledBase,
  { initial, ...means }: { initial: Adapter | undefined; tokenizer: Tokenizer; log: Log },
): Promise<ReadonlyMap<string, Float32Array>> {
  return initial ? valuesOf(initial) : await firstValues(spec, settings, base, means);
}
