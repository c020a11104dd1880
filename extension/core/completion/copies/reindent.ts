/** Gives copied lines the indentation of the place that they are copied to. */

/** Returns the blanks at the beginning of the line of a place in a text. */
export function indentationOf(text: string, place: number): string {
  const start = place === 0 ? 0 : text.lastIndexOf("\n", place - 1) + 1;
  let end = start;
  while (end < place && (text[end] === " " || text[end] === "\t")) end++;
  return text.slice(start, end);
}

/** Moves all lines but the first from one indentation to another. Lines indented less than `from` stay that much left of `to`. */
export function reindented(text: string, from: string, to: string): string {
  if (from === to || !text.includes("\n")) return text;
  const [first = "", ...others] = text.split("\n");
  const moved = others.map((line) => {
    if (line.startsWith(from)) return to + line.slice(from.length);
    const content = line.trimStart();
    const missing = from.length - (line.length - content.length);
    return content === "" ? line : to.slice(0, Math.max(0, to.length - missing)) + content;
  });
  return [first, ...moved].join("\n");
}
