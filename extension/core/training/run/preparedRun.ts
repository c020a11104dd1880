/** A training that can take its steps, however it came about; and where its first values come from. */

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
  /** To be written before the first step of a training that begins. */
  readonly run: Omit<TrainingRun, "version">;
  readonly base: InstalledBase;
  readonly spec: MethodSpec;
  readonly data: TrainingData;
  /** Of the parameters, by their names. */
  readonly first: ReadonlyMap<string, Float32Array>;
  /** What it goes on from; absent where no step is done yet. */
  readonly checkpoint?: Checkpoint | undefined;
}

/** The adapter that a training goes on from. */
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
