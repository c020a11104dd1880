/** activate(): opens the parts of the extension in order and connects them. Decides nothing. */

import { join } from "node:path";
import * as vscode from "vscode";
import type { BasePlaces } from "./core/baseModels/resolveBase.ts";
import type { PaperPlaces } from "./core/dataset/paperDatasets.ts";
import { openLibraryProcess, type LibraryProcess } from "./engine/libraryProcess.ts";
import { openAdapterView } from "./vscode/adapters/adapterActions.ts";
import { openAdapterLibrary, type AdapterLibrary } from "./vscode/adapters/adapterLibrary.ts";
import { addBase } from "./vscode/baseModels/addBase.ts";
import { atFirstUse } from "./vscode/atFirstUse.ts";
import { takeBackRefused, type TakeBackOptions } from "./vscode/adapters/takeBackRefused.ts";
import { openBaseHint } from "./vscode/baseModels/baseHint.ts";
import { openBaseLibrary } from "./vscode/baseModels/baseLibrary.ts";
import { createBasesPanel } from "./vscode/baseModels/basesPanel.ts";
import { openCompletions, type Completions } from "./vscode/completion/completions.ts";
import { readConfiguration } from "./vscode/configuration.ts";
import { setUpCuda } from "./vscode/devices/setUpCuda.ts";
import { openEngine, type Engine, type EngineOptions } from "./vscode/completion/engine.ts";
import { setHubToken } from "./vscode/baseModels/hubSettings.ts";
import { openPaperData } from "./vscode/paperData.ts";
import { openMachineSpeed } from "./vscode/baseModels/machineSpeed.ts";
import { createMessages, type Messages } from "./vscode/messages.ts";
import { offerImport } from "./vscode/baseModels/offerImport.ts";
import { openComparing, type Comparing } from "./vscode/statistics/comparing.ts";
import type { EvaluationPanelsOptions } from "./vscode/evaluationPanels.ts";
import { restorePanels } from "./vscode/screen.ts";
import { openStatistics } from "./vscode/statistics/statistics.ts";
import { registerStatisticsView } from "./vscode/statistics/statisticsView.ts";
import { indexCommands } from "./vscode/repository/indexCommands.ts";
import { openRepositoryIndex, type RepositoryIndex } from "./vscode/repository/repositoryIndex.ts";
import { showStatusBarItem } from "./vscode/statusBar.ts";
import { showMenu } from "./vscode/statusMenu.ts";
import { startWithPython } from "./vscode/startWithPython.ts";
import { tellStepsAgain } from "./vscode/walkthrough.ts";
import { addSelection } from "./vscode/training/data/addSelection.ts";
import { workspaceCommits } from "./vscode/training/data/workspaceCommits.ts";
import { openSnippets } from "./vscode/training/data/snippets.ts";
import { openFreshness } from "./vscode/training/fresh/freshness.ts";
import { openTyping } from "./vscode/training/pace/typing.ts";
import { createTraining, type Training } from "./vscode/training/training.ts";
import { createEstimates, type EstimatesOptions } from "./vscode/training/trainingEstimates.ts";
import { createDataPreview, type PreviewOptions } from "./vscode/training/trainingPreview.ts";
import { showTrainingNotices, type NoticeOptions } from "./vscode/training/trainingNotices.ts";
import { registerTrainingView, showTrainingView, type TrainingViewOptions } from "./vscode/training/trainingView.ts";
import { openUnfinishedTrainings, type UnfinishedTrainings } from "./vscode/training/unfinishedTrainings.ts";
import { watchWorkspaceSources } from "./vscode/training/data/workspaceSources.ts";

/** For the tests in the extension host, not for other extensions. */
export interface Activated {
  activationMilliseconds: number;
  engine: Engine;
  completions: Completions;
  libraryProcess: LibraryProcess;
  places: BasePlaces;
  library: AdapterLibrary;
  training: Training;
  unfinished: UnfinishedTrainings;
  index: RepositoryIndex;
}

type Commands = Readonly<Record<string, (argument?: unknown) => unknown>>;

