/** In the extension host: the list of "Combine adapters" while the library process still looks into the adapters, and without enough of them. */

import assert from "node:assert/strict";
import * as vscode from "vscode";
import { asTrained, type ChosenAdapter } from "../../extension/core/adapters/chosenAdapters.ts";
import type { AdapterSummary } from "../../extension/engine/protocol/library.ts";
import { combineAdapters, type CombineOptions } from "../../extension/vscode/adapters/combineAdapters.ts";
import { until } from "./harness/until.ts";

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("Combine adapters", () => {
  const create = vscode.window.createQuickPick;
  let pick: vscode.QuickPick<vscode.QuickPickItem> | undefined;
  let accept: () => Promise<void>;
  let active: readonly ChosenAdapter[];
  let told: string[];
  let answer: (summaries: AdapterSummary[]) => void;

  const labels = (items: readonly vscode.QuickPickItem[] = []): string[] => items.map(({ label }) => label);

  function opened(names: string[]): Promise<void> {
    const asked = new Promise<AdapterSummary[]>((resolve) => (answer = resolve));
    const library = {
      names: async () => names,
      get active() {
        return active;
      },
      activate: async (adapters: readonly ChosenAdapter[]) => void (active = adapters),
    };
    const messages = {
      tell: (_: unknown, text: string, actions: { title: string }[]) => told.push(`${text} ${labelsOf(actions)}`),
      reporting: (handle: () => Promise<void>) => (accept = handle),
    };
    const options = { library, messages, libraryProcess: { ask: () => asked }, places: {}, engine: {} };
    return combineAdapters(options as unknown as CombineOptions);
  }

  const labelsOf = (actions: { title: string }[]): string => actions.map(({ title }) => title).join();

  beforeEach(() => {
    [pick, told, active] = [undefined, [], [asTrained("b")]];
    vscode.window.createQuickPick = <T extends vscode.QuickPickItem>() => {
      const created = create<T>();
      pick = created as unknown as vscode.QuickPick<vscode.QuickPickItem>;
      return created;
    };
  });
  afterEach(() => {
    vscode.window.createQuickPick = create;
    pick?.dispose();
  });

  it("shows the names at once, and keeps what is checked when it knows more", async () => {
    const done = opened(["b", "a"]);
    await until("the list", () => pick?.busy === true);
    assert.deepEqual(labels(pick?.items), ["a", "b"]);
    assert.deepEqual(labels(pick?.selectedItems), ["b"]);
    await pause(500);
    assert.deepEqual(labels(pick?.selectedItems), ["b"]);
    answer([
      { name: "a", folder: "", isVirtual: true },
      { name: "b", folder: "" },
    ]);
    await done;
    await pause(500);
    assert.equal(pick?.busy, false);
    assert.deepEqual(labels(pick.selectedItems), ["b"]);
    pick.selectedItems = pick.items;
    await accept();
    assert.deepEqual(active, [asTrained("b")]);
  });

  it("uses what was accepted early once it knows which of them fit", async () => {
    const done = opened(["a", "b"]);
    await until("the list", () => pick?.busy === true);
    await accept();
    assert.equal(pick?.busy, true);
    active = [];
    answer([
      { name: "a", folder: "" },
      { name: "b", folder: "" },
    ]);
    await done;
    assert.deepEqual(active, [asTrained("b")]);
  });

  for (const names of [[], ["only"]]) {
    it(`says that ${names.length} are too few, and offers to train one`, async () => {
      await opened(names);
      assert.deepEqual(told, ["It takes two adapters or more to combine them. Train Adapter"]);
      assert.equal(pick, undefined);
    });
  }
});
