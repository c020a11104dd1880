/** graft adapter refresh, refreshes, undo-refresh */

import { basename, resolve } from "node:path";
import { counted } from "../../../core/foundation/words/quantities.ts";
import { readOutline } from "../../../core/adapters/formats/peftFolder.ts";
import { runTrial } from "../../../core/evaluation/trial/runTrial.ts";
import { refreshAdapter, type RefreshOptions } from "../../../core/training/refresh/refreshAdapter.ts";
import { readRefreshes, undoRefresh, type PastRefresh } from "../../../core/training/refresh/refreshedWeights.ts";
import type { RefreshVerdict } from "../../../core/training/refresh/refreshLog.ts";
import type { Context } from "../../context.ts";
import { aligned, count, duration } from "../../output.ts";
import { changeText } from "../../results/refreshText.ts";
import { trainingProgress } from "../../results/trainingProgress.ts";
import { trialText } from "../../results/trialText.ts";

export type RefreshFlags = Pick<RefreshOptions, "base" | "data" | "steps" | "include" | "device">;

export async function refreshCommand(
  folder: string,
  { base, data, steps, include, device }: RefreshFlags,
  { places, output, signal }: Context,
): Promise<void> {
  const options = { ...places, adapter: folder, base, data, steps, include, device };
  const control = { signal, log: output.log, trial: runTrial, ...trainingProgress(output) };
  const result = await refreshAdapter(options, control).finally(() => output.close());
  const { files, steps: taken, seconds, kept, verdict, trial } = result;
  const learned = `${filesText(files)}, ${counted(taken, "step")} in ${duration(seconds)}`;
  const lines = [
    kept ? `Refreshed ${resolve(folder)}` : `Left ${resolve(folder)} as it was: ${reasons[verdict]}`,
    learned,
    ...(trial ? trialText(trial) : []),
  ];
  output.result({ ...result }, lines.join("\n"));
}

export async function refreshesCommand(folder: string, { output }: Context): Promise<void> {
  await readOutline(folder);
  const refreshes = await readRefreshes(folder);
  const rows = refreshes.map((refresh) => [
    String(refresh.number),
    refresh.at.slice(0, 16).replace("T", " "),
    filesText(refresh.files),
    changeText(refresh),
    stateText(refresh),
  ]);
  const text = rows.length === 0 ? `${basename(resolve(folder))} has no refreshes.` : aligned(rows).join("\n");
  output.result({ refreshes }, text);
}

export async function undoRefreshCommand(folder: string, { output }: Context): Promise<void> {
  const undone = await undoRefresh(folder);
  output.result({ undone: undone.number }, `${resolve(folder)} is as it was before refresh ${undone.number}.`);
}

const reasons: Readonly<Record<RefreshVerdict, string>> = {
  better: "it helps",
  alike: "nothing got worse",
  worse: "less held-out code would be right",
  forgets: "it would forget general code",
  untried: "it could not be tried on other code",
};

function filesText(files: number): string {
  return counted(files, "changed file", { shown: count(files) });
}

function stateText({ kept, undone, verdict }: PastRefresh): string {
  if (undone) return "taken back";
  return kept ? "kept" : `not kept: ${reasons[verdict]}`;
}
