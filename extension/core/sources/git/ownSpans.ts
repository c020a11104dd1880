/** Finds the user's own lines in a text. Knows no git. */

/** A part of a text: from its first character to the one after its last. */
export type Span = readonly [start: number, end: number];

/** A line of fewer characters, such as "else:" or ")", counts as own only next to a longer one, because others write it as well. */
const telling = 10;

/** Returns the runs of whole lines whose texts are in `own`, with the blank lines between them. */
export function ownSpans(text: string, own: ReadonlySet<string>): Span[] {
  const spans: Span[] = [];
  let run: { start: number; end: number; isTelling: boolean } | undefined;
  const close = (): void => {
    if (run?.isTelling) spans.push([run.start, run.end]);
    run = undefined;
  };
  let start = 0;
  for (const line of text.split("\n")) {
    const end = Math.min(text.length, start + line.length + 1);
    const code = line.trim();
    if (own.has(code)) {
      run = { start: run?.start ?? start, end, isTelling: run?.isTelling === true || code.length >= telling };
    } else if (code !== "") close();
    start = end;
  }
  close();
  return spans;
}
