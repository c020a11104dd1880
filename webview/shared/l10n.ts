/** Texts in the user's language: the extension puts its bundle into the page, keyed by the English text. */

const bundle = JSON.parse(document.getElementById("l10n")?.textContent ?? "{}") as Record<string, string>;

/** `t("{0} files", 3)`, as vscode.l10n.t does in the extension. */
export function t(message: string, ...values: readonly (string | number)[]): string {
  const translated = bundle[message] ?? message;
  return translated.replaceAll(/\{(\d+)\}/g, (whole, index) => String(values[Number(index)] ?? whole));
}
