/**
 * The evaluations as this window knows them: which there are, the one that may run, and how two of them differ.
 *
 * Shows nothing: the benchmark panel looks at its state. All work is done by engine processes.
 */

import { join } from "node:path";
import * as vscode from "vscode";
import { isCancelled, UserError } from "../../core/foundation/errors.ts";
import { writeFileAtomic } from "../../core/foundation/atomicFile.ts";
import type { BasePlaces } from "../../core/baseModels/resolveBase.ts";
import type { PaperPlaces } from "../../core/dataset/paperDatasets.ts";
import type { EvaluationOptions, EvaluationProgress } from "../../core/evaluation/runs/runEvaluation.ts";
import type { RunSummary } from "../../core/evaluation/runs/runFolder.ts";
import type { ExportFormat } from "../../core/evaluation/runs/runTable.ts";
import { compareWork, evaluateWork, exportRunsRequest, runsRequest } from "../../engine/protocol.ts";
import { workApart } from "../../engine/workApart.ts";
import type { BenchmarkState, EvaluationForm, EvaluationState, RunCard } from "../../../webview/protocol/benchmark.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { Engine } from "../completion/engine.ts";
import { explain, type Messages } from "../messages.ts";

export interface Benchmark {
  readonly state: BenchmarkState;
  readonly onDidChange: vscode.Event<BenchmarkState>;
  /** Fires with what ended an evaluation, which is in the state, too. */
  readonly onDidFail: vscode.Event<unknown>;
  /** Looks again at what there is. */
  refresh(): Promise<void>;
  /** Resolves at its end, however it ends; a failure is in the state. */
  evaluate(form: EvaluationForm): Promise<void>;
  cancel(): void;
  /** Forgets how the last evaluation ended. */
  dismiss(): void;
  /** By their ids; undefined closes the comparison. */
  compare(runs: { first: string; second: string } | undefined): Promise<void>;
  /** Writes a table of these runs. */
  exportRuns(ids: readonly string[], format: ExportFormat, path: string): Promise<void>;
}

export interface BenchmarkOptions {
  /** The engine's bundle. */
  entry: string;
  places: BasePlaces & PaperPlaces;
  engine: Engine;
  library: AdapterLibrary;
  messages: Messages;
  log: vscode.LogOutputChannel;
}