export function activate(context: vscode.ExtensionContext): Activated {
  const startedAt = performance.now();
  const { subscriptions, extensionUri, secrets, globalState } = context;
  const log = vscode.window.createOutputChannel("Graft", { log: true });

  const places = placesOf(context);
  const entry = join(context.extensionPath, "dist", "engine.js");
  const messages = createMessages(log);
  const configuration = readConfiguration(log, context.workspaceState, subscriptions);
  const library = openAdapterLibrary(context);
  const sources = watchWorkspaceSources(subscriptions);
  const libraryProcess = openLibraryProcess({ entry, log });
  subscriptions.push(log, libraryProcess);
  const snippets = openSnippets({ context, libraryProcess, messages }, subscriptions);
  const commits = workspaceCommits({ libraryProcess, sources });
  const shared = { entry, places, configuration, library, libraryProcess, sources, snippets, commits, messages, log };
  const comparing = openComparing(
    { ...shared, state: context.workspaceState, isSuggestionShown: () => completions.events.rest !== undefined },
    subscriptions,
  );
  const serving = { ...shared, library: comparing.serving };
  const engine = openGuardedEngine({ ...shared, comparing }, subscriptions);
  const index = openRepositoryIndex({ ...shared, home: join(places.home, "repositories") }, subscriptions);
  const speed = openMachineSpeed({ ...shared, state: globalState }, subscriptions);
  const paperData = openPaperData({ ...shared, secrets }, subscriptions);
  const bases = openBaseLibrary({ ...shared, engine, secrets, speed }, subscriptions);
  const hint = openBaseHint({ engine, bases, state: globalState }, subscriptions);
  const basesPanel = createBasesPanel({ extensionUri, bases, messages }, subscriptions);
  const unfinished = openUnfinishedTrainings({ folder: library.folder, log }, subscriptions);
  const typing = openTyping({ engine, unfinished, home: places.home }, subscriptions);
  const training = createTraining({ ...shared, engine, unfinished, typing, comparing }, subscriptions);
  const freshness = openFreshness({ ...shared, engine, training, typing, comparing }, subscriptions);

  offerImport({ engine, bases, messages, state: context.workspaceState }, subscriptions);
  const completions = openCompletions(
    { ...serving, engine, index, state: globalState, contextSwitch: comparing },
    subscriptions,
  );
  const view = { ...shared, extensionUri, engine, training, unfinished, paperData, comparing, paused: globalState };
  showTraining(view, subscriptions);
  const { events, snooze, explanation, suggestionAtCursor } = completions;
  const statistics = openStatistics({ ...shared, home: places.home, engine, events, comparing }, subscriptions);
  const statisticsView = registerStatisticsView({ extensionUri, statistics, comparing, messages }, subscriptions);
  const status = { engine, library, training, configuration, hint, comparing, snooze, index };
  showStatusBarItem(status, subscriptions);
  registerCommands(
    {
      "graft.showMenu": () => showMenu(status),
      "graft.trainAdapter": showTrainingView,
      "graft.addSelection": () => addSelection({ snippets, messages, showForm: showTrainingView }),
      ...openAdapterView({ ...shared, engine, comparing, suggestionAtCursor, freshness }, subscriptions),
      "graft.addBase": () => addBase(bases, basesPanel),
      "graft.showBases": async () => {
        basesPanel.show();
        await hint.seen();
      },
      ...evaluationCommands({ ...view, bases, memory: context.workspaceState }, subscriptions),
      "graft.showStatistics": () => statisticsView.show(),
      "graft.setHubToken": () => setHubToken({ secrets, messages }),
      "graft.toggleCompletions": () => configuration.toggleEnabled(),
      "graft.snooze": () => snooze.choose(),
      "graft.explainCompletion": () => explanation.show(),
      "graft.restartEngine": () => engine.restart(),
      "graft.setUpCuda": () => setUpCuda({ ...shared, engine, secrets }),
      "graft.showLog": () => log.show(),
      ...indexCommands({ index, configuration, messages }),
    },
    messages,
    subscriptions,
  );

  startWithPython({ engine, configuration }, subscriptions);
  tellStepsAgain(subscriptions);
  const activationMilliseconds = performance.now() - startedAt;
  log.info(`Activated in ${Math.round(activationMilliseconds)} ms`);
  return { activationMilliseconds, engine, completions, libraryProcess, places, library, training, unfinished, index };
}

/** Opens the engine, whose refusals take back a choice of adapters. */
function openGuardedEngine(
  options: EngineOptions & Omit<TakeBackOptions, "engine"> & { comparing: Comparing },
  subscriptions: vscode.Disposable[],
): Engine {
  const engine = openEngine({ ...options, library: options.comparing.serving }, subscriptions);
  takeBackRefused({ ...options, engine }, subscriptions);
  return engine;
}

/** The commands that open the benchmark and the studies, whose code is loaded when either is first used. */
function evaluationCommands(options: EvaluationPanelsOptions, subscriptions: vscode.Disposable[]): Commands {
  const panels = atFirstUse(async () => {
    const { openEvaluationPanels } = await import("./vscode/evaluationPanels.ts");
    return openEvaluationPanels(options, subscriptions);
  });
  subscriptions.push(
    restorePanels("benchmark", async (panel) => (await panels()).benchmarkPanel.restore(panel)),
    restorePanels("study", async (panel) => (await panels()).studyPanel.restore(panel)),
  );
  return {
    "graft.openBenchmark": async () => (await panels()).benchmarkPanel.show(),
    "graft.openStudies": async () => (await panels()).studyPanel.show(),
  };
}

/** Shows the training view, and notices while the view is out of sight. */
function showTraining(
  options: Omit<TrainingViewOptions, "discard" | "preview" | "estimates"> &
    Pick<NoticeOptions, "paused" | "comparing"> &
    PreviewOptions &
    EstimatesOptions,
  subscriptions: vscode.Disposable[],
): void {
  const preview = createDataPreview(options, subscriptions);
  const estimates = createEstimates(options, subscriptions);
  const discard = (name: string): Promise<void> => notices.discard(name);
  const view = registerTrainingView({ ...options, preview, estimates, discard }, subscriptions);
  const notices = showTrainingNotices(
    { ...options, isViewVisible: () => view.isVisible, showView: showTrainingView },
    subscriptions,
  );
}

function registerCommands(commands: Commands, messages: Messages, subscriptions: vscode.Disposable[]): void {
  for (const [id, run] of Object.entries(commands)) {
    subscriptions.push(vscode.commands.registerCommand(id, messages.reporting(run)));
  }
}

function placesOf(context: vscode.ExtensionContext): BasePlaces & PaperPlaces {
  const home = context.globalStorageUri.fsPath;
  return {
    home,
    embedded: join(context.extensionPath, "base"),
    dataFolder: process.env["GRAFT_DATA"] ?? join(home, "data"),
    shippedData: join(context.extensionPath, "data"),
  };
}
