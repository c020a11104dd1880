/** Translates texts with the bundle that the extension puts into the page. Keys are the English texts. */

const bundle = JSON.parse(document.getElementById("l10n")?.textContent ?? "{}") as Record<string, string>;

/** The blank between a number and its unit, where a line must not break. */
const beforeUnit = /(?<=\d) (?=(?:%|m?s|min|h|[kMG]B|tokens\/s|毫?秒|分|小时)(?!\w))/g;

/** Translates `t("{0} files", 3)` like vscode.l10n.t in the extension. */
export function t(message: string, ...values: readonly (string | number)[]): string {
  const translated = bundle[message] ?? message;
  const text = translated.replaceAll(/\{(\d+)\}/g, (whole, index) => String(values[Number(index)] ?? whole));
  return text.replaceAll(beforeUnit, "\u00A0");
}
