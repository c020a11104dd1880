/** Writes foreign text (names, paths, answers of a model) into Markdown so that it stays text: no link, image, mention or HTML. */

/** Returns the text in one line, and escapes what would become markup. Mentions and bare addresses stay as they are. */
export function markdownText(text: string): string {
  return oneLine(text).replaceAll(/[\\`*[\]<>|~]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|^(?=[#+-])/g, "\\$&");
}

/** Returns the text in one line as code, in which nothing is markup. */
export function inlineCode(text: string): string {
  const line = oneLine(text);
  const fence = "`".repeat(longestTicks(line) + 1);
  // Markdown drops one space at each end of inline code.
  const isPadded = /^[` ]|[` ]$/.test(line);
  return isPadded || line === "" ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}

/** Returns a block of code. Its fence is longer than any in the text, so that the text cannot end it. */
export function codeBlock(text: string, language: string): string {
  const fence = "`".repeat(Math.max(3, longestTicks(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

function longestTicks(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
