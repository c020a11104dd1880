/**
 * Refreshes an adapter: it learns what has changed in its folders since it was trained. It stays as it was unless the trial finds
 * that nothing was lost.
 */

import { basename, join, resolve } from "node:path";
import { UserError } from "../../foundation/errors.ts";
import { say } from "../../foundation/words/said.ts";
import { isPaperDataset } from "../../dataset/paperDatasets.ts";
import { readLearnedFiles, textHash } from "../data/learnedFiles.ts";
import { readTrainingReport } from "../output/trainingReport.ts";
import { readOutline } from "../../adapters/formats/peftFolder.ts";
import type { TrainOptions } from "../trainRequest.ts";
import { train, type TrainControl } from "../train.ts";
import type { Trial, TrialResult, TrialScores } from "../trialReport.ts";
import { checkUnchanged, hashOfWeights, keepRefresh, learnedTexts, learnedUntil } from "./refreshedWeights.ts";
import {
  addToLog,
  lockRefreshes,
  mostNumber,
  readLog,
  refreshesFolder,
  removeIfEmpty,
  tidyRefreshes,
  type Refresh,
  type RefreshVerdict,
} from "./refreshLog.ts";

export interface RefreshOptions extends Pick<
  TrainOptions,
  "base" | "data" | "include" | "steps" | "device" | "home" | "embedded" | "dataFolder" | "shippedData"
> {
  /** Its folder. */
  readonly adapter: string;
  /** Reads only the folders that it was trained on, if its report names them. */
  readonly ownFoldersOnly?: boolean;
  /** Whether Graft refreshes without being asked. Then it does not learn again what the user has undone. */
  readonly byItself?: boolean;
}

export interface RefreshControl extends Omit<TrainControl, "finish"> {
  readonly trial: Trial;
}

export interface RefreshResult extends Refresh {
  readonly trial?: TrialResult;
}

/** Passes over the files. A training repeats little data, because its adapter knows nothing yet; a refresh would learn it by heart. */
const passes = 2;

/** A refresh of more files leaves them out of the log, so that the log has room for many refreshes. */
const mostLearned = 10_000;

/**
 * Learns from the files that were written since the adapter's training or its last refresh and whose text it has not learned before, and
 * reads a few others again. A refresh that is stopped leaves nothing behind, because the next one reads the files anew.
 *
 * @throws UserError "nothing-changed", "training-busy"; "data-foreign" if none of the folders is its own; "data-too-small" if all files have
 *   changed; "adapter-missing" also if the adapter was renamed, deleted or replaced meanwhile; the UserErrors of {@link train}; the signal's
 *   reason once it is aborted
 */
export async function refreshAdapter(options: RefreshOptions, control: RefreshControl): Promise<RefreshResult> {
  const { adapter: folder, ownFoldersOnly, byItself: leavesUndone, ...request } = options;
  const adapter = resolve(folder);
  await readOutline(adapter);
  const named = request.data.map((source) => (isPaperDataset(source) ? source : resolve(source)));
  const data = ownFoldersOnly ? await ownFolders(adapter, named) : named;
  const release = await lockRefreshes(adapter);
  const out = join(refreshesFolder(adapter), "next");
  try {
    await tidyRefreshes(adapter);
    const at = new Date().toISOString();
    const before = await hashOfWeights(adapter);
    const since = (await learnedUntil(adapter, data, { leavesUndone })).toISOString();
    const known = await learnedTexts(adapter, { leavesUndone });
    const numbers = (await readLog(adapter)).map((refresh) => refresh.number);
    const number = Math.min(mostNumber, 1 + Math.max(0, ...numbers));
    const result = await train(
      {
        ...request,
        data,
        ...(request.steps === undefined && { epochs: passes }),
        init: adapter,
        changedSince: since,
        mustBeTried: true,
        // Each refresh reads other files again.
        seed: number,
        out,
      },
      { ...control, isLearned: (text) => known.has(textHash(text)) },
    ).catch(async (error: unknown) => {
      control.signal?.throwIfAborted();
      await checkUnchanged(adapter, before);
      throw error;
    });
    const { trial, steps, seconds, data: parts } = result;
    const learned = await readLearnedFiles(out);
    const verdict = verdictOf(trial);
    const refresh: Refresh = {
      number,
      at,
      since,
      data,
      files: parts.reduce((sum, { examples, rehearsed = 0 }) => sum + examples - rehearsed, 0),
      ...(learned.length <= mostLearned && { learned }),
      steps,
      seconds,
      kept: verdict === "better" || verdict === "alike",
      verdict,
      ...(trial && figuresOf(trial)),
    };
    control.signal?.throwIfAborted();
    await checkUnchanged(adapter, before);
    if (refresh.kept) await keepRefresh(adapter, out, refresh);
    else await addToLog(adapter, refresh);
    return { ...refresh, ...(trial && { trial }) };
  } finally {
    await tidyRefreshes(adapter).finally(release);
    await removeIfEmpty(adapter);
  }
}

function verdictOf(trial: TrialResult | undefined): RefreshVerdict {
  if (!trial) return "untried";
  if (trial.verdict === "worse") return "worse";
  if (trial.forgets) return "forgets";
  return trial.verdict === "better" ? "better" : "alike";
}

function figuresOf({ served, bodies, decidedBy }: TrialResult): Pick<Refresh, "lines" | "bodies" | "decidedBy"> {
  const scored = (scores: TrialScores): number => scores.editSimilarity.value;
  return {
    lines: { count: served.lines, before: served.base.exact.value, after: served.adapter.exact.value },
    ...(bodies && { bodies: { count: bodies.bodies, before: scored(bodies.base), after: scored(bodies.adapter) } }),
    ...(decidedBy && { decidedBy }),
  };
}

/** @throws UserError "data-foreign" if it is known what the adapter was trained on, and this includes none of the folders */
async function ownFolders(adapter: string, folders: readonly string[]): Promise<readonly string[]> {
  const { sources } = (await readTrainingReport(adapter)) ?? {};
  if (!sources) return folders;
  const own = folders.filter((folder) => sources.includes(basename(folder)));
  if (own.length > 0) return own;
  const here = folders.map((folder) => basename(folder)).join(", ");
  const message = say`Cannot refresh "${basename(adapter)}": it was trained on ${sources.join(", ")}, not on ${here}.`;
  throw new UserError("data-foreign", message, say`Train an adapter on this folder; both can be in use at once.`);
}
