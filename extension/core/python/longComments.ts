/**
 * Blanks long comments, because tree-sitter's Python reads on to the next line of code from each line of a comment in a
 * block: the time grows with the square of the comment's length, to 15 seconds at 220 kB.
 */

/** Strings, which may contain what looks like a comment; comments; and backslashes at the end of a line. */
const lexemes = /("""|''')(?:\\[^]|[^\\])*?(?:\1|\\?$)|(["'])(?:\\[^]|(?!\2)[^\\\n])*\2?|#[^\n]*|\\(?=\r?\n)/g;

/** The most lines that a comment keeps. */
const mostLines = 20;
const mayBeLong = new RegExp(String.raw`(?:^[ \t\f]*(?:#.*|\\)?\r?\n){${mostLines}}`, "m");

/** A line of nothing but a comment or a backslash, from there to its end. */
interface EmptyLine {
  readonly start: number;
  readonly end: number;
  /** The column of the comment, as tree-sitter counts indentation. */
  readonly column: number;
}

/**
 * Returns `text` with blanks for all but a few lines of each comment of more than 20 lines, blank lines between them not
 * counted. All offsets stay, and so do all other nodes: a comment ends a block only if it starts further left than all
 * before it, so such lines stay, as do the lines before them and the last line. Lines of nothing but a backslash cost as
 * much, and are blanked in the same way.
 */
export function withoutLongComments(text: string): string {
  if (!mayBeLong.test(text)) return text;
  let bare = "";
  let done = 0;
  for (const { start, end } of runsOf(text).flatMap(superfluous)) {
    bare += text.slice(done, start) + " ".repeat(end - start);
    done = end;
  }
  return bare + text.slice(done);
}

/** Returns the lines without code that follow one another, with nothing but blank lines between them. */
function runsOf(text: string): EmptyLine[][] {
  const runs: EmptyLine[][] = [];
  let done = 0;
  for (const { 0: lexeme, index: start } of text.matchAll(lexemes)) {
    const end = start + lexeme.length;
    const indent = text.slice(text.lastIndexOf("\n", start) + 1, start);
    if (/^[#\\]/.test(lexeme) && indent.trim() === "") {
      const column = lexeme === "\\" ? Infinity : indent.replaceAll("\t", " ".repeat(8)).length;
      if (runs.length === 0 || text.slice(done, start).trim() !== "") runs.push([]);
      runs.at(-1)!.push({ start, end, column });
      done = end;
    }
  }
  return runs;
}

function superfluous(run: readonly EmptyLine[]): EmptyLine[] {
  if (run.length <= mostLines) return [];
  let leftmost = Infinity;
  const isFurtherLeft = run.map(({ column }) => {
    const isLess = column < leftmost;
    leftmost = Math.min(leftmost, column);
    return isLess;
  });
  return run.filter((_, i) => !(isFurtherLeft[i] || (isFurtherLeft[i + 1] ?? true)));
}
