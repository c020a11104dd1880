/** The study that is open: plans it, runs it in a separate process, and follows its progress. */

import type * as vscode from "vscode";
import { UserError, isCancelled } from "../../core/foundation/errors.ts";
import type { StudyProgress } from "../../core/evaluation/study/runStudy.ts";
import { readStudy, type Study } from "../../core/evaluation/study/studyFile.ts";
import type { StudyPlan } from "../../core/evaluation/study/studyPlan.ts";
import type { StudyPlaces } from "../../core/evaluation/study/studyPlaces.ts";
import { exportStudyWork, planStudyWork, runStudyWork, type KnownStudy } from "../../engine/protocol/evaluation.ts";
import { workApart } from "../../engine/workApart.ts";
import type { OpenStudy } from "../../../webview/protocol/study.ts";
import type { StudyResults } from "../../../webview/protocol/studyResults.ts";
import { consent } from "../benchmark/consent.ts";
import { explain } from "../messages.ts";
import { changedRun, planned, resultsOf } from "./runViews.ts";
import { openStudyOrdering } from "./studyOrdering.ts";

export interface OpenedStudy {
  readonly known: KnownStudy | undefined;
  /** Reads the file, plans, and reports what is finished. Resolves at the end; a failure is in the state. */
  plan(): Promise<void>;
  /** Starts or resumes. Resolves at the end, whatever the result. */
  start(): Promise<void>;
  pause(): void;
  stop(): void;
  /**
   * Moves a run by this many places among the waiting runs, also in the study's file. Does nothing to a run that does not wait.
   *
   * @throws UserError "study-missing", "study-invalid", "disk-full", "not-writable"
   */
  move(run: number, by: number): Promise<void>;
  /** Sends state and results again, for a panel that was opened later. */
  show(): void;
  /** Writes the study into a folder. */
  exportTo(folder: string): Promise<void>;
  dispose(): void;
}

export interface OpenStudyOptions {
  /** The engine's bundle. */
  entry: string;
  places: StudyPlaces;
  log: vscode.LogOutputChannel;
}

interface Events {
  onChange(study: OpenStudy): void;
  onResults(results: StudyResults): void;
  /** Called when the study that ran has failed. */
  onFailure(error: unknown): void;
  /** Called when the study that ran has finished its last run. */
  onFinish(title: string): void;
}

/** Milliseconds between two reports of progress to the panel. */
const reportEvery = 200;

export function openStudy(name: string, path: string, options: OpenStudyOptions, events: Events): OpenedStudy {
  const { entry, log, places } = options;
  const disposal = new AbortController();
  let known: KnownStudy | undefined;
  let state: OpenStudy = { name, title: name, phase: "planning", runs: [], order: [], notes: [] };
  const become = (part: Partial<OpenStudy>): void => {
    state = { ...state, ...part };
    if (!disposal.signal.aborted) events.onChange(state);
  };
  const ordering = openStudyOrdering(path);
  const adopt = (plan: StudyPlan, phase = state.phase): void =>
    become({ ...planned(plan), order: ordering.adopt(plan), phase });
  const control = { signal: disposal.signal, onProgress: () => undefined };

  const plan = async (): Promise<void> => {
    if (running.isActive) return;
    const { problem: _problem, ...before } = state;
    state = { ...before, phase: "planning" };
    become({});
    try {
      const study = await ordering.read();
      const onPlan = (found: StudyPlan): void => adopt(found, "testing");
      known = await workApart(planStudyWork, { study, places }, { entry, log }, { ...control, onProgress: onPlan });
      adopt(known.plan, "ready");
      events.onResults(resultsOf(known));
    } catch (error) {
      if (!isCancelled(error)) become({ phase: "ready", problem: explain(error) });
    }
  };

  const holder = { state: () => state, become, adopt, set: (next: OpenStudy) => (state = next) };
  const running = createRunning({ ...options, disposal: disposal.signal }, holder);

  const start = async (): Promise<void> => {
    if (running.isActive) return;
    for (const allowCodeExecution of [false, true]) {
      let end: RunEnd;
      try {
        end = await running.run(await ordering.read(), path, allowCodeExecution);
      } catch (error) {
        return become({ phase: "ready", problem: explain(error) });
      }
      if (disposal.signal.aborted) return;
      if (end.needsConsent) {
        if (await consent()) continue;
        return become({ phase: "ready" });
      }
      await plan();
      if (end.isFinished) events.onFinish(state.title);
      if (end.failure === undefined) return;
      become({ problem: explain(end.failure) });
      return events.onFailure(end.failure);
    }
  };

  return {
    get known() {
      return known;
    },
    plan,
    start,
    pause: () => running.pause(),
    stop: () => running.stop(),
    move: (run, by) => ordering.move(state, run, by, (order) => become({ order })),
    show() {
      become({});
      if (known) events.onResults(resultsOf(known));
    },
    async exportTo(out) {
      await workApart(exportStudyWork, { study: await readStudy(path), places, out }, { entry, log }, control);
    },
    dispose() {
      disposal.abort();
    },
  };
}

interface Running {
  readonly isActive: boolean;
  /** Resolves at the end, whatever the result. */
  run(study: Study, file: string, allowCodeExecution: boolean): Promise<RunEnd>;
  pause(): void;
  stop(): void;
}

interface RunEnd {
  /** Whether suites have tests and the user has not agreed to run the model's programs. */
  readonly needsConsent: boolean;
  readonly isFinished?: true;
  /** Why it ended early, unless it was paused or stopped. */
  readonly failure?: unknown;
}

interface Holder {
  state(): OpenStudy;
  /** Changes the state and reports it. */
  become(part: Partial<OpenStudy>): void;
  adopt(plan: StudyPlan): void;
  /** Changes the state without reporting it. */
  set(state: OpenStudy): void;
}

/** The study's process, while there is one. */
function createRunning(
  { entry, log, places, disposal }: OpenStudyOptions & { disposal: AbortSignal },
  holder: Holder,
): Running {
  let active: { pause: AbortController; stop: AbortController } | undefined;
  let reportedAt = 0;
  const follow = (progress: StudyProgress): void => {
    const state = holder.state();
    if (progress.kind === "plan") return holder.adopt(progress.plan);
    holder.set({ ...state, runs: state.runs.map((run, i) => (i === progress.run ? changedRun(run, progress) : run)) });
    const now = performance.now();
    if (now - reportedAt < reportEvery) return;
    reportedAt = now;
    holder.become({});
  };
  return {
    get isActive() {
      return active !== undefined;
    },
    async run(study, file, allowCodeExecution) {
      const { pause, stop } = (active = { pause: new AbortController(), stop: new AbortController() });
      const { problem: _problem, ...before } = holder.state();
      holder.set({ ...before, phase: "running" });
      holder.become({});
      const signal = AbortSignal.any([stop.signal, disposal]);
      try {
        const work = { signal, finish: pause.signal, onProgress: follow };
        await workApart(runStudyWork, { ...places, study, file, allowCodeExecution }, { entry, log }, work);
        return { needsConsent: false, isFinished: true };
      } catch (error) {
        if (error instanceof UserError && error.code === "code-execution") return { needsConsent: true };
        return { needsConsent: false, ...(!isCancelled(error) && { failure: error }) };
      } finally {
        active = undefined;
      }
    },
    pause() {
      if (!active || holder.state().phase !== "running") return;
      active.pause.abort();
      holder.become({ phase: "pausing" });
    },
    stop() {
      if (!active) return;
      active.stop.abort();
      holder.become({ phase: "stopping" });
    },
  };
}
