/**
 * Writes the result of a training: an adapter in PEFT's format with the record of what it has learned, or a model in the format of
 * transformers.
 */

import { methodOf, type MethodSpec } from "../../adapters/methods/methodNamed.ts";
import { adapterFiles, writeAdapter } from "../../adapters/formats/peftFolder.ts";
import { adapterFromTensors } from "../../adapters/formats/peftTensors.ts";
import { exportedFiles } from "../../baseModels/export/exportModel.ts";
import { writeTrainedModel } from "../../baseModels/export/trainedModel.ts";
import type { InstalledBase } from "../../baseModels/installedBase.ts";
import type { NamedTensor } from "../optimizers/optimizer.ts";
import type { ResolvedSettings } from "../settings.ts";
import { learnedName, readLearnedFiles, writeLearnedFiles } from "../data/learnedFiles.ts";
import type { OutputFiles } from "./outputFolder.ts";

/** The name of the folder of refreshes in an adapter's folder. A new training replaces the adapter together with its refreshes. */
export const refreshesName = "refreshes";

interface Trained {
  readonly spec: MethodSpec;
  readonly settings: ResolvedSettings;
  readonly base: InstalledBase;
  /** The adapter's name. */
  readonly name: string;
  /** The folder of the run's token files. */
  readonly dataFolder: string;
}

export function trainedFiles(
  { spec, settings, base, name, dataFolder }: Trained,
  parameters: readonly NamedTensor[],
): OutputFiles {
  const kind = methodOf(spec.method).adapter;
  if (!kind) {
    return { names: exportedFiles, write: (folder) => writeTrainedModel(folder, base, parameters) };
  }
  const { repository, identity } = base;
  const facts = {
    method: spec.method,
    baseModel: repository ?? base.name,
    ...(identity !== undefined && { baseIdentity: identity }),
    ...kind.factsOf(spec, settings),
  };
  const tensors = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const adapter = adapterFromTensors(name, facts, tensors);
  return {
    names: new Set([...adapterFiles, learnedName, refreshesName]),
    write: async (folder) => {
      await writeAdapter(folder, adapter);
      await writeLearnedFiles(folder, await readLearnedFiles(dataFolder));
    },
  };
}
