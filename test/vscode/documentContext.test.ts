/** In the extension host: what of a file or a notebook a completion sees. */

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
    assert.equal(suffix.length, 8_000);
  });

  it("puts a notebook's earlier Python cells before the cell", async () => {
    const cell = (kind: vscode.NotebookCellKind, text: string, language: string) =>
      new vscode.NotebookCellData(kind, text, language);
    const notebook = await vscode.workspace.openNotebookDocument(
      "jupyter-notebook",
      new vscode.NotebookData([
        cell(vscode.NotebookCellKind.Code, "import math", "python"),
        cell(vscode.NotebookCellKind.Markup, "# Title", "markdown"),
        cell(vscode.NotebookCellKind.Code, "r = 2", "python"),
        cell(vscode.NotebookCellKind.Code, "later = 3", "python"),
      ]),
    );
    const { prefix, suffix } = contextAt(notebook.cellAt(2).document, new vscode.Position(0, 4));
    assert.deepEqual({ prefix, suffix }, { prefix: "import math\n\nr = ", suffix: "2" });
  });
});
