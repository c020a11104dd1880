/** activate(): opens what the extension consists of, in order, and wires it together. Decides nothing. */

import { join } from "node:path";
import * as vscode from "vscode";
import { recoverAdaptersRequest } from "./engine/protocol.ts";
import { openAdapterLibrary, type AdapterLibrary } from "./vscode/adapters/adapterLibrary.ts";
import { addBase } from "./vscode/baseModels/addBase.ts";
import { openBaseLibrary } from "./vscode/baseModels/baseLibrary.ts";
import { createBasesPanel } from "./vscode/baseModels/basesPanel.ts";
import { createBenchmark } from "./vscode/benchmark/benchmark.ts";
import { createBenchmarkPanel } from "./vscode/benchmark/benchmarkPanel.ts";
import { registerCompletionProvider } from "./vscode/completion/completionProvider.ts";
import { readConfiguration } from "./vscode/configuration.ts";
import { openEngine, type Engine } from "./vscode/completion/engine.ts";
import { setHubToken } from "./vscode/baseModels/hubSettings.ts";
import { openPaperData } from "./vscode/paperData.ts";
import { createMessages } from "./vscode/messages.ts";
import { selectAdapter } from "./vscode/adapters/selectAdapter.ts";
import { showStatusBarItem } from "./vscode/statusBar.ts";
import { createTraining, type Training } from "./vscode/training/training.ts";
import { registerTrainingView, showTrainingView } from "./vscode/training/trainingView.ts";
import { watchWorkspaceSources } from "./vscode/training/workspaceSources.ts";

/** For the tests in the extension host; no interface for other extensions. */
export interface Activated {
  activationMilliseconds: number;
  engine: Engine;
  library: AdapterLibrary;
  training: Training;
}

export function activate(context: vscode.ExtensionContext): Activated {
  const startedAt = performance.now();
  const { subscriptions, extensionUri, secrets } = context;
  const log = vscode.window.createOutputChannel("Graft", { log: true });
  subscriptions.push(log);

  const home = context.globalStorageUri.fsPath;
  const places = {
    home,
    embedded: join(context.extensionPath, "base"),
    dataFolder: process.env["GRAFT_DATA"] ?? join(home, "data"),
    shippedData: join(context.extensionPath, "data"),
  };
  const entry = join(context.extensionPath, "dist", "engine.js");
  const messages = createMessages(log);
  const configuration = readConfiguration(log, subscriptions);
  const library = openAdapterLibrary(context);
  const sources = watchWorkspaceSources(subscriptions);
  const shared = { entry, places, configuration, library, messages, log };
  const engine = openEngine(shared, subscriptions);
  const paperData = openPaperData({ ...shared, secrets }, subscriptions);
  const bases = openBaseLibrary({ ...shared, engine, secrets }, subscriptions);
  const basesPanel = createBasesPanel({ extensionUri, bases });
  const benchmark = createBenchmark({ ...shared, engine }, subscriptions);
  const benchmarkPanel = createBenchmarkPanel({ extensionUri, benchmark, paperData });
  const training = createTraining({ ...shared, engine, sources, state: context.workspaceState }, subscriptions);

  registerCompletionProvider({ engine, configuration, log }, subscriptions);
  registerTrainingView({ extensionUri, training, library, sources, paperData }, subscriptions);
  showStatusBarItem({ engine, library, training, configuration }, subscriptions);
  subscriptions.push(
    vscode.commands.registerCommand("graft.trainAdapter", showTrainingView),
    vscode.commands.registerCommand("graft.selectAdapter", () => selectAdapter(engine, library)),
    vscode.commands.registerCommand("graft.addBase", () => addBase(bases, basesPanel)),
    vscode.commands.registerCommand("graft.showBases", () => basesPanel.show()),
    vscode.commands.registerCommand("graft.openBenchmark", () => benchmarkPanel.show()),
    vscode.commands.registerCommand("graft.setHubToken", () => setHubToken(secrets)),
    vscode.commands.registerCommand("graft.toggleCompletions", () => configuration.toggleEnabled()),
    vscode.commands.registerCommand("graft.restartEngine", () => engine.restart()),
    vscode.commands.registerCommand("graft.showLog", () => log.show()),
  );

  // A fork holds this process up for some time: not while VS Code waits for us, but before the first keystroke.
  const begin = async (): Promise<void> => {
    await engine.start();
    await engine.ask(recoverAdaptersRequest, { library: library.folder });
  };
  const told = (error: unknown): void => log.warn(`What killed trainings left is still there: ${String(error)}`);
  if (configuration.get("enable")) setTimeout(() => void begin().catch(told), 200);
  const activationMilliseconds = performance.now() - startedAt;
  log.info(`Activated in ${Math.round(activationMilliseconds)} ms`);
  return { activationMilliseconds, engine, library, training };
}
