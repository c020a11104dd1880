/**
 * The one training of this window: starts it in its own process, follows it, and activates the new adapter.
 *
 * Shows nothing: the training view, the status bar and the notices watch its state.
 */

import * as vscode from "vscode";
import { isCancelled } from "../../core/foundation/errors.ts";
import type { TrainResult } from "../../core/training/train.ts";
import type { TrainOutline } from "../../core/training/trainingPlan.ts";
import type { TrainOptions } from "../../core/training/trainRequest.ts";
import type { TrainProgress } from "../../core/training/loop/progressMeter.ts";
import { objectionTo } from "../../core/training/trialReport.ts";
import { trainWork, type TrainingNews } from "../../engine/protocol/training.ts";
import { workApart } from "../../engine/workApart.ts";
import type { LossCurves } from "../../../webview/protocol/lossCurves.ts";
import type {
  Reached,
  TrainingDone,
  TrainingForm,
  TrainingRunning,
  TrainingState,
} from "../../../webview/protocol/training.ts";
import { detailed, explain } from "../messages.ts";
import { tryToUse, unused, type Use } from "./end/adapterInUse.ts";
import { followEnd, type EndInView } from "./end/endInView.ts";
import { createLeftOutList, type LeftOutList } from "./leftOutList.ts";
import { lossHistory, type LossHistory } from "./lossHistory.ts";
import { followPace, type PaceOptions, type TrainingPace } from "./pace/trainingPace.ts";
import { shownProblems } from "./trainingPreview.ts";
import { resumeOptions, trainOptions, type TrainingPlaces } from "./trainOptions.ts";
import { busyWith, ofWindows, type UnfinishedTrainings } from "./unfinishedTrainings.ts";

export type TrainingEnd = Exclude<TrainingState, { phase: "idle" | "running" }>;

export interface Training extends EndInView {
  readonly state: TrainingState;
  readonly onDidChange: vscode.Event<TrainingState>;
  /** Fires once for each training that ran here. */
  readonly onDidEnd: vscode.Event<TrainingEnd>;
  /**
   * Resolves at the end, whatever the result; failures are in the state.
   *
   * @throws UserError "training-busy" while this window runs another one
   */
  start(form: TrainingForm): Promise<void>;
  /**
   * Resumes an unfinished training; otherwise as `start`.
   *
   * @throws UserError "training-busy", "training-gone": this window runs another training, or another window runs this one or has ended it
   */
  resume(name: string): Promise<void>;
  /** Makes an adapter of an unfinished training's best parameters; otherwise as `resume`. */
  keep(name: string): Promise<void>;
  /** Stops the training so that it can resume. */
  pause(): void;
  /** Ends the steps and keeps the best parameters; in the trial, ends the trial. */
  finish(): void;
  /** Continues the training on battery power. */
  readonly trainOnBattery: () => void;
  /** Opens the list of the files that it leaves out. */
  showLeftOut(): Promise<void>;
  /** Clears the end of the last training. */
  dismiss(): void;
}

export interface TrainingOptions extends TrainingPlaces, PaceOptions {
  configuration: TrainingPlaces["configuration"] & PaceOptions["configuration"];
  /** The engine's bundle. */
  entry: string;
  unfinished: UnfinishedTrainings;
  /** A training that ends during a comparison leaves the adapters in use as they are. */
  comparing: { readonly isRunning: boolean };
  log: vscode.LogOutputChannel;
}

type OptionsOf = () => TrainOptions | Promise<TrainOptions>;
type Controls = Readonly<Record<"pause" | "finish" | "enough", AbortController>> & { readonly pace: TrainingPace };

export function createTraining(options: TrainingOptions, subscriptions: vscode.Disposable[]): Training {
  const { log, unfinished } = options;
  const [changed, ended] = [new vscode.EventEmitter<TrainingState>(), new vscode.EventEmitter<TrainingEnd>()];
  let state: TrainingState = { phase: "idle" };
  let controls: Controls | undefined;
  const leftOut = createLeftOutList(subscriptions);

  const become = (next: TrainingState): void => {
    state = next;
    if (next.phase === "running") controls?.pace.hurry(next.stopping !== undefined);
    changed.fire(state);
  };

  const follow = (losses: LossHistory) => (news: TrainingNews) => {
    if ("waiting" in news) return controls?.pace.arrived(news.waiting);
    if ("skipped" in news) leftOut.add(news.skipped);
    if (state.phase === "running") become({ ...after(state, news, losses), ...leftOut.counts() });
  };

  const work = async (name: string, optionsOf: OptionsOf, by: Controls): Promise<TrainingEnd> => {
    const losses = lossHistory();
    try {
      const control = { ...controlOf(by), onProgress: follow(losses) };
      const result = await workApart(trainWork, await optionsOf(), options, control);
      log.info(`Trained ${name}: ${JSON.stringify(withoutCode(result))}`);
      await unfinished.refresh();
      const objection = result.trial && objectionTo(result.trial);
      const use = objection ? { ...unused, objection } : await tryToUse(name, options);
      return { ...done(name, use, result, outlineOf(state)), ...curvesOf(losses), ...leftOut.counts() };
    } catch (error) {
      // The files on disk decide, not the progress reports.
      await unfinished.refresh();
      return endedBy(error, name, state, { ...options, leftOut });
    }
  };

  const run = async (name: string, optionsOf: OptionsOf): Promise<void> => {
    if (runs(state, name)) return;
    const { pace } = (controls = beginControls(options));
    pace.onDidChange(() => state.phase === "running" && become({ ...state, waits: pace.waits }));
    leftOut.clear();
    become({ phase: "running", name });
    const end = await work(name, optionsOf, controls).finally(() => pace.dispose());
    controls = undefined;
    become(end);
    ended.fire(end);
  };

  const stop = (how: "pause" | "finish"): void => {
    if (state.phase !== "running" || !controls) return;
    become({ ...state, stopping: how });
    controls[how === "finish" && state.trial ? "enough" : how].abort();
  };

  const endInView = followEnd({ ...options, now: () => state, become }, subscriptions);
  subscriptions.push(changed, ended, { dispose: () => controls?.pause.abort() });

  return {
    get state() {
      return state;
    },
    onDidChange: changed.event,
    onDidEnd: ended.event,
    start: (form) => run(form.name, () => trainOptions(form, options)),
    resume: (name) => check(name, state, unfinished).then(() => run(name, () => resumeOptions(name, options))),
    async keep(name) {
      await check(name, state, unfinished);
      const running = run(name, () => resumeOptions(name, options));
      if (state.phase === "running" && state.name === name) stop("finish");
      await running;
    },
    ...endInView,
    pause: () => stop("pause"),
    finish: () => stop("finish"),
    trainOnBattery: () => controls?.pace.ignoreBattery(),
    showLeftOut: () => leftOut.show(),
    dismiss: () => (state.phase === "running" ? undefined : become({ phase: "idle" })),
  };
}

