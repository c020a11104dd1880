/** Turns the form into the train request: folders, data, and the share to hold out. */

import { join } from "node:path";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import { isPaperDataset, paperDatasets, type PaperPlaces } from "../../core/dataset/paperDatasets.ts";
import type { TrainOptions } from "../../core/training/request.ts";
import type { TrainingForm } from "../../../webview/protocol/training.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { Configuration } from "../configuration.ts";
import type { Engine } from "../completion/engine.ts";
import type { Snippets } from "./snippets.ts";
import { countFiles, type WorkspaceSources } from "./workspaceSources.ts";

export interface TrainingPlaces {
  places: BasePlaces & PaperPlaces;
  engine: Pick<Engine, "base">;
  configuration: Pick<Configuration, "get">;
  library: AdapterLibrary;
  sources: WorkspaceSources;
  snippets: Pick<Snippets, "folder">;
}

/** An unfinished training has its own base, data and settings, whatever the window's are now. */
export function resumeOptions(name: string, { places, library, configuration }: TrainingPlaces): TrainOptions {
  const device = configuration.get("device");
  return { ...places, base: "", data: [], resume: true, device, out: join(library.folder, name) };
}

export async function trainOptions(form: TrainingForm, where: TrainingPlaces): Promise<TrainOptions> {
  const { places, engine, library, configuration } = where;
  const data = dataOf(form, where);
  const held = await heldOut(data);
  return {
    ...places,
    base: engine.base,
    data,
    ...methodOptions(form.method),
    ...(form.preset !== undefined && { preset: form.preset }),
    ...(form.epochs !== undefined && { epochs: form.epochs }),
    ...(held !== undefined && { validation: held }),
    ...(form.include !== undefined && { include: form.include }),
    device: configuration.get("device"),
    out: join(library.folder, form.name),
  };
}

/** Folders, a file, or the names of the paper's data sets. */
function dataOf({ data }: TrainingForm, { sources, snippets }: TrainingPlaces): string[] {
  switch (data.kind) {
    case "path":
      return [data.path];
    case "workspace":
      return sources.folders();
    case "snippets":
      return [snippets.folder];
    case "joint":
      return [...paperDatasets];
    default:
      return [data.kind];
  }
}

function methodOptions(
  chosen: TrainingForm["method"],
): Pick<TrainOptions, "method" | "rank" | "alpha" | "virtualTokens"> {
  const { name: method, ...size } = chosen;
  return { method, ...size, ...("rank" in size && { alpha: 2 * size.rank }) };
}

/**
 * The share to hold out for validation. A few Python files hold out none, because training needs them all; data with a
 * validation part needs none.
 */
async function heldOut(data: readonly string[]): Promise<string | undefined> {
  if (data.every(isPaperDataset)) return undefined;
  if (data.every((path) => path.endsWith(".jsonl"))) return "0.1";
  return (await countFiles(data)) >= 10 ? "0.1" : undefined;
}
