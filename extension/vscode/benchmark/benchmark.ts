/**
 * The evaluations as this window knows them: the list, the one that may run, and the comparison of two.
 *
 * Shows nothing: the benchmark panel watches its state. Engine processes do all work.
 */

import * as vscode from "vscode";
import { inLibrary, type ChosenAdapter } from "../../core/adapters/chosenAdapters.ts";
import { isCancelled, UserError } from "../../core/foundation/errors.ts";
import { writeFileAtomic } from "../../core/foundation/atomicFile.ts";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import type { PaperPlaces } from "../../core/dataset/paperDatasets.ts";
import type { EvaluationOptions } from "../../core/evaluation/runs/evaluationRequest.ts";
import type { EvaluationProgress } from "../../core/evaluation/runs/progress.ts";
import type { RunSummary } from "../../core/evaluation/runs/runFolder.ts";
import type { ExportFormat } from "../../core/evaluation/scoring/runTable.ts";
import { exportRunsRequest, runsRequest } from "../../engine/protocol/library.ts";
import { compareWork, evaluateWork } from "../../engine/protocol/evaluation.ts";
import type { LibraryProcess } from "../../engine/libraryProcess.ts";
import { workApart } from "../../engine/workApart.ts";
import type { BenchmarkState, EvaluationForm, EvaluationState, RunCard } from "../../../webview/protocol/benchmark.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import { judgeableAdapters, type JudgeableAdapters } from "../adapters/judgeableAdapters.ts";
import type { Configuration } from "../configuration.ts";
import type { Engine } from "../completion/engine.ts";
import { liveEvaluation } from "./liveEvaluation.ts";
import { explain, type Messages } from "../messages.ts";
import { consent } from "./consent.ts";

export interface Benchmark {
  readonly state: BenchmarkState;
  readonly onDidChange: vscode.Event<BenchmarkState>;
  /** Fires with the failure of an evaluation, which is also in the state. */
  readonly onDidFail: vscode.Event<unknown>;
  /** Fires with the name of a candidate that was evaluated. */
  readonly onDidEvaluate: vscode.Event<string>;
  /** Reads the list again. */
  refresh(): Promise<void>;
  /** Resolves at the end, whatever the result; a failure is in the state. */
  evaluate(form: EvaluationForm): Promise<void>;
  cancel(): void;
  /** Clears the end of the last evaluation. */
  dismiss(): void;
  /** Compares two runs by their ids; undefined closes the comparison. */
  compare(runs: { first: string; second: string } | undefined): Promise<void>;
  /** Exports these runs as a table. */
  exportRuns(ids: readonly string[], format: ExportFormat, path: string): Promise<void>;
}

export interface BenchmarkOptions {
  /** The engine's bundle. */
  entry: string;
  places: BasePlaces & PaperPlaces;
  engine: Engine;
  configuration: Pick<Configuration, "get">;
  libraryProcess: LibraryProcess;
  library: AdapterLibrary;
  messages: Messages;
  log: vscode.LogOutputChannel;
}

const nothingKnown: BenchmarkState = {
  runs: undefined,
  problem: undefined,
  base: undefined,
  adapters: [],
  evaluation: { phase: "idle" },
  comparison: undefined,
};

export function createBenchmark(options: BenchmarkOptions, subscriptions: vscode.Disposable[]): Benchmark {
  const { entry, engine, libraryProcess, places, library, messages, log } = options;
  const changed = new vscode.EventEmitter<BenchmarkState>();
  const [failed, evaluated] = [new vscode.EventEmitter<unknown>(), new vscode.EventEmitter<string>()];
  const disposal = new AbortController();
  const adapters = judgeableAdapters(library);
  let summaries: readonly RunSummary[] = [];
  let state = nothingKnown;
  const become = (part: Partial<BenchmarkState>): void => {
    state = { ...state, ...part };
    changed.fire(state);
  };
  const foldersOf = (ids: readonly string[]): string[] => ids.flatMap((id) => folderOf(id, summaries) ?? []);

  const refresh = async (): Promise<void> => {
    // The engine reports the base in use once it is ready; the list does not wait for it.
    if (engine.state.phase === "asleep") void engine.start();
    try {
      summaries = (await libraryProcess.ask(runsRequest, places)).toReversed();
      become({ runs: summaries.map(cardOf), adapters: await adapters.refresh(), problem: undefined });
    } catch (error) {
      become({ problem: explain(error) });
    }
  };

  const evaluation = createEvaluation(options, adapters, {
    become: (now) => become({ evaluation: now }),
    onFailure: (error) => failed.fire(error),
    onEvaluated: (candidate) => evaluated.fire(candidate),
    onEnd: refresh,
  });

  const compare: Benchmark["compare"] = async (runs) => {
    become({ comparison: runs, problem: undefined });
    const [first, second] = foldersOf(runs ? [runs.first, runs.second] : []);
    if (!runs || first === undefined || second === undefined) return;
    const control = { signal: disposal.signal, onProgress: () => undefined };
    const part = await workApart(compareWork, { first, second }, { entry, log }, control).then(
      (found) => ({ comparison: { ...runs, found } }),
      (error: unknown) => ({ comparison: undefined, problem: explain(error) }),
    );
    if (state.comparison === runs) become(part);
  };

  const onEngine = (): void => {
    if (engine.state.phase === "ready") become({ base: engine.state.selected.base });
  };
  onEngine();
  subscriptions.push(
    vscode.Disposable.from(changed, failed, evaluated),
    engine.onDidChangeState(onEngine),
    library.onDidChangeNames(messages.reporting(async () => become({ adapters: await adapters.refresh() }))),
    library.onDidChangeActive(() => become({ adapters: adapters.names })),
    { dispose: () => (disposal.abort(), evaluation.cancel()) },
  );

  return {
    get state() {
      return state;
    },
    onDidChange: changed.event,
    onDidFail: failed.event,
    onDidEvaluate: evaluated.event,
    refresh,
    evaluate: (form) => evaluation.evaluate(form),
    cancel() {
      if (state.evaluation.phase !== "running") return;
      evaluation.cancel();
      become({ evaluation: { ...state.evaluation, cancelling: true } });
    },
    dismiss() {
      if (state.evaluation.phase !== "running") become({ evaluation: { phase: "idle" }, problem: undefined });
    },
    compare,
    async exportRuns(ids, format, path) {
      await writeFileAtomic(path, await libraryProcess.ask(exportRunsRequest, { folders: foldersOf(ids), format }));
    },
  };
}