/**
 * Whether the training of this name runs here.
 *
 * @throws UserError "training-busy" if another one does
 */
function runs(state: TrainingState, name: string): boolean {
  if (state.phase !== "running") return false;
  if (state.name !== name) throw busyWith(state.name);
  return true;
}

/** @throws UserError "training-busy", "training-gone" */
async function check(name: string, state: TrainingState, unfinished: UnfinishedTrainings): Promise<void> {
  if (!runs(state, name)) await unfinished.check(name);
}

function beginControls(options: PaceOptions): Controls {
  const [pause, finish, enough] = [new AbortController(), new AbortController(), new AbortController()];
  return { pause, finish, enough, pace: followPace(options) };
}

function after(running: TrainingRunning, news: TrainingNews, losses: LossHistory): TrainingRunning {
  if ("skipped" in news || "waiting" in news) return running;
  // "Stop and keep the best" ends the steps; the trial that follows can be ended, too.
  if ("trial" in news && !running.trial) return { ...running, stopping: undefined, trial: news.trial };
  if ("outline" in news) return { ...running, outline: begun(news.outline, losses) };
  if (!("training" in news)) return { ...running, ...news };
  const { step, loss, validationLoss, validatedStep } = news.training;
  const { before, last } = validationLoss ?? {};
  const isMeasured = validatedStep !== undefined && before !== undefined && last !== undefined;
  losses.add(step, loss, isMeasured ? { step: validatedStep, loss: last, before } : undefined);
  return { ...running, progress: shown(news.training, losses.curves()) };
}

/** Returns the outline without the losses so far, which the curves hold. */
function begun(
  { losses: soFar, problems, ...outline }: TrainOutline,
  losses: LossHistory,
): NonNullable<TrainingRunning["outline"]> {
  losses.begin(soFar ?? { training: [], validation: [] }, outline.steps);
  return { ...outline, problems: shownProblems(problems) };
}

function shown(progress: TrainProgress, curves: LossCurves): NonNullable<TrainingRunning["progress"]> {
  const { step, steps, loss, tokensPerSecond, etaSeconds } = progress;
  return { step, steps, loss, tokensPerSecond, etaSeconds, curves, validation: progress.validationLoss };
}

function controlOf({ pause, finish, enough, pace: hold }: Controls) {
  return { signal: pause.signal, finish: finish.signal, enough: enough.signal, hold };
}

/** The log may be sent to others; the completions of a trial stay here. */
function withoutCode({ trial, ...result }: TrainResult): object {
  const { best: _best, worst: _worst, ...figures } = trial ?? { best: [], worst: [] };
  return { ...result, ...(trial && { trial: figures }) };
}

/** The end of a training that threw. */
function endedBy(
  thrown: unknown,
  name: string,
  state: TrainingState,
  { unfinished, log, leftOut }: Pick<TrainingOptions, "unfinished" | "log"> & { leftOut: LeftOutList },
): TrainingEnd {
  const error = ofWindows(name, thrown);
  const reached = { name, ...(error === thrown && reachedBy(name, unfinished, state)) };
  if (isCancelled(error)) return { phase: "cancelled", ...reached };
  log.error(detailed(error));
  return { phase: "failed", ...reached, ...explain(error), ...leftOut.counts() };
}

function reachedBy(name: string, { list }: UnfinishedTrainings, state: TrainingState): { reached?: Reached } {
  const left = list.find((training) => training.name === name && training.steps > 0);
  if (!left) return {};
  const { step, steps } = left;
  const loss = state.phase === "running" ? state.progress?.loss : undefined;
  return { reached: { step, steps, ...(loss !== undefined && { loss }) } };
}

function curvesOf(losses: LossHistory): { curves?: LossCurves } {
  const curves = losses.curves();
  return curves.training.length > 0 ? { curves } : {};
}

function outlineOf(state: TrainingState): TrainingRunning["outline"] {
  return state.phase === "running" ? state.outline : undefined;
}

function done(
  name: string,
  use: Use & Pick<TrainingDone, "objection">,
  result: TrainResult,
  outline: TrainingRunning["outline"],
): TrainingDone {
  const { validationLoss: validation, steps, plannedSteps, trial } = result;
  return {
    phase: "done",
    name,
    ...use,
    seconds: result.seconds + (trial?.seconds ?? 0),
    validation,
    steps,
    plannedSteps,
    ...(outline && { epochs: (outline.epochs * steps) / plannedSteps }),
    problems: outline?.problems ?? { count: 0, first: "" },
    ...(trial && { trial }),
  };
}
