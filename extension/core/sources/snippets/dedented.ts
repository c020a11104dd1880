/** Turns lines that were selected in an editor into a text. Knows no syntax. */

/** Returns the lines with "\n" ends, without the indentation that all share, and without blank lines at both ends; "" if all are blank. */
export function dedented(text: string): string {
  const lines = text.split(/\r\n?|\n/).map((line) => (line.trim() === "" ? "" : line));
  const first = lines.findIndex((line) => line !== "");
  if (first < 0) return "";
  const own = lines.slice(first, lines.findLastIndex((line) => line !== "") + 1);
  const shared = own
    .filter((line) => line !== "")
    .map(indentationOf)
    .reduce(commonStart);
  return `${own.map((line) => line.slice(shared.length)).join("\n")}\n`;
}

function indentationOf(line: string): string {
  return line.slice(0, line.length - line.trimStart().length);
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
