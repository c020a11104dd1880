/** In the extension host: the repository index follows documents, files and ignore rules of the open folder. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { Activated } from "../../extension/main.ts";
import { until } from "./harness/until.ts";

/** Each planted name stands behind "plant = ", so that one question finds all that are there. */
const planted = (name: string): string => `plant = ${name}\n`;

describe("the repository index in the editor", () => {
  const folder = vscode.workspace.workspaceFolders![0]!.uri.fsPath;
  let graft: Activated;
  let asking: vscode.TextDocument;

  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  const plants = async (): Promise<string> => {
    const answer = await graft.index.query(asking, { prefix: "x = 1\nplant = ", suffix: "" });
    const names = answer?.copies.map(({ after }) => after.split("\n")[0]!);
    return names?.toSorted().join(" ") ?? "no answer";
  };
  const untilPlants = async (wanted: string): Promise<void> => {
    let last = "";
    await until(async () => (last = await plants()) === wanted, 20_000).catch(() => assert.equal(last, wanted));
  };

  before(async () => {
    graft = await vscode.extensions.getExtension<Activated>("graft.graft")!.activate();
    await write("index/asking.py", "x = 1\n");
    await write("index/a.py", planted("alpha"));
    await write("index/hidden/private.py", planted("private"));
    await write(".gitignore", "private.py\n");
    asking = await vscode.workspace.openTextDocument(join(folder, "index/asking.py"));
  });

  after(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    for (const path of ["index", "moved", ".gitignore"]) await rm(join(folder, path), { recursive: true, force: true });
  });

  it("reads the folder after the first Python document, but no ignored file", () => untilPlants("alpha"));

  it("says so in the status bar", () => {
    assert.match(graft.index.notes.join(), /^Repository index: \d+ files, \d/);
  });

  it("takes a document as it is typed, saved or not, and not once it is closed without saving", async () => {
    const document = await vscode.workspace.openTextDocument(join(folder, "index/a.py"));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), planted("typed")));
    await untilPlants("alpha typed");
    await document.save();
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), planted("unsaved")));
    await untilPlants("alpha typed unsaved");
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    await untilPlants("alpha typed");
  });

  it("takes files that appear, change and go, and folders that move", async () => {
    await write("index/more/b.py", planted("beta"));
    await untilPlants("alpha beta typed");
    await write("index/more/b.py", planted("gamma"));
    await untilPlants("alpha gamma typed");
    await rename(join(folder, "index/more"), join(folder, "moved"));
    await untilPlants("alpha gamma typed");
    await rm(join(folder, "moved"), { recursive: true });
    await untilPlants("alpha typed");
  });

  it("reads the folder again when ignore rules change", async () => {
    await write(".gitignore", "a.py\n");
    await untilPlants("private");
    await write(".gitignore", "private.py\n");
    await untilPlants("alpha typed");
  });

  it("is off where the setting is off", async () => {
    const settings = vscode.workspace.getConfiguration("graft");
    await settings.update("repository.enable", false, vscode.ConfigurationTarget.Global);
    await untilPlants("no answer");
    assert.deepEqual(graft.index.notes, []);
    await settings.update("repository.enable", undefined, vscode.ConfigurationTarget.Global);
    await untilPlants("alpha typed");
  });

  it("is deleted from disk by a command, and built again by another", async () => {
    const home = join(graft.places.home, "repositories");
    await until(() => existsSync(home));
    void vscode.commands.executeCommand("graft.deleteRepositoryIndex");
    await until(() => !existsSync(home));
    assert.equal(await plants(), "no answer");
    await vscode.commands.executeCommand("graft.rebuildRepositoryIndex");
    await untilPlants("alpha typed");
  });
});
