/** In the extension host: what becomes of suggestions in a real editor, and when there are none. The tests set the engine's answers. */

import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Completion } from "../../extension/core/completion/result/completion.ts";
import type { CompletionRequest } from "../../extension/core/completion/completionRequest.ts";
import type { SuggestionEvent } from "../../extension/core/completion/judgement/suggestionEvent.ts";
import type { Activated } from "../../extension/main.ts";
import { until } from "./harness/until.ts";

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const run = (command: string, ...args: unknown[]): Thenable<unknown> =>
  vscode.commands.executeCommand(command, ...args);

/** Types as a keyboard does. */
async function type(text: string): Promise<void> {
  for (const key of text) await run("type", { text: key });
}

function completion(texts: readonly string[], confidence: number): Completion {
  const [text = ""] = texts;
  const ends = Array.from(text.matchAll(/\n|$/g), ({ index }) => index);
  const evidence = {} as Completion["beginnings"][number]["evidence"];
  return {
    text,
    confidence,
    leastConfidence: 0.2,
    beginnings: text === "" ? [] : ends.map((end) => ({ end, confidence, evidence })),
    candidates: texts.map((each) => ({ text: each, logProbability: -1 })),
    tokens: 3,
    logProbability: -1,
    milliseconds: { load: 0, prefill: 1, decode: 1 },
    stop: "line",
  };
}

/** The page of "Explain completion", as Markdown. */
function explanation(): string {
  const page = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === "graft-explanation");
  return page?.getText() ?? "";
}

