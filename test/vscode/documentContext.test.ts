/** In the extension host: which parts of a file or a notebook a completion sees. */

import assert from "node:assert/strict";
import * as vscode from "vscode";
import { contextAt } from "../../extension/vscode/completion/documentContext.ts";

const python = (content: string) => vscode.workspace.openTextDocument({ language: "python", content });

describe("contextAt", () => {
  it("splits a file at the cursor", async () => {
    const document = await python("a = 1\nb = 2\n");
    assert.deepEqual(contextAt(document, new vscode.Position(1, 2)), { prefix: "a = 1\nb ", suffix: "= 2\n" });
  });

  it("leaves out the text that a completion would replace", async () => {
    const document = await python("x = val\n");
    const context = contextAt(document, new vscode.Position(0, 4), new vscode.Position(0, 7));
    assert.deepEqual(context, { prefix: "x = ", suffix: "\n" });
  });

  it("gives Windows line ends as line feeds", async () => {
    const document = await python("a = 1\r\nb = 2\r\n");
    assert.deepEqual(contextAt(document, new vscode.Position(1, 0)), { prefix: "a = 1\n", suffix: "b = 2\n" });
  });

  it("takes a bounded part of a long file", async () => {
    const document = await python("value = 1\n".repeat(20_000));
    const { prefix, suffix } = contextAt(document, new vscode.Position(10_000, 0));
    assert.equal(prefix.length, 32_000);
    assert.equal(suffix.length, 7_990);
  });

  it("cuts a long file where it reads as the whole does", async () => {
    const docstring = `    """It's long.\n${"def no(\n".repeat(6000)}`;
    const document = await python(`class A:\n  def f(self):\n${docstring}`);
    const { prefix } = contextAt(document, new vscode.Position(6003, 0));
    assert.match(prefix, /^class A:\n {2}def f\(self\):\n {4}"""\ndef no\(\n/);
    assert.ok(prefix.length < 33_000);
  });

  it("reads a very long file only near the cursor", async () => {
    const document = await python(`"""It's long.\n\n${"value = 1\n".repeat(600_000)}`);
    const line = 500_000;
    const started = performance.now();
    const first = contextAt(document, new vscode.Position(line, 9));
    const { prefix } = contextAt(document, new vscode.Position(line, 9));
    assert.equal(first.prefix, prefix);
    assert.match(prefix, /^value = 1\n/);
    assert.ok(prefix.length <= 32_009 && prefix.length > 31_000, `${prefix.length} characters`);
    assert.ok(performance.now() - started < 1000);
  });

  it("puts a notebook's other Python cells around the cell", async () => {
    const cell = (kind: vscode.NotebookCellKind, text: string, language: string) =>
      new vscode.NotebookCellData(kind, text, language);
    const notebook = await vscode.workspace.openNotebookDocument(
      "jupyter-notebook",
      new vscode.NotebookData([
        cell(vscode.NotebookCellKind.Code, "import math", "python"),
        cell(vscode.NotebookCellKind.Markup, "# Title", "markdown"),
        cell(vscode.NotebookCellKind.Code, "r = 2", "python"),
        cell(vscode.NotebookCellKind.Code, "%%bash\nls", "shellscript"),
        cell(vscode.NotebookCellKind.Code, "later = 3", "python"),
      ]),
    );
    const { prefix, suffix } = contextAt(notebook.cellAt(2).document, new vscode.Position(0, 4));
    assert.deepEqual(
      { prefix, suffix },
      {
        prefix: "import math\n\nr = ",
        suffix: "2\n\nlater = 3",
      },
    );
  });

  it("cuts a notebook's cells at their limits, the nearest first to stay", async () => {
    const code = (text: string) => new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, "python");
    const long = "value = 1\n".repeat(1000);
    const cells = [
      code("far = 1"),
      ...Array.from({ length: 4 }, () => code(long)),
      code("x = "),
      code("near = 2"),
      code(long),
    ];
    const notebook = await vscode.workspace.openNotebookDocument("jupyter-notebook", new vscode.NotebookData(cells));
    const { prefix, suffix } = contextAt(notebook.cellAt(5).document, new vscode.Position(0, 4));
    assert.equal(prefix, `${`${long}\n\n`.repeat(3)}x = `);
    assert.equal(suffix, "\n\nnear = 2");
  });
});
