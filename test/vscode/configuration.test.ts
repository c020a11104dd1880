/** In the extension host: where a command writes the setting that it changes. */

import assert from "node:assert/strict";
import * as vscode from "vscode";
import { readConfiguration } from "../../extension/vscode/configuration.ts";

describe("Toggle completions", () => {
  const subscriptions: vscode.Disposable[] = [];
  const log = vscode.window.createOutputChannel("Settings", { log: true });
  const configuration = readConfiguration(log, {} as vscode.Memento, subscriptions);
  const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration("graft");
  const places = (): (boolean | undefined)[] => {
    const { workspaceValue, globalValue } = settings().inspect<boolean>("enable")!;
    return [workspaceValue, globalValue];
  };

  after(async () => {
    for (const target of [vscode.ConfigurationTarget.Workspace, vscode.ConfigurationTarget.Global]) {
      await settings().update("enable", undefined, target);
    }
    for (const one of subscriptions) one.dispose();
  });

  it("changes the user's setting where the workspace has none", async () => {
    await configuration.toggleEnabled();
    assert.deepEqual(places(), [undefined, false]);
    await configuration.toggleEnabled();
    assert.deepEqual(places(), [undefined, true]);
  });

  it("changes the workspace's setting where that decides", async () => {
    await settings().update("enable", true, vscode.ConfigurationTarget.Workspace);
    await configuration.toggleEnabled();
    assert.equal(configuration.get("enable"), false);
    assert.deepEqual(places(), [false, true]);
    await configuration.toggleEnabled();
    assert.equal(configuration.get("enable"), true);
  });
});
