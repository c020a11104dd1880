/**
 * The studies as this window knows them: the list, and the one that is open, with its plan, its progress and its results.
 *
 * Shows nothing: the studies panel watches its state. Engine processes do all work, and files keep everything.
 */

import { join } from "node:path";
import * as vscode from "vscode";
import { exists } from "../../core/foundation/exists.ts";
import type { Study } from "../../core/evaluation/study/studyFile.ts";
import type { StudyPlaces } from "../../core/evaluation/study/studyPlaces.ts";
import { heldOutSuite } from "../../core/training/output/keptHeldOut.ts";
import { basesRequest } from "../../engine/protocol/library.ts";
import type { LibraryProcess } from "../../engine/libraryProcess.ts";
import type { StudiesState } from "../../../webview/protocol/study.ts";
import type { StudyResults } from "../../../webview/protocol/studyResults.ts";
import type { AdapterLibrary } from "../adapters/adapterLibrary.ts";
import type { Engine } from "../completion/engine.ts";
import { explain, type Messages } from "../messages.ts";
import { openStudy, type OpenedStudy } from "./openStudy.ts";
import { openStudyFiles } from "./studyFiles.ts";

export interface Studies {
  readonly state: StudiesState;
  readonly onDidChange: vscode.Event<StudiesState>;
  readonly onDidChangeResults: vscode.Event<StudyResults>;
  /** Fires with the failure of a study that ran, which is also in the state. */
  readonly onDidFail: vscode.Event<unknown>;
  /** Fires with the title of a study that ran to its end. */
  readonly onDidFinish: vscode.Event<string>;
  /** The open study's work and results. */
  readonly opened: OpenedStudy | undefined;
  /** Reads the list again, and opens the study that this workspace had open. */
  refresh(): Promise<void>;
  /** Writes a study and opens it. A name that is taken gets a number. */
  create(study: Study): Promise<void>;
  open(name: string): Promise<void>;
  close(): Promise<void>;
  /** Removes the study's file and returns how to restore it. Runs stay. */
  remove(name: string): Promise<() => Promise<void>>;
  pathOf(name: string): string;
}

export interface StudiesOptions {
  /** The engine's bundle. */
  entry: string;
  places: StudyPlaces;
  engine: Engine;
  libraryProcess: LibraryProcess;
  library: AdapterLibrary;
  messages: Messages;
  log: vscode.LogOutputChannel;
  /** Remembers the open study over a reload of the window. */
  memory: vscode.Memento;
}

const openKey = "graft.openStudy";

const nothingKnown: StudiesState = {
  studies: undefined,
  problem: undefined,
  base: undefined,
  bases: [],
  adapters: [],
  isInUse: false,
  heldOut: {},
  open: undefined,
};

export function createStudies(options: StudiesOptions, subscriptions: vscode.Disposable[]): Studies {
  const { places, engine, memory } = options;
  const files = openStudyFiles(places.home);
  const [changed, resultsChanged] = [new vscode.EventEmitter<StudiesState>(), new vscode.EventEmitter<StudyResults>()];
  const [failed, finished] = [new vscode.EventEmitter<unknown>(), new vscode.EventEmitter<string>()];
  let opened: OpenedStudy | undefined;
  let state = nothingKnown;
  const become = (part: Partial<StudiesState>): void => {
    state = { ...state, ...part };
    changed.fire(state);
  };
  const list = async (): Promise<void> => become({ studies: await files.list() });

  const choices = async (): Promise<void> => {
    try {
      become({ ...(await readChoices(options)), problem: undefined });
    } catch (error) {
      become({ problem: explain(error) });
    }
  };

  const close = async (): Promise<void> => {
    opened?.dispose();
    opened = undefined;
    become({ open: undefined });
    await memory.update(openKey, undefined);
  };

  const open = async (name: string): Promise<void> => {
    if (state.open?.name === name) return;
    opened?.dispose();
    opened = openStudy(name, files.pathOf(name), options, {
      onChange: (study) => become({ open: study }),
      onResults: (results) => resultsChanged.fire(results),
      onFailure: (error) => failed.fire(error),
      onFinish: (title) => finished.fire(title),
    });
    await memory.update(openKey, name);
    await opened.plan();
  };

  const onEngine = (): void => become(baseOf(engine));
  onEngine();
  const closing = { dispose: () => opened?.dispose() };
  subscriptions.push(changed, failed, finished, resultsChanged, engine.onDidChangeState(onEngine), closing);

  return {
    get state() {
      return state;
    },
    get opened() {
      return opened;
    },
    onDidChange: changed.event,
    onDidChangeResults: resultsChanged.event,
    onDidFail: failed.event,
    onDidFinish: finished.event,
    async refresh() {
      await list();
      const last = memory.get<string>(openKey);
      const known = choices();
      if (!opened && last !== undefined && (await exists(files.pathOf(last)))) await open(last);
      await known;
    },
    async create(study) {
      const name = await files.write(study);
      await list();
      await open(name);
    },
    open,
    close,
    async remove(name) {
      if (state.open?.name === name) await close();
      const restore = await files.remove(name);
      await list();
      return () => restore().then(list);
    },
    pathOf: (name) => files.pathOf(name),
  };
}

function baseOf({ state }: Engine): Partial<StudiesState> {
  return state.phase === "ready" ? { base: state.selected.base } : {};
}

/** The candidates that a form may choose from. */
async function readChoices(
  options: StudiesOptions,
): Promise<Pick<StudiesState, "adapters" | "bases" | "isInUse" | "heldOut">> {
  const { engine, library, libraryProcess, places } = options;
  // The engine reports the base in use once it is ready; the list does not wait for it.
  if (engine.state.phase === "asleep") void engine.start();
  const names = await library.names();
  const inUse = library.active.map(({ name }) => name);
  const adapters = [...inUse, ...names.filter((name) => !inUse.includes(name))];
  const known = await Promise.all(
    adapters.map(async (name) => {
      const suite = await heldOutSuite(join(library.folder, name), places.home);
      return suite === undefined ? [] : [[name, suite] as const];
    }),
  );
  const { installed } = await libraryProcess.ask(basesRequest, places);
  const bases = installed.map(({ name }) => name);
  return { adapters, bases, isInUse: inUse.length > 0, heldOut: Object.fromEntries(known.flat()) };
}
