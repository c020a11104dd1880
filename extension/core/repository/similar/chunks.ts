/** Cuts a text into chunks of lines where something new begins: a definition, or code after a blank line. */

const definition = /^[ \t]*(?:@|class[ \t]|def[ \t]|async[ \t]+def[ \t])/;
const outermost = /^\S/;

/** The fewest lines of a chunk that ends before a line of each kind, and the most lines of any. */
const fewest = { outermost: 5, definition: 10, paragraph: 20 };
const most = 40;

/** Returns where the chunks of `text` start, the first at 0. */
export function chunkStarts(text: string): number[] {
  const starts = [0];
  let [lines, wasBlank, wasDecorator] = [0, false, false];
  for (let place = 0; place < text.length;) {
    const found = text.indexOf("\n", place);
    const end = found < 0 ? text.length : found;
    const line = text.slice(place, end);
    const isDefinition = definition.test(line);
    const enough = !isDefinition
      ? wasBlank
        ? fewest.paragraph
        : most
      : outermost.test(line)
        ? fewest.outermost
        : fewest.definition;
    const isBlank = line.trim() === "";
    if (lines >= most || (lines >= enough && !wasDecorator && !isBlank)) {
      starts.push(place);
      lines = 0;
    }
    lines++;
    [wasBlank, wasDecorator] = [isBlank, isDefinition && line.trimStart().startsWith("@")];
    place = end + 1;
  }
  return starts;
}
