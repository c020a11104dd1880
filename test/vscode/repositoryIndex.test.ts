/** In the extension host: the repository index follows documents, files and ignore rules of the open folder. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { Activated } from "../../extension/main.ts";
import type { Configuration } from "../../extension/vscode/configuration.ts";
import { indexCommands } from "../../extension/vscode/repository/indexCommands.ts";
import { until } from "./harness/until.ts";

/** Each planted name follows "plant = ", so that one question finds all of them. */
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
  /** Returns the plants once they are as wanted, or whatever they are after a while. */
  const plantsAfter = async (wanted: string): Promise<string> => {
    for (const deadline = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const found = await plants();
      if (found === wanted || Date.now() > deadline) return found;
    }
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

  it("reads the folder after the first Python document, but no ignored file", async () => {
    assert.equal(await plantsAfter("alpha"), "alpha");
  });

  it("says so in the status bar", () => {
    assert.match(graft.index.notes.join(), /^Repository index: \d+ files, \d/);
  });

  it("takes a document as it is typed, saved or not, and not once it is closed without saving", async () => {
    const document = await vscode.workspace.openTextDocument(join(folder, "index/a.py"));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), planted("typed")));
    assert.equal(await plantsAfter("alpha typed"), "alpha typed");
    await document.save();
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), planted("unsaved")));
    assert.equal(await plantsAfter("alpha typed unsaved"), "alpha typed unsaved");
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    assert.equal(await plantsAfter("alpha typed"), "alpha typed");
  });

  it("takes files that appear, change and go, and folders that move", async () => {
    await write("index/more/b.py", planted("beta"));
    assert.equal(await plantsAfter("alpha beta typed"), "alpha beta typed");
    await write("index/more/b.py", planted("gamma"));
    assert.equal(await plantsAfter("alpha gamma typed"), "alpha gamma typed");
    await rename(join(folder, "index/more"), join(folder, "moved"));
    assert.equal(await plantsAfter("alpha gamma typed"), "alpha gamma typed");
    await rm(join(folder, "moved"), { recursive: true });
    assert.equal(await plantsAfter("alpha typed"), "alpha typed");
  });

  it("reads the folder again when ignore rules change", async () => {
    await write(".gitignore", "a.py\n");
    assert.equal(await plantsAfter("private"), "private");
    await write(".gitignore", "private.py\n");
    assert.equal(await plantsAfter("alpha typed"), "alpha typed");
  });

  it("leaves out a folder that becomes an environment", async () => {
    await write("index/env.d/c.py", planted("gamma"));
    assert.equal(await plantsAfter("alpha gamma typed"), "alpha gamma typed");
    await write("index/env.d/pyvenv.cfg", "");
    assert.equal(await plantsAfter("alpha typed"), "alpha typed");
    await rm(join(folder, "index/env.d"), { recursive: true });
  });

  it("takes a folder with a dot in its name that appears as a whole", async () => {
    const outside = join(folder, "..", "graft-moved.v2");
    await mkdir(outside, { recursive: true });
    await writeFile(join(outside, "d.py"), planted("delta"));
    await rename(outside, join(folder, "index/lib.v2"));
    assert.equal(await plantsAfter("alpha delta typed"), "alpha delta typed");
    await rm(join(folder, "index/lib.v2"), { recursive: true });
    assert.equal(await plantsAfter("alpha typed"), "alpha typed");
  });

  it("is off where the setting is off", async () => {
    const settings = vscode.workspace.getConfiguration("graft");
    let forgotten = 0;
    const forgetting = graft.index.onDidChangeRules(() => forgotten++);
    await settings.update("repository.enable", false, vscode.ConfigurationTarget.Global);
    assert.equal(await plantsAfter(""), "");
    assert.deepEqual(graft.index.notes, []);
    await until("what was read leaves the prompts", () => forgotten > 0);
    forgetting.dispose();
    await settings.update("repository.enable", undefined, vscode.ConfigurationTarget.Global);
    assert.equal(await plantsAfter("alpha typed"), "alpha typed");
  });

  it("is deleted from disk by a command, and built again by another", async () => {
    const home = join(graft.places.home, "repositories");
    await until("the index is on disk", () => existsSync(home));
    void vscode.commands.executeCommand("graft.deleteRepositoryIndex");
    await until("it is gone", () => !existsSync(home));
    assert.equal(await plants(), "");
    assert.match(graft.index.notes.join(), /^The repository index is deleted\./);
    await vscode.commands.executeCommand("graft.rebuildRepositoryIndex");
    assert.equal(await plantsAfter("alpha typed"), "alpha typed");
  });

  it("is rebuilt without a word lost of other folders, and not at all where the setting is off", async () => {
    const home = join(graft.places.home, "repositories");
    const other = join(home, "another folder");
    await mkdir(other, { recursive: true });
    await vscode.commands.executeCommand("graft.rebuildRepositoryIndex");
    assert.equal(await plantsAfter("alpha typed"), "alpha typed");
    assert(existsSync(other));

    const told: string[] = [];
    const settings = vscode.workspace.getConfiguration("graft");
    const commands = indexCommands({
      index: { rebuild: async () => assert.fail("rebuilt"), delete: async () => assert.fail("deleted") },
      configuration: { get: ((key: string) => key !== "repository.enable") as Configuration["get"] },
      messages: { tell: (_, text, actions) => void told.push(`${text} ${actions?.[0]?.title}`) },
    });
    await settings.update("repository.enable", false, vscode.ConfigurationTarget.Global);
    try {
      await vscode.commands.executeCommand("graft.rebuildRepositoryIndex");
      await commands["graft.rebuildRepositoryIndex"]!();
    } finally {
      await settings.update("repository.enable", undefined, vscode.ConfigurationTarget.Global);
    }
    const reason = "There is no repository index to rebuild: the setting graft.repository.enable is off.";
    assert.deepEqual(told, [`${reason} Open Settings`]);
    assert(existsSync(other));
    assert.equal(await plantsAfter("alpha typed"), "alpha typed");
    await rm(other, { recursive: true });
  });
});