export function createBenchmark(options: BenchmarkOptions, subscriptions: vscode.Disposable[]): Benchmark {
  const { entry, engine, places, library, messages, log } = options;
  const changed = new vscode.EventEmitter<BenchmarkState>();
  const failed = new vscode.EventEmitter<unknown>();
  const disposal = new AbortController();
  let controller: AbortController | undefined;
  let summaries: readonly RunSummary[] = [];
  let state: BenchmarkState = {
    runs: undefined,
    problem: undefined,
    base: undefined,
    adapters: [],
    evaluation: { phase: "idle" },
    comparison: undefined,
  };
  const become = (part: Partial<BenchmarkState>): void => {
    state = { ...state, ...part };
    changed.fire(state);
  };
  const foldersOf = (ids: readonly string[]): string[] =>
    ids.flatMap((id) => summaries.find((run) => run.id === id)?.folder ?? []);

  const refresh = async (): Promise<void> => {
    try {
      summaries = (await engine.ask(runsRequest, places)).toReversed();
      become({ runs: summaries.map(cardOf), adapters: await library.names(), problem: undefined });
    } catch (error) {
      become({ problem: explain(error) });
    }
  };

  /** Whether it comes to an end; else its tasks have tests, and nobody has consented to run what the model writes. */
  const run = async (evaluation: EvaluationOptions): Promise<boolean> => {
    const { signal } = (controller = new AbortController());
    let running: Extract<EvaluationState, { phase: "running" }> = { phase: "running", cancelling: false };
    become({ evaluation: running });
    try {
      const control = {
        signal,
        onProgress: (progress: EvaluationProgress) => {
          running = { ...running, cancelling: signal.aborted, progress: shown(progress) };
          become({ evaluation: running });
        },
      };
      const { contender } = await workApart(evaluateWork, evaluation, { entry, log }, control);
      become({ evaluation: { phase: "idle" } });
      messages.tell("info", vscode.l10n.t("Evaluated: {0}.", contender));
    } catch (error) {
      if (error instanceof UserError && error.code === "code-execution") {
        become({ evaluation: { phase: "idle" } });
        return false;
      }
      if (isCancelled(error)) become({ evaluation: { phase: "cancelled" } });
      else {
        become({ evaluation: { phase: "failed", ...explain(error) } });
        failed.fire(error);
      }
    } finally {
      controller = undefined;
    }
    await refresh();
    return true;
  };

  const evaluate = async (form: EvaluationForm): Promise<void> => {
    if (controller) return;
    const evaluation = optionsOf(form, options);
    if (!(await run(evaluation)) && (await consent())) await run({ ...evaluation, allowCodeExecution: true });
  };

  const compare: Benchmark["compare"] = async (runs) => {
    become({ comparison: runs, problem: undefined });
    const [first, second] = foldersOf(runs ? [runs.first, runs.second] : []);
    if (!runs || first === undefined || second === undefined) return;
    const isShown = (): boolean => state.comparison === runs;
    try {
      const control = { signal: disposal.signal, onProgress: () => undefined };
      const found = await workApart(compareWork, { first, second }, { entry, log }, control);
      if (isShown()) become({ comparison: { ...runs, found } });
    } catch (error) {
      if (isShown()) become({ comparison: undefined, problem: explain(error) });
    }
  };

  const onEngine = (): void => {
    if (engine.state.phase === "ready") become({ base: engine.state.selected.base });
  };
  onEngine();
  subscriptions.push(
    changed,
    failed,
    engine.onDidChangeState(onEngine),
    library.onDidChangeNames(messages.reporting(async () => become({ adapters: await library.names() }))),
    { dispose: () => (disposal.abort(), controller?.abort()) },
  );

  return {
    get state() {
      return state;
    },
    onDidChange: changed.event,
    onDidFail: failed.event,
    refresh,
    evaluate,
    cancel() {
      if (state.evaluation.phase !== "running") return;
      controller?.abort();
      become({ evaluation: { ...state.evaluation, cancelling: true } });
    },
    dismiss() {
      if (state.evaluation.phase !== "running") become({ evaluation: { phase: "idle" }, problem: undefined });
    },
    compare,
    async exportRuns(ids, format, path) {
      try {
        await writeFileAtomic(path, await engine.ask(exportRunsRequest, { folders: foldersOf(ids), format }));
      } catch (error) {
        messages.tellError(error);
      }
    },
  };
}

function optionsOf(form: EvaluationForm, { places, engine, library }: BenchmarkOptions): EvaluationOptions {
  const { suite, adapter, mode, shots, examples, protocol, limit, seed } = form;
  const hasExamples = mode === "icl" || mode === "rag";
  return {
    ...places,
    base: engine.base,
    suite: suite.kind === "file" ? suite.path : suite.kind,
    adapters: adapter === "" ? [] : [{ folder: join(library.folder, adapter), scale: 1 }],
    mode,
    ...(hasExamples && { ...(shots !== undefined && { shots }), ...(examples !== "" && { examples }) }),
    protocol,
    ...(limit !== undefined && { limit }),
    seed,
  };
}

async function consent(): Promise<boolean> {
  const title = vscode.l10n.t("Run what the model writes?");
  const detail = vscode.l10n.t(
    "The tasks of this suite have tests. Programs of the model run on this machine, in a sandbox without network, your files or other processes, with limits on time and memory. Where there is no sandbox, nothing is run.",
  );
  const yes = vscode.l10n.t("Run in the Sandbox");
  return (await vscode.window.showWarningMessage(title, { modal: true, detail }, yes)) === yes;
}

function shown(progress: EvaluationProgress): NonNullable<Extract<EvaluationState, { phase: "running" }>["progress"]> {
  const { contender, phase: stage, done, total, etaSeconds, tokensPerSecond, last } = progress;
  return {
    contender,
    stage,
    done,
    total,
    ...(etaSeconds !== undefined && { etaSeconds }),
    ...(tokensPerSecond !== undefined && { tokensPerSecond }),
    ...(last && { last: { intent: last.intent, prediction: last.predictions[0] ?? "" } }),
  };
}

function cardOf({ id, contender, record, done, result }: RunSummary): RunCard {
  const { making, startedAt } = record;
  const { suite, protocol } = making;
  return {
    id,
    contender,
    suite: suite.name,
    protocol,
    startedAt,
    done,
    tasks: suite.tasks,
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
