/**
 * The repository process for its client: starts with the first question, and ends after some time without one. Its state is on disk and in
 * `unsaved`, so the next process continues where it stopped.
 */

import type { RepositoryAnswer, RepositoryQuery } from "../core/repository/repositoryQuery.ts";
import type { RepositorySize } from "../core/repository/repository.ts";
import type { Log } from "../core/foundation/log.ts";
import type { EngineProcess } from "./engineProcess.ts";
import {
  changeRepositoryRequest,
  closeRepositoryRequest,
  openRepositoryRequest,
  queryRepositoryRequest,
  repositoryProgress,
  type RepositoryChanges,
  type RepositoryRoot,
} from "./protocol/repository.ts";
import { openSleepingProcess } from "./sleepingProcess.ts";

export type RepositoryState =
  | { readonly phase: "asleep" }
  | { readonly phase: "reading"; readonly done: number; readonly total: number }
  | { readonly phase: "ready"; readonly size: RepositorySize }
  | { readonly phase: "failed"; readonly error: unknown };

/** The client of the process. Its methods return at once. */
export interface RepositoryProcess {
  /** Process id while it runs. */
  readonly pid: number | undefined;
  /** The state of each root that is open. */
  readonly states: ReadonlyMap<string, RepositoryState>;
  /** Opens the index of a root, now and in later processes. */
  open(root: RepositoryRoot): void;
  close(folder: string): void;
  /** Files of a root that were saved, created, deleted or renamed, by their relative paths. */
  reread(folder: string, paths: readonly string[]): void;
  /** The text of a document of a root that is in no file; undefined once it is saved or closed. */
  setUnsaved(folder: string, path: string, text: string | undefined): void;
  /** Returns undefined while the root is being read, and if it is not open. */
  query(folder: string, query: RepositoryQuery, signal?: AbortSignal): Promise<RepositoryAnswer | undefined>;
  /** Ends the process; the next question starts another. Settles once it is gone. */
  end(): Promise<void>;
  dispose(): void;
}

export interface RepositoryProcessOptions {
  /** The engine's bundle. */
  entry: string;
  log: Log;
  /** Called at each change of a state. */
  onState?: () => void;
  /** Milliseconds without a question before the process ends. */
  idleTime?: number;
  /** After this many crashes it stays down until a root is opened again. */
  mostCrashes?: number;
}

interface Root {
  readonly root: RepositoryRoot;
  readonly unsaved: Map<string, string>;
}

export function openRepositoryProcess(options: RepositoryProcessOptions): RepositoryProcess {
  const { entry, log, onState, idleTime = 600_000, mostCrashes = 3 } = options;
  const roots = new Map<string, Root>();
  const states = new Map<string, RepositoryState>();
  const setState = (folder: string, state: RepositoryState): void => {
    if (!roots.has(folder)) return;
    states.set(folder, state);
    onState?.();
  };
  const process = openSleepingProcess({
    entry,
    role: "repository",
    log,
    idleTime,
    mostCrashes,
    isBusy: () => [...states.values()].some(({ phase }) => phase === "reading"),
    onStart(started) {
      started.onNotification(repositoryProgress, ({ folder, done, total }) => {
        if (process.running === started) setState(folder, { phase: "reading", done, total });
      });
      for (const root of roots.values()) introduce(started, root);
    },
    onEnd() {
      const state = process.isDown
        ? ({ phase: "failed", error: new Error("the process has crashed too often") } as const)
        : ({ phase: "asleep" } as const);
      for (const folder of roots.keys()) setState(folder, state);
    },
  });

  const { introduce, change } = talkAbout({ running: () => process.running, states, setState, log });

  return {
    get pid() {
      return process.running?.pid;
    },
    states,
    open(root) {
      const opened = { root, unsaved: roots.get(root.folder)?.unsaved ?? new Map<string, string>() };
      roots.set(root.folder, opened);
      process.forgive();
      if (process.running) introduce(process.running, opened);
      else process.wake();
    },
    close(folder) {
      roots.delete(folder);
      states.delete(folder);
      process.running?.request(closeRepositoryRequest, { folder }).catch(() => undefined);
      if (roots.size === 0) void process.end();
      onState?.();
    },
    reread(folder, paths) {
      if (paths.length > 0) change({ folder, reread: paths, unsaved: [] });
    },
    setUnsaved(folder, path, text) {
      if (text === undefined) roots.get(folder)?.unsaved.delete(path);
      else roots.get(folder)?.unsaved.set(path, text);
      change({ folder, reread: [], unsaved: [{ path, ...(text !== undefined && { text }) }] });
    },
    async query(folder, query, signal) {
      const to = roots.has(folder) ? process.wake() : undefined;
      if (!to || states.get(folder)?.phase !== "ready") return undefined;
      return (await to.request(queryRepositoryRequest, { folder, query }, signal)).answer;
    },
    end: () => process.end(),
    dispose: () => process.dispose(),
  };
}

interface Listener {
  running: () => EngineProcess | undefined;
  states: ReadonlyMap<string, RepositoryState>;
  setState: (folder: string, state: RepositoryState) => void;
  log: Log;
}

interface Talk {
  /** Sends a root and its unsaved documents to a process. */
  introduce: (to: EngineProcess, root: Root) => void;
  /** Sends changes to the process if it runs. A process that sleeps compares all files when it wakes up. */
  change: (changes: RepositoryChanges) => void;
}

function talkAbout({ running, states, setState, log }: Listener): Talk {
  const change = (changes: RepositoryChanges): void => {
    const to = running();
    const { folder } = changes;
    to?.request(changeRepositoryRequest, changes).then(
      (size) => {
        const isCurrent = running() === to && states.get(folder)?.phase === "ready";
        if (isCurrent) setState(folder, { phase: "ready", size });
      },
      (error: unknown) => log.debug(`Index of ${folder} not updated: ${String(error)}`),
    );
  };
  return {
    change,
    introduce(to, { root, unsaved }) {
      const { folder } = root;
      setState(folder, { phase: "reading", done: 0, total: 0 });
      to.request(openRepositoryRequest, root).then(
        (size) => {
          if (running() === to) setState(folder, { phase: "ready", size });
        },
        (error: unknown) => {
          if (running() !== to) return;
          log.warn(`No index of ${folder}: ${String(error)}`);
          setState(folder, { phase: "failed", error });
        },
      );
      const documents = [...unsaved].map(([path, text]) => ({ path, text }));
      if (documents.length > 0) change({ folder, reread: [], unsaved: documents });
    },
  };
}