describe("Suggestions in the editor", function () {
  this.timeout(20_000);
  let graft: Activated;
  let complete: Activated["engine"]["complete"];
  /** The engine's answer to a request. */
  let answer: (request: CompletionRequest) => readonly string[] = () => [];
  let requests: CompletionRequest[] = [];
  let events: SuggestionEvent[] = [];
  const allKinds = (): string[] => events.map((event) => (event.kind === "silent" ? event.reason : event.kind));
  /** On a busy machine, any suggestion can be on screen long enough to be read; after an acceptance, nothing is found. */
  const kinds = (): string[] => allKinds().filter((kind) => kind !== "read" && kind !== "nothing-found");
  const happened = (kind: string): Promise<void> => until(kind, () => kinds().includes(kind));

  /** Presses Tab, again while the first ghost text of a window is not drawn yet. */
  async function accept(): Promise<void> {
    for (let round = 0; round < 40 && !kinds().includes("accepted"); round++) {
      await run("editor.action.inlineSuggest.commit");
      await pause(250);
    }
    const { document } = vscode.window.activeTextEditor!;
    assert(kinds().includes("accepted"), `${allKinds().join(" ")} in ${JSON.stringify(document.getText())}`);
  }

  /** Opens a document with the cursor at its end, and answers with `text` directly after the content. */
  async function open(content: string, text: string, { eol = vscode.EndOfLine.LF } = {}): Promise<vscode.TextEditor> {
    const document = await vscode.workspace.openTextDocument({ language: "python", content });
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.setEndOfLine(eol));
    const end = document.lineAt(document.lineCount - 1).range.end;
    editor.selection = new vscode.Selection(end, end);
    const whole = content.replaceAll("\r\n", "\n") + text;
    answer = ({ prefix }) =>
      whole.startsWith(prefix) && whole.length > prefix.length ? [whole.slice(prefix.length)] : [];
    await pause(100);
    [requests, events] = [[], []];
    return editor;
  }

  before(async () => {
    const extension = vscode.extensions.getExtension<Activated>("graft.graft");
    assert(extension);
    graft = await extension.activate();
    // The first ghost text of a window takes longest.
    await until("the engine is ready", () => ["ready", "asleep"].includes(graft.engine.state.phase));
    complete = graft.engine.complete.bind(graft.engine);
    graft.engine.complete = async (request) => {
      requests.push(request);
      await pause(1);
      return completion(answer(request), 0.6);
    };
    graft.completions.events.onDidHappen((event) => events.push(event));
    // At first, a new window accepts no keys and asks no providers.
    await open("import os\npath = o", "s.environ");
    for (let round = 0; round < 60 && !allKinds().includes("shown"); round++) {
      await type("s");
      await pause(250);
      if (!allKinds().includes("shown")) await open("import os\npath = o", "s.environ");
    }
  });

  after(async () => {
    graft.engine.complete = complete;
    await run("workbench.action.closeAllEditors");
  });

  it("Tab accepts", async () => {
    const editor = await open("import os\npath = o", "s.environ");
    await type("s");
    await happened("shown");
    await pause(150);
    await accept();
    assert.equal(editor.document.getText(), "import os\npath = os.environ");
    assert.deepEqual(kinds(), ["shown", "accepted"]);
    const accepted = events.find(({ kind }) => kind === "accepted");
    assert(accepted?.kind === "accepted");
    assert.deepEqual(accepted.place, { start: 19, end: 27 });
    assert.equal(accepted.suggestion.facts.base, graft.engine.base);
  });

  it("Tab accepts several lines in a document with Windows line ends", async () => {
    const editor = await open("def same(value)", ":\n    return value", { eol: vscode.EndOfLine.CRLF });
    await type(":");
    await happened("shown");
    await pause(150);
    await accept();
    assert.equal(editor.document.getText(), "def same(value):\r\n    return value");
    assert.deepEqual(kinds(), ["shown", "accepted"]);
  });

  it("a word is accepted in part, and the rest stays", async () => {
    const editor = await open("import os\npath = ", "first + second");
    await type("f");
    await happened("shown");
    await pause(150);
    await run("editor.action.inlineSuggest.acceptNextWord");
    await happened("partlyAccepted");
    await pause(150);
    await accept();
    assert.equal(editor.document.getText(), "import os\npath = first + second");
    assert.deepEqual([...new Set(kinds())], ["shown", "partlyAccepted", "accepted"]);
    assert.equal(kinds().filter((kind) => kind === "shown").length, 1);
  });

  it("typing along asks no engine and stays one suggestion", async () => {
    await open("import os\npath = ", "os.environ");
    await type("o");
    await happened("shown");
    await pause(600);
    const asked = requests.length;
    for (const key of "s.env") {
      await type(key);
      await pause(120);
    }
    // Questions ahead of the user are about the place after the whole text.
    const others = requests.slice(asked).filter(({ prefix }) => !prefix.includes("os.environ"));
    assert.deepEqual(others, []);
    assert.deepEqual([...new Set(kinds())], ["shown", "typedAlong"]);
    assert.equal(kinds().filter((kind) => kind === "typedAlong").length, 5);
    await type("iron");
    await happened("typedOut");
  });

  it("something else rejects what was read, and that text does not come back there", async () => {
    await open("import os\npath = o", "s.environ");
    await type("s");
    await happened("shown");
    await pause(900);
    await type("x");
    await happened("rejected");
    assert.deepEqual(allKinds().slice(0, 3), ["shown", "read", "rejected"]);
    await run("deleteLeft");
    await run("deleteLeft");
    await happened("deleting");
    [requests, events] = [[], []];
    await type("s");
    await happened("rejected-here");
  });

  it("what Escape hid does not come back when a deletion is undone", async () => {
    const editor = await open("import os\npath = ", "os.environ");
    await type("o");
    await happened("shown");
    await type("s");
    await happened("typedAlong");
    await pause(900);
    await run("editor.action.inlineSuggest.hide");
    await run("deleteLeft");
    await happened("deleting");
    [requests, events] = [[], []];
    await run("undo");
    assert.equal(editor.document.getText(), "import os\npath = os");
    await happened("rejected-here");
    assert.deepEqual(kinds(), ["rejected-here"]);
  });

  it("an undo of what was typed in front of it is no verdict, and it comes again", async () => {
    const editor = await open("import os\npath = o", "s.environ");
    await type("s");
    await happened("shown");
    await pause(900);
    await run("undo");
    await happened("ignored");
    assert.equal(editor.document.getText(), "import os\npath = o");
    [requests, events] = [[], []];
    await type("s");
    await happened("shown");
  });

  it("why there is none is told by Explain completion", async () => {
    const editor = await open("import os\nvalue = ", "3");
    editor.selections = [0, 1].map((line) => new vscode.Selection(line, 7, line, 7));
    await type("0");
    await happened("several-cursors");
    await run("graft.explainCompletion");
    const told = /^# No suggestion\n\n`\S+:\d+:\d+`\n\nThere are several cursors\. `Alt\+\\` asks for one\./;
    await until("another page", () => explanation().startsWith("# No suggestion"));
    assert.match(explanation(), told);
  });

  for (const [setting, value, why] of [
    ["enable", false, "Completions are off (the setting `graft.enable`)."],
    ["completion.exclude", ["**/Untitled*"], "The setting `graft.completion.exclude` leaves this file out."],
  ] as const) {
    it(`why Graft does not even ask is told where ${setting} is the reason`, async () => {
      const settings = vscode.workspace.getConfiguration("graft");
      await open("import os\npath = o", "s.environ");
      await settings.update(setting, value, vscode.ConfigurationTarget.Global);
      try {
        await run("graft.explainCompletion");
        await until("the reason", () => explanation().startsWith("# No suggestion") && explanation().includes(why));
        assert.match(explanation(), /\n\n`Untitled-\d+:2:9`\n\n/);
      } finally {
        await settings.update(setting, undefined, vscode.ConfigurationTarget.Global);
      }
    });
  }

  it("deleting asks nobody", async () => {
    await open("import os\npath = os.en", "viron");
    await run("deleteLeft");
    await pause(300);
    assert.deepEqual(requests, []);
    assert.deepEqual([...new Set(kinds())], ["deleting"]);
  });

  it("several cursors have none", async () => {
    const editor = await open("a = 1\nb = 2\nc = ", "3");
    editor.selections = [0, 1].map((line) => new vscode.Selection(line, 5, line, 5));
    await type("0");
    await pause(300);
    assert.deepEqual(requests, []);
    assert.deepEqual([...new Set(kinds())], ["several-cursors"]);
  });

  it("after an acceptance, the next line's suggestion is there without the engine", async () => {
    await open("import os\npath = o", "s.environ\nvalue = path");
    answer = ({ prefix }) => {
      if (prefix.endsWith("path = os")) return [".environ"];
      return prefix.endsWith("environ\n") ? ["value = path"] : [];
    };
    await type("s");
    await happened("shown");
    await until("the next line was asked for", () => requests.some(({ prefix }) => prefix.endsWith("environ\n")));
    await pause(100);
    await accept();
    await pause(200);
    [requests, events] = [[], []];
    await type("\n");
    await happened("shown");
    assert.equal(requests.filter(({ prefix }) => prefix.endsWith("environ\n")).length, 0);
  });

  it("the next suggestion is one of several", async () => {
    const editor = await open("import os\npath = o", "s.environ");
    answer = ({ prefix, beams }) => {
      if (!prefix.endsWith("path = os")) return [];
      return (beams ?? 1) > 1 ? [".environ", ".getcwd()", ".name"] : [".environ"];
    };
    await type("s");
    await happened("shown");
    await pause(200);
    await run("editor.action.inlineSuggest.showNext");
    await until("alternatives were asked for", () => requests.some(({ beams }) => beams === 4));
    await pause(300);
    await accept();
    assert.equal(editor.document.getText(), "import os\npath = os.getcwd()");
  });

  it("excluded files have none, even if asked for", async () => {
    const settings = vscode.workspace.getConfiguration("graft");
    await open("import os\npath = o", "s.environ");
    await settings.update("completion.exclude", ["**/Untitled*"], vscode.ConfigurationTarget.Global);
    try {
      await type("s");
      await run("editor.action.inlineSuggest.trigger");
      await pause(300);
      assert.deepEqual([requests, events], [[], []]);
    } finally {
      await settings.update("completion.exclude", undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it("an untitled document has no path", async () => {
    await open("import os\npath = o", "s.environ");
    await type("s");
    await happened("shown");
    assert.equal(requests[0]?.path, undefined);
  });
});
