/** The HTML around a page, in editors of several languages. */

import { expect, test, vi } from "vitest";

const editor = vi.hoisted(() => ({ env: { language: "de" }, l10n: { bundle: undefined as object | undefined } }));
vi.mock("vscode", () => ({ ...editor, Uri: { joinPath: (...parts: unknown[]) => parts.join("/") } }));
const { showWebviewPage } = await import("../extension/vscode/webviewPage.ts");

test.each([
  ["de", undefined, "en"],
  ["zh-cn", { Studies: "研究" }, "zh-cn"],
  ["en", undefined, "en"],
])("in an editor that speaks %s with the texts %j, a page says that it is in %s", (language, bundle, said) => {
  editor.env.language = language;
  editor.l10n.bundle = bundle;
  const webview = { cspSource: "", html: "", asWebviewUri: String };
  showWebviewPage(webview as never, "graft" as never, "study", "Studies");
  expect(webview.html).toContain(`<html lang="${said}">`);
});
