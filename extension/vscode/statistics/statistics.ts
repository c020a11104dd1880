/** The statistics of this machine as the page shows them, with the comparison of this workspace. */

import { join } from "node:path";
import * as vscode from "vscode";
import { nameOf } from "../../core/adapters/chosenAdapters.ts";
import { writeFileAtomic } from "../../core/foundation/atomicFile.ts";
import type { ArmSetting as ComparedSetting } from "../../core/statistics/comparison/comparison.ts";
import { exportDays, type StatisticsFormat } from "../../core/statistics/exportDays.ts";
import { daysUntil, openRecordFiles, type DaySums, type RecordFiles } from "../../core/statistics/recordFiles.ts";
import type { Subject } from "../../core/statistics/record.ts";
import type { ArmSetting, StatisticsState } from "../../../webview/protocol/statistics.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import { judgeableAdapters, type JudgeableAdapters } from "../adapters/judgeableAdapters.ts";
import type { Engine } from "../completion/engine.ts";
import type { SuggestionEvents } from "../completion/suggestionEvents.ts";
import type { Configuration } from "../configuration.ts";
import { explain, type Messages } from "../messages.ts";
import type { Comparing } from "./comparing.ts";
import { countSuggestions } from "./counting.ts";
import { shownOf } from "./shown.ts";

export interface Statistics {
  readonly state: StatisticsState;
  readonly onDidChange: vscode.Event<StatisticsState>;
  /** Fires when the state is out of date. A visible view then asks for a refresh. */
  readonly onDidBecomeStale: vscode.Event<void>;
  /** Reads what all windows have written. */
  refresh(): Promise<void>;
  choosePeriod(days: number): Promise<void>;
  export(path: string, format: StatisticsFormat): Promise<void>;
  /** Removes all records of this machine. */
  clear(): Promise<void>;
  turn(on: boolean): Promise<void>;
  compare(a: ArmSetting, b: ArmSetting): Promise<void>;
}

export interface StatisticsOptions {
  /** The extension's own storage. */
  home: string;
  events: SuggestionEvents;
  engine: Engine;
  library: AdapterLibrary;
  comparing: Comparing;
  configuration: Configuration;
  messages: Messages;
}

export function openStatistics(options: StatisticsOptions, subscriptions: vscode.Disposable[]): Statistics {
  const { home, library, comparing, configuration, messages } = options;
  const changed = new vscode.EventEmitter<StatisticsState>();
  const stale = new vscode.EventEmitter<void>();
  const files = openRecordFiles(join(home, "statistics"));
  const base = (): string => baseOf(options.engine);
  let [period, problem]: [number, StatisticsState["problem"]] = [30, undefined];
  let read: Pick<StatisticsState, "statistics" | "comparison"> = { statistics: undefined, comparison: undefined };
  const adapters = judgeableAdapters(library);

  const stateNow = (): StatisticsState => ({
    isOn: configuration.get("statistics.enable"),
    ...read,
    period,
    problem,
    choices: { ...choicesOf(options), base: base(), adapters: adapters.names },
  });
  const tell = (): void => changed.fire(stateNow());
  const fail = (error: unknown): void => {
    // The same failure may repeat with every suggestion. The view shows it, and the log has it once.
    const told = explain(error);
    if (problem?.message !== told.message) messages.log(error);
    problem = told;
    tell();
  };
  const refresh = async (): Promise<void> => {
    try {
      const days = await daysNow(files);
      await adapters.refresh();
      read = shownOf(days, { period, comparison: comparing.comparison });
      problem = undefined;
      tell();
    } catch (error) {
      fail(error);
    }
  };
  const counting = countSuggestions(
    { ...options, files, subject: () => subjectOf(options, base()), onWritten: () => stale.fire(), onError: fail },
    subscriptions,
  );

  subscriptions.push(
    changed,
    stale,
    comparing.onDidChange(() => stale.fire()),
    library.onDidChangeNames(() => stale.fire()),
    library.onDidChangeActive(() => stale.fire()),
    options.engine.onDidChangeState(({ phase }) => {
      if (phase === "ready") stale.fire();
    }),
    configuration.onDidChange((keys) => {
      if (keys.some((key) => key === "statistics.enable" || key === "repository.enable")) tell();
    }),
  );
  void files.trim(new Date()).catch(fail);

  return {
    get state() {
      return stateNow();
    },
    onDidChange: changed.event,
    onDidBecomeStale: stale.event,
    refresh,
    choosePeriod: async (days) => {
      period = days;
      await refresh();
    },
    export: async (path, format) => {
      await counting.flush();
      await writeFileAtomic(path, exportDays(await daysNow(files), format));
    },
    clear: async () => {
      counting.forget();
      await files.clear();
      await refresh();
    },
    turn: async (on) => await configuration.turnStatistics(on),
    compare: async (a, b) => await comparing.start(base(), armOf(a, adapters), armOf(b, adapters)),
  };
}

async function daysNow(files: RecordFiles): Promise<DaySums[]> {
  return daysUntil(await files.days(), new Date());
}

/** Returns what makes suggestions now: base, adapters and context. */
function subjectOf(options: StatisticsOptions, base: string): Subject {
  const { comparing } = options;
  const part = comparing.part(base);
  const context = hasContext(options) && comparing.isContextOn;
  return { variant: { base, adapter: nameOf(comparing.serving.active) || null, context }, ...(part && { part }) };
}

function armOf({ adapter, context }: ArmSetting, adapters: JudgeableAdapters): ComparedSetting {
  return { adapters: [...adapters.of(adapter ?? "")], context };
}

function choicesOf(options: StatisticsOptions): Pick<StatisticsState["choices"], "active" | "canSwitchContext"> {
  return { active: nameOf(options.library.active) || null, canSwitchContext: hasContext(options) };
}

/** Whether other files can be in the prompt here, if no comparison forbids it. */
function hasContext({ configuration, engine: { state } }: StatisticsOptions): boolean {
  const isRead = state.phase === "ready" && state.selected.contextTokens > 0;
  return isRead && vscode.workspace.isTrusted && configuration.get("repository.enable");
}

/** Returns the name of the base that completes here, also if the settings leave it open. */
function baseOf(engine: Engine): string {
  return engine.state.phase === "ready" ? engine.state.selected.base : engine.base || "graft-base";
}
