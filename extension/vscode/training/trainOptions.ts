/** From the form to what the training is asked: where things lie, and what of the data is held out. */

import { join } from "node:path";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import type { TrainOptions } from "../../core/training/train.ts";
import type { TrainingForm } from "../../../webview/protocol.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { Engine } from "../completion/engine.ts";
import { countPythonFiles, type WorkspaceSources } from "./workspaceSources.ts";

export interface TrainingPlaces {
  places: BasePlaces & { dataFolder: string };
  engine: Pick<Engine, "base">;
  library: AdapterLibrary;
  sources: WorkspaceSources;
}

export async function trainOptions(form: TrainingForm, resume: boolean, where: TrainingPlaces): Promise<TrainOptions> {
  const { places, engine, library, sources } = where;
  const data = form.data.kind === "path" ? [form.data.path] : sources.folders();
  const held = await heldOut(data);
  return {
    ...places,
    base: engine.base,
    data,
    ...methodOptions(form.method),
    epochs: form.epochs,
    ...(held !== undefined && { validation: held }),
    resume,
    out: join(library.folder, form.name),
  };
}

function methodOptions(
  chosen: TrainingForm["method"],
): Pick<TrainOptions, "method" | "rank" | "alpha" | "virtualTokens"> {
  const { name: method, ...size } = chosen;
  return { method, ...size, ...("rank" in size && { alpha: 2 * size.rank }) };
}

/** The share to hold out for validation; none of a few Python files, which are all needed to learn from. */
async function heldOut(data: readonly string[]): Promise<string | undefined> {
  if (data.every((path) => path.endsWith(".jsonl"))) return "0.1";
  return (await countPythonFiles(data)) >= 10 ? "0.1" : undefined;
}
