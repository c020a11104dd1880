/** Turns the form into the train request: folders, data, and the share to hold out. */

import { join } from "node:path";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import { isPaperDataset, paperDatasets, type PaperPlaces } from "../../core/dataset/paperDatasets.ts";
import type { TrainOptions } from "../../core/training/trainRequest.ts";
import type { TrainingForm } from "../../../webview/protocol/training.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { Configuration } from "../configuration.ts";
import type { Engine } from "../completion/engine.ts";
import type { WorkspaceCommits } from "./data/workspaceCommits.ts";
import type { Snippets } from "./data/snippets.ts";
import type { WorkspaceSources } from "./data/workspaceSources.ts";

export interface TrainingPlaces {
  places: BasePlaces & PaperPlaces;
  engine: Pick<Engine, "base">;
  configuration: Pick<Configuration, "get">;
  library: AdapterLibrary;
  sources: WorkspaceSources;
  snippets: Pick<Snippets, "folder">;
  commits: WorkspaceCommits;
}

/** An unfinished training has its own base, data and settings, whatever the window's are now. */
export function resumeOptions(name: string, { places, library, configuration }: TrainingPlaces): TrainOptions {
  const device = configuration.get("device");
  return { ...places, base: "", data: [], resume: true, device, out: join(library.folder, name) };
}

export async function trainOptions(form: TrainingForm, where: TrainingPlaces): Promise<TrainOptions> {
  const { places, engine, library, configuration } = where;
  const { data, held, commitsSince } = await dataOf(form, where);
  return {
    ...places,
    base: engine.base,
    data,
    ...methodOptions(form.method),
    ...(form.preset !== undefined && { preset: form.preset }),
    ...(form.epochs !== undefined && { epochs: form.epochs }),
    ...(held !== undefined && { validation: held }),
    ...(commitsSince !== undefined && { commitsSince }),
    ...(form.include !== undefined && { include: form.include }),
    device: configuration.get("device"),
    out: join(library.folder, form.name),
  };
}

interface ChosenData extends Pick<TrainOptions, "commitsSince"> {
  data: string[];
  /** The share to hold out. */
  held: string | undefined;
}

async function dataOf({ data }: TrainingForm, where: TrainingPlaces): Promise<ChosenData> {
  if (data.kind === "commits") return await ownData(data.months, where);
  const paths = sourcesOf(data, where);
  return { data: paths, held: await heldOut(paths, where.sources) };
}

/** Folders, a file, or the names of the paper's data sets. */
function sourcesOf(
  data: Exclude<TrainingForm["data"], { kind: "commits" }>,
  { sources, snippets }: TrainingPlaces,
): string[] {
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

/** Leaves out folders without the user's commits. If no folder has any, the training reports what is missing. */
async function ownData(months: number, { commits, sources }: TrainingPlaces): Promise<ChosenData> {
  const { since, folders } = await commits.survey(months);
  const own = folders.filter(({ files }) => files > 0);
  const files = own.reduce((sum, folder) => sum + folder.files, 0);
  return {
    data: own.length > 0 ? own.map(({ folder }) => folder) : sources.folders(),
    held: files >= enoughToHoldOut ? "0.1" : undefined,
    commitsSince: since,
  };
}

function methodOptions({
  name: method,
  ...size
}: TrainingForm["method"]): Pick<TrainOptions, "method" | "rank" | "virtualTokens"> {
  return { method, ...size };
}

/** With fewer Python files, none are held out. */
const enoughToHoldOut = 10;

/**
 * The share to hold out for validation. A few Python files hold out none, because training needs them all; data with a
 * validation part needs none.
 */
async function heldOut(data: readonly string[], sources: WorkspaceSources): Promise<string | undefined> {
  if (data.every(isPaperDataset)) return undefined;
  if (data.every((path) => path.endsWith(".jsonl"))) return "0.1";
  return (await sources.count(data)) >= enoughToHoldOut ? "0.1" : undefined;
}
