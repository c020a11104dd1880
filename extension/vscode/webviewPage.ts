/** The HTML around every webview: one script, one style, and a policy that blocks everything else. */

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

/** Shows the bundle dist/webview/`name`.js (and .css) in `webview`. */
export function showWebviewPage(webview: vscode.Webview, extensionUri: vscode.Uri, name: string, title: string): void {
  const folder = vscode.Uri.joinPath(extensionUri, "dist", "webview");
  const source = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
  const nonce = randomBytes(16).toString("base64url");
  // Without a bundle for the editor's language, the texts are English, and a screen reader needs an English voice.
  const language = vscode.l10n.bundle ? vscode.env.language : "en";
  webview.options = { enableScripts: true, localResourceRoots: [folder] };
  webview.html = `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
  <meta charset="UTF-8">
  <meta http-equiv="Content-Security-Policy"
    content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escaped(title)}</title>
  <link rel="stylesheet" href="${source(`${name}.css`)}">
</head>
<body>
  <script type="application/json" id="l10n">${JSON.stringify(vscode.l10n.bundle ?? {}).replaceAll("<", "\\u003c")}</script>
  <script type="module" nonce="${nonce}" src="${source(`${name}.js`)}"></script>
</body>
</html>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