/** The evaluation that may run. The caller keeps its state. */
type Evaluation = Pick<Benchmark, "evaluate" | "cancel">;

interface EvaluationEvents {
  become: (state: EvaluationState) => void;
  onFailure: (error: unknown) => void;
  onEvaluated: (candidate: string) => void;
  onEnd: () => Promise<void>;
}

function createEvaluation(
  options: BenchmarkOptions,
  adapters: JudgeableAdapters,
  { become, onFailure, onEvaluated, onEnd }: EvaluationEvents,
): Evaluation {
  const { entry, log } = options;
  let controller: AbortController | undefined;

  /** Returns whether it ran; false if its tasks have tests and the user has not agreed to run the model's programs. */
  const run = async (evaluation: EvaluationOptions): Promise<boolean> => {
    const { signal } = (controller = new AbortController());
    let running: Extract<EvaluationState, { phase: "running" }> = { phase: "running", cancelling: false };
    become(running);
    try {
      const control = {
        signal,
        onProgress: (progress: EvaluationProgress) => {
          running = {
            ...running,
            cancelling: signal.aborted,
            progress: { candidate: progress.candidate, ...liveEvaluation(progress) },
          };
          become(running);
        },
      };
      const { candidate } = await workApart(evaluateWork, evaluation, { entry, log }, control);
      become({ phase: "idle" });
      onEvaluated(candidate);
    } catch (error) {
      if (error instanceof UserError && error.code === "code-execution") {
        become({ phase: "idle" });
        return false;
      }
      if (isCancelled(error)) become({ phase: "cancelled" });
      else {
        become({ phase: "failed", ...explain(error) });
        onFailure(error);
      }
    } finally {
      controller = undefined;
    }
    await onEnd();
    return true;
  };

  const evaluate: Evaluation["evaluate"] = async (form) => {
    if (controller) return;
    const evaluation = optionsOf(form, adapters.of(form.adapter), options);
    if (!(await run(evaluation)) && (await consent())) await run({ ...evaluation, allowCodeExecution: true });
  };

  return {
    evaluate,
    cancel() {
      controller?.abort();
    },
  };
}

function folderOf(id: string, runs: readonly RunSummary[]): string | undefined {
  return runs.find((run) => run.id === id)?.folder;
}

function optionsOf(
  form: EvaluationForm,
  adapters: readonly ChosenAdapter[],
  { places, engine, library, configuration }: BenchmarkOptions,
): EvaluationOptions {
  const { suite, mode, shots, examples, protocol, limit, seed } = form;
  const hasExamples = mode === "icl" || mode === "rag";
  return {
    ...places,
    base: engine.base,
    device: configuration.get("device"),
    suite: "path" in suite ? suite.path : suite.kind,
    adapters: inLibrary(adapters, library.folder),
    // Held-out code takes none of these: the completer decides, as in the editor.
    ...(suite.kind !== "folder" && {
      mode,
      ...(hasExamples && { ...(shots !== undefined && { shots }), ...(examples !== "" && { examples }) }),
      protocol,
    }),
    ...(limit !== undefined && { limit }),
    seed,
  };
}

function cardOf({ id, candidate, record, done, result }: RunSummary): RunCard {
  const { configuration, startedAt } = record;
  const { suite, protocol } = configuration;
  return {
    id,
    candidate,
    suite: suite.name,
    protocol,
    startedAt,
    done,
    tasks: result && suite.files !== undefined ? suite.tasks - suite.files : suite.tasks,
    ...(result && {
      result: {
        scores: result.scores,
        problems: result.problems.length,
        seconds: result.seconds,
        tokensPerSecond: result.tokensPerSecond,
      },
    }),
  };
}
