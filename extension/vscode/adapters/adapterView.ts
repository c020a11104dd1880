/** The view "Adapters" of the side bar: a native tree with the adapters of this machine. It shows; adapterActions.ts acts. */

import * as vscode from "vscode";
import { isAdapterName } from "../../core/adapters/library/keptAdapters.ts";
import { adapterRowsRequest, type AdapterRow } from "../../engine/protocol/adapters.ts";
import type { Configuration } from "../configuration.ts";
import type { Messages } from "../messages.ts";
import { adapterItem } from "./adapterItem.ts";
import { adaptersQuestion, type SummaryOptions } from "./adapterSummaries.ts";

export interface AdapterViewOptions extends SummaryOptions {
  configuration: Pick<Configuration, "onDidChange">;
  messages: Messages;
}

export interface AdapterView {
  /** The row that a command of the view means: the one it was called on, or the selected one. */
  rowOf(argument: unknown): AdapterRow | undefined;
}

const viewId = "graft.adapters";

export function registerAdapterView(options: AdapterViewOptions, subscriptions: vscode.Disposable[]): AdapterView {
  const { configuration, libraryProcess, library, messages } = options;
  const changed = new vscode.EventEmitter<void>();
  const read = async (): Promise<AdapterRow[]> => {
    try {
      return await libraryProcess.ask(adapterRowsRequest, adaptersQuestion(options));
    } catch (error) {
      messages.log(error);
      // Those whose names are known can still be used, renamed and deleted.
      return (await library.names()).map((name) => ({ name, folder: "", details: { bytes: 0, writtenAt: 0 } }));
    }
  };
  // While VS Code waits for rows, it has none, and a command on a row would do nothing. So the rows are read before it asks.
  let rows: Promise<AdapterRow[]> | undefined;
  let latest = 0;
  const reread = async (): Promise<void> => {
    const turn = ++latest;
    const next = rows && read();
    await next;
    if (turn !== latest) return;
    rows = next;
    changed.fire();
  };
  const update = (): void => void reread();
  const tree = vscode.window.createTreeView<AdapterRow>(viewId, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: async (row) => (row ? [] : await (rows ??= read())),
      getTreeItem: (row) => adapterItem(row, library.active),
    },
  });
  subscriptions.push(
    changed,
    tree,
    library.onDidChangeNames(update),
    library.onDidChangeActive(() => changed.fire()),
    library.onDidChangeWeights(update),
    configuration.onDidChange((keys) => {
      if (keys.includes("base")) update();
    }),
  );
  return {
    rowOf: (argument) => (isRow(argument) ? argument : tree.selection[0]),
  };
}

/** Whether a command got a row. A task of the workspace can call a command with anything. */
function isRow(value: unknown): value is AdapterRow {
  if (typeof value !== "object" || value === null || !("details" in value) || !("name" in value)) return false;
  return typeof value.name === "string" && isAdapterName(value.name);
}
