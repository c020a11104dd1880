/** In the extension host: which parts of other files are in a request, what is prepared, and what "Explain completion" says about it. */

import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Completion } from "../../extension/core/completion/result/completion.ts";
import type { CompletionRequest } from "../../extension/core/completion/completionRequest.ts";
import type { Activated } from "../../extension/main.ts";
import { until } from "./harness/until.ts";

const answered: Completion = {
  text: "customer)",
  confidence: 0.73,
  leastConfidence: 0.2,
  beginnings: [],
  candidates: [],
  tokens: 5,
  logProbability: -1,
  milliseconds: { load: 0, prefill: 1, decode: 1 },
  stop: "line",
};

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("Other files in completion requests", function () {
  this.timeout(40_000);
  const folder = vscode.workspace.workspaceFolders![0]!.uri.fsPath;
  const shop = join(folder, "shop");
  let graft: Activated;
  let [complete, prepare]: Partial<Activated["engine"]>[] = [];
  const [requests, prepared]: CompletionRequest[][] = [[], []];

  const trigger = async (editor: vscode.TextEditor): Promise<void> => {
    const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
    editor.selection = new vscode.Selection(end, end);
    requests!.length = 0;
    await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
  };
  const askAt = async (editor: vscode.TextEditor): Promise<CompletionRequest> => {
    await trigger(editor);
    await until("a request", () => requests!.length > 0);
    return requests![0]!;
  };
  const open = async (path: string): Promise<vscode.TextEditor> =>
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(join(shop, path)));

  before(async () => {
    await mkdir(shop, { recursive: true });
    const billing = (last: string): string =>
      `from shop.invoices import invoice_of\n\n\ndef bill(customer):\n    invoice = invoice_of(${last}`;
    const files = {
      "invoices.py": "def invoice_of(customer):\n    return customer.invoices[-1]\n",
      "reports.py": billing("customer)\n    print(invoice)\n"),
      "pay.py": billing(""),
      "ignored.py": billing("PLANTED)\n"),
      ".gitignore": "ignored.py\n",
    };
    for (const [path, text] of Object.entries(files)) await writeFile(join(shop, path), text);
    graft = await vscode.extensions.getExtension<Activated>("graft.graft")!.activate();
    await graft.engine.start();
    [complete, prepare] = [{ complete: graft.engine.complete }, { prepare: graft.engine.prepare }];
    graft.engine.complete = (request) => {
      requests!.push(request);
      return Promise.resolve(answered);
    };
    graft.engine.prepare = (request) => {
      prepared!.push(request);
      return Promise.resolve();
    };
  });

  after(async () => {
    Object.assign(graft.engine, complete, prepare);
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await rm(shop, { recursive: true, force: true });
  });

  it("hold places with the same text, with paths relative to the root, and nothing that git ignores", async () => {
    const editor = await open("pay.py");
    let request = await askAt(editor);
    await until("a request with copies", async () => {
      if (request.copies?.length) return true;
      // The index has a moment to answer, which a busy machine may miss. A changed text leads to a new question.
      await editor.edit((change) => change.insert(new vscode.Position(0, 0), "\n"));
      request = await askAt(editor);
      return false;
    });
    await vscode.commands.executeCommand("workbench.action.files.revert");
    assert.equal(request.path, "shop/pay.py");
    assert.equal(request.repositoryName, vscode.workspace.workspaceFolders![0]!.name);
    assert(request.copies?.some(({ path, after }) => path === "shop/reports.py" && after.startsWith("customer)")));
    assert(!request.copies?.some(({ path }) => path === "shop/pay.py"));
    assert.doesNotMatch(JSON.stringify(request), /PLANTED/);
    // The base that comes with Graft reads no other files in its prompt.
    assert.deepEqual(request.context, []);
  });

  it("are waited for where nothing is shown without them", async () => {
    const { complete } = graft.engine;
    const { query } = graft.index;
    const copies: (number | undefined)[] = [];
    const editor = await open("pay.py");
    graft.engine.complete = async (request, signal) => {
      copies.push(request.copies?.length);
      const completion = await complete(request, signal);
      return request.copies?.length ? completion : { ...answered, text: "", confidence: 0 };
    };
    graft.index.query = async (document, around, signal) => {
      await pause(300);
      return signal?.aborted ? undefined : query(document, around, signal);
    };
    await editor.edit((change) => change.insert(new vscode.Position(0, 0), "# late\n"));
    try {
      await trigger(editor);
      await until("a request with copies", () => copies.some((count) => count));
      await until("a suggestion", () => graft.completions.events.rest === answered.text);
    } finally {
      Object.assign(graft.engine, { complete });
      Object.assign(graft.index, { query });
      await vscode.commands.executeCommand("workbench.action.files.revert");
    }
    assert.equal(copies[0], undefined);
  });

  it("a pause prepares the prompt of the file that is looked at", async () => {
    await open("invoices.py");
    await until("a preparation", () => prepared!.some(({ path }) => path === "shop/invoices.py"));
    const last = prepared!.findLast(({ path }) => path === "shop/invoices.py")!;
    assert(!last.context?.some(({ path }) => path === "shop/invoices.py"));
  });

  it("hold none in a document of no folder", async () => {
    const document = await vscode.workspace.openTextDocument({ language: "python", content: "invoice = invo" });
    const request = await askAt(await vscode.window.showTextDocument(document));
    assert.equal(request.context, undefined);
    assert.equal(request.copies, undefined);
  });

  it("are told by Explain completion, with the reason and the confidence, rendered, and nobody can edit it", async () => {
    const editor = await open("pay.py");
    // A suggestion that an earlier test left on screen must not be explained instead.
    await vscode.commands.executeCommand("editor.action.inlineSuggest.hide");
    await until("no suggestion", () => graft.completions.events.rest === undefined);
    await trigger(editor);
    await until("a suggestion", () => graft.completions.events.rest !== undefined);
    await vscode.commands.executeCommand("graft.explainCompletion");
    const isTold = ({ uri }: vscode.TextDocument): boolean => uri.scheme === "graft-explanation";
    const document = vscode.workspace.textDocuments.find(isTold)!;
    const text = document.getText();
    await until("a rendered page", () => {
      const inputs = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ input }) => input));
      return inputs.some((input) => input instanceof vscode.TabInputWebview && /markdown/.test(input.viewType));
    });
    assert.match(text, /`shop\/pay\.py:5:26`/);
    // The engine's 73 %, corrected a little by the outcome of earlier tests' suggestions.
    assert.match(text, /Confidence: 7\d %/);
    assert.match(text, /`shop\/reports\.py`: `[^ ].*invoice_of\(` → `customer\)`/);
    assert.equal(document.isUntitled, false);
    assert.equal(vscode.workspace.fs.isWritableFileSystem(document.uri.scheme) ?? false, false);
  });

  it("are asked for again once the ignore rules are others, though the answer was known", async () => {
    const editor = await open("pay.py");
    const names = (request: CompletionRequest): string[] => (request.copies ?? []).map(({ path }) => path);
    /** Leaves and comes back, because a suggestion that is already on screen is not requested again. */
    const comeBack = async (): Promise<void> => {
      editor.selection = new vscode.Selection(0, 0, 0, 0);
      await pause(300);
      await trigger(editor);
      await pause(300);
    };
    await until("a suggestion that is known", async () => {
      await comeBack();
      return requests!.length === 0;
    });
    await writeFile(join(shop, ".gitignore"), "ignored.py\nreports.py\n");
    await until("another request", async () => {
      await comeBack();
      return requests!.length > 0;
    });
    assert(!names(requests![0]!).includes("shop/reports.py"), names(requests![0]!).join());
  });
});
