/** Translates texts with the bundle that the extension puts into the page. Keys are the English texts. */

const bundle = JSON.parse(document.getElementById("l10n")?.textContent ?? "{}") as Record<string, string>;

/** Translates `t("{0} files", 3)` like vscode.l10n.t in the extension. */
export function t(message: string, ...values: readonly (string | number)[]): string {
  const translated = bundle[message] ?? message;
  return translated.replaceAll(/\{(\d+)\}/g, (whole, index) => String(values[Number(index)] ?? whole));
}
