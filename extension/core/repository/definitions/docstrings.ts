/**
 * Shortens the docstrings of a text: a snippet shows only their first lines, and long ones take most of the parsing time. A
 * docstring that the end of the text cuts off is closed; otherwise it would hide the definition around it.
 */

/** Longer docstrings are cut at the first line end after this many characters. More than a definition has that is shown whole. */
const longest = 360;

// Matches whole comments and strings, because quotes inside them mean nothing. Linear: each alternative has one way to match.
const lexeme = /#[^\n]*|("""|''')((?:[^\\]|\\[^])*?)(?:\1|$(?![^]))|"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?/g;
/** Matches the text in front of a docstring: the colon of a header, and perhaps a comment. */
const headerEnd = /:[ \t]*(?:#[^\n]*)?\s*[rRuU]?$/;

export function shortenDocstrings(text: string): string {
  return text.replaceAll(lexeme, (whole: string, quotes: string | undefined, content: string, at: number) => {
    const isClosed = quotes !== undefined && whole.length > 5 && whole.endsWith(quotes);
    if (quotes === undefined || (isClosed && content.length <= longest)) return whole;
    if (!headerEnd.test(text.slice(Math.max(0, at - 120), at))) return whole;
    return `${quotes}${startOf(content)}${quotes}`;
  });
}

/** Returns the first characters, up to a line end. */
function startOf(content: string): string {
  const first = content.length - content.trimStart().length;
  const from = Math.max(first, Math.min(longest, content.length));
  const end = content.indexOf("\n", from);
  const start = end < 0 ? content : content.slice(0, end);
  // A backslash or a quote at the end would join the closing quotes.
  return start.replace(/[\\"']+$/, "");
}
