/** In the extension host: a comparison of two adapters, and everything that would put another one into use or change one of the two. */

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { asTrained } from "../../extension/core/adapters/chosenAdapters.ts";
import { recordRename } from "../../extension/core/adapters/library/renames.ts";
import { openAdapterLibrary, type AdapterLibrary } from "../../extension/vscode/adapters/adapterLibrary.ts";
import type { Action } from "../../extension/vscode/messages.ts";
import { openComparing, type Comparing } from "../../extension/vscode/statistics/comparing.ts";
import { tryToUse } from "../../extension/vscode/training/end/adapterInUse.ts";
import { openFreshness, type FreshnessOptions } from "../../extension/vscode/training/fresh/freshness.ts";
import type { TrainingEnd } from "../../extension/vscode/training/training.ts";
import { showTrainingNotices, type NoticeOptions } from "../../extension/vscode/training/trainingNotices.ts";
import { until } from "./harness/until.ts";

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

function memento(): vscode.Memento {
  const kept = new Map<string, unknown>();
  return {
    keys: () => [...kept.keys()],
    get: <T>(key: string, otherwise?: T) => (kept.get(key) ?? otherwise) as T,
    update: async (key: string, value: unknown) => void kept.set(key, value),
  };
}

describe("a comparison that runs", () => {
  const log = vscode.window.createOutputChannel("Comparing", { log: true });
  const never = new vscode.EventEmitter<never>().event;
  let subscriptions: vscode.Disposable[];
  let storage: string;
  let library: AdapterLibrary;
  let comparing: Comparing;
  let told: { text: string; actions: readonly Action[] }[];
  const messages = {
    tell: (_: unknown, text: string, actions: readonly Action[] = []) => void told.push({ text, actions }),
    tellError: (error: unknown) => assert.fail(String(error)),
  };
  const texts = (): string[] => told.map(({ text }) => text);
  const press = async (title: string): Promise<void> => {
    const action = told.flatMap(({ actions }) => actions).find((one) => one.title === title);
    assert(action, `no ${title} in ${texts().join()}`);
    await action.run();
  };
  const inUse = (): string[] => library.active.map(({ name }) => name);

  beforeEach(async () => {
    [subscriptions, told] = [[], []];
    storage = await mkdtemp(join(tmpdir(), "graft-comparing-"));
    for (const name of ["ours", "theirs", "third"]) {
      await mkdir(join(storage, "adapters", name), { recursive: true });
      await writeFile(join(storage, "adapters", name, "adapter_config.json"), "{}");
    }
    const state = memento();
    const context = { globalStorageUri: vscode.Uri.file(storage), workspaceState: state, subscriptions };
    library = openAdapterLibrary(context as unknown as vscode.ExtensionContext);
    await library.activate([asTrained("ours")]);
    comparing = openComparing({ state, library, messages, isSuggestionShown: () => false }, subscriptions);
    const arm = (name: string) => ({ adapters: [asTrained(name)], context: true });
    await comparing.start("graft-base", arm("ours"), arm("theirs"));
  });
  afterEach(async () => {
    for (const one of subscriptions) one.dispose();
    await rm(storage, { recursive: true, force: true });
  });

  it("ends when the user chooses an adapter, says so, and goes on after Undo", async () => {
    const before = comparing.comparison;
    await library.activate([asTrained("third")]);
    await until("it has ended", () => !comparing.isRunning);
    assert.deepEqual(texts(), ["The comparison has ended, because another adapter was chosen."]);
    assert.deepEqual(comparing.serving.active, [asTrained("third")]);
    await press("Undo");
    assert(comparing.isRunning);
    assert.deepEqual(comparing.comparison, before);
    assert.deepEqual(inUse(), ["ours"]);
    assert.equal(told.length, 1);
  });

  it("is not begun again by Undo once there is another one", async () => {
    await library.activate([asTrained("third")]);
    await until("it has ended", () => !comparing.isRunning);
    const arm = { adapters: [], context: true };
    await comparing.start("graft-base", arm, { ...arm, context: false });
    const { id } = comparing.comparison!;
    await press("Undo");
    assert.equal(comparing.comparison?.id, id);
    assert.deepEqual(inUse(), ["third"]);
  });

  it("goes on with an adapter under its new name", async () => {
    await rename(join(library.folder, "ours"), join(library.folder, "renamed"));
    await recordRename(library.folder, { from: "ours", to: "renamed", at: Date.now() });
    library.refresh();
    await pause(100);
    assert(comparing.isRunning);
    assert.deepEqual(comparing.comparison?.a.adapters, [asTrained("renamed")]);
    assert.deepEqual(told, []);
  });

  it("ends when one of its adapters is gone, and says so; another one can go", async () => {
    await rm(join(library.folder, "third"), { recursive: true });
    library.refresh();
    await pause(100);
    assert(comparing.isRunning);
    await rm(join(library.folder, "theirs"), { recursive: true });
    library.refresh();
    await until("it has ended", () => !comparing.isRunning);
    await until("it is told", () => told.length > 0);
    assert.deepEqual(texts(), ["The comparison has ended, because one of its adapters is gone."]);
  });

  it("goes on when a training ends, whose adapter is then not in use", async () => {
    const use = await tryToUse("third", { library, comparing, log });
    assert.equal(use.active, false);
    assert(comparing.isRunning);
    assert.deepEqual(inUse(), ["ours"]);
    await comparing.stop();
    assert.equal((await tryToUse("third", { library, comparing, log })).active, true);
  });

  it("is the reason that the notice of a training's end tells, with a way to use the adapter", async () => {
    const ended = new vscode.EventEmitter<TrainingEnd>();
    const used: string[] = [];
    const training = { onDidChange: never, onDidEnd: ended.event, activate: async (name: string) => used.push(name) };
    const unfinished = { refresh: async () => undefined, list: [], onDidChange: never };
    const [isViewVisible, paused] = [() => true, memento()];
    const options = { training, unfinished, library, comparing, messages, log, paused, isViewVisible };
    showTrainingNotices(options as unknown as NoticeOptions, subscriptions);
    const end = { phase: "done", name: "third", active: false, beside: [] } as unknown as TrainingEnd;
    ended.fire(end);
    const reason = "It is not in use, because a comparison runs: using it ends the comparison.";
    assert.deepEqual(texts(), [`The adapter "third" is trained. ${reason}`]);
    await press("Use It");
    assert.deepEqual(used, ["third"]);
    // Without a comparison, a visible view is enough.
    await comparing.stop();
    ended.fire(end);
    assert.equal(told.length, 1);
  });

  it("keeps the adapters of its arms from being refreshed", async () => {
    let [asked, at] = [0, 0];
    let look = (): void => undefined;
    const nothing = new vscode.Disposable(() => undefined);
    const timer = globalThis.setInterval;
    const now = Date.now;
    const engine = {
      get base() {
        asked++;
        return "";
      },
    };
    const options = {
      configuration: { get: () => true, onDidChange: never },
      typing: { onDidType: never, follow: () => nothing },
      training: { state: { phase: "idle" }, onDidChange: never },
      sources: { folders: () => [storage] },
      places: {},
      entry: join(storage, "no engine"),
      library,
      comparing,
      engine,
      messages,
      log,
    };
    // A day passes between two looks at the clock.
    Date.now = () => at;
    globalThis.setInterval = ((callback: () => void) => {
      look = callback;
      return timer(() => undefined, 1e6);
    }) as typeof setInterval;
    try {
      openFreshness(options as unknown as FreshnessOptions, subscriptions);
    } finally {
      [globalThis.setInterval, Date.now] = [timer, now];
    }
    at += 24 * 60 * 60_000;
    look();
    await pause(300);
    assert.equal(asked, 0);
    await comparing.stop();
    look();
    await until("a refresh begins", () => asked > 0);
  });
});
