/**
 * Tells names that only other functions have: `balance` in a method, where it is a parameter of the constructor. All is told from text,
 * and in doubt a name is known.
 */

import type { Cursor } from "../stop.ts";
import { indentation, isCode, scanPython } from "../pythonText.ts";

const header = /^[ \t]*(?:async[ \t]+)?def[ \t]+\w+/;
const word = /(?<![\p{L}\p{N}_])[\p{L}_][\p{L}\p{N}_]*/gu;
/** Not behind a dot. */
const readWord = /(?<![\p{L}\p{N}_]|\.[ \t]*)[\p{L}_][\p{L}\p{N}_]*/gu;
/** Where code gives names a meaning: values and names of arguments, annotations, headers with their parameters, and other words. */
const giving = [
  /([\p{L}_][\p{L}\p{N}_.]*)[ \t]*(?::[^=\n]*)?=(?!=)/gu,
  /^[ \t]*([^=\n]*,[^=\n]*)=(?!=)/gm,
  /^[ \t]*([\p{L}_][\p{L}\p{N}_]*)[ \t]*:/gmu,
  /\bdef\b([^\n]*)/g,
  /\bdef[ \t]+\w+[^(\n]*\(([^]*?)\)[^\n()]*:/g,
  /\b(?:for|as|import|lambda|class|global|nonlocal|del)\b([^\n:=]*)/g,
];
const stringOrComment =
  /[rbfRBF]{0,2}(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)|#[^\n]*/g;
/** Keywords and what every module has. A function may have parameters with such names. */
const everywhere = new Set(
  (
    "and as assert async await break case class continue def del elif else except False finally for from global if import in is " +
    "lambda match None nonlocal not or pass raise return True try type while with yield abs all any ascii bin bool bytearray bytes " +
    "callable chr classmethod compile complex delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr " +
    "globals hasattr hash help hex id input int isinstance issubclass iter len list locals map max memoryview min next object oct " +
    "open ord pow print property quit range repr reversed round set setattr slice sorted staticmethod str sum super tuple vars zip " +
    "self cls NotImplemented Ellipsis"
  ).split(" "),
);
/** A longer file takes longer than a reader would wait for, and is seldom written by hand. */
const longestFile = 200_000;
const exception = /(?:Error|Exception|Warning|Exit|Interrupt|Iteration)$/;

/** Returns where `text`, written at the cursor, first reads a name that only other functions of the file have; undefined if nowhere. */
export function firstForeignName(text: string, { prefix, suffix }: Cursor): number | undefined {
  const lineStart = prefix.lastIndexOf("\n") + 1;
  const [above, begun] = [prefix.slice(0, lineStart), prefix.slice(lineStart)];
  const read = namesRead(begun + text).filter(({ name, at }) => at + name.length > begun.length);
  // Within brackets from lines above, a name may be a parameter, or get its value there.
  if (read.length === 0 || scanPython(above).brackets !== "") return undefined;
  const file = prefix + suffix;
  if (file.length > longestFile) return undefined;
  if (/^[ \t]*from\b[^\n]*\bimport[ \t]*\*/m.test(file)) return undefined;
  const { visible, hidden } = partsOf(above, indentation(begun + text), suffix);
  const [known, others] = [wordsOf(visible), namesGiven(withoutStrings(hidden))];
  const foreign = read.find(({ name }) => others.has(name) && !known.has(name));
  return foreign && Math.max(0, foreign.at - begun.length);
}

interface Name {
  readonly name: string;
  readonly at: number;
}

/** The names that a text reads without giving them a meaning, but for keywords and what every module has. */
function namesRead(text: string): Name[] {
  const code = withoutStrings(text);
  const given = namesGiven(code);
  return [...code.matchAll(readWord)]
    .map(({ 0: name, index }): Name => ({ name, at: index }))
    .filter(({ name }) => !given.has(name) && !everywhere.has(name) && !exception.test(name));
}

/** The names that code gives a meaning, whole functions and single lines alike. */
function namesGiven(code: string): ReadonlySet<string> {
  return new Set(
    giving.flatMap((pattern) => [...code.matchAll(pattern)].flatMap(([, names = ""]) => names.match(readWord) ?? [])),
  );
}

function withoutStrings(text: string): string {
  return text.replace(stringOrComment, (found) => found.replace(/[^\n]/g, " "));
}

/** What a file without the line at the cursor shows from there, and what it hides: of functions it does not stand in, only names show. */
function partsOf(above: string, indent: number, suffix: string): { visible: string; hidden: string } {
  const linesAbove = above.split("\n").slice(0, -1);
  const [rest = "", ...below] = suffix.split("\n");
  const lines = [...linesAbove, ...below];
  const own = outermostFunction(linesAbove, indent);
  const [visible, hidden]: [string[], string[]] = [[rest], []];
  for (let i = 0; i < lines.length;) {
    const name = header.exec(lines[i]!)?.[0];
    const end = name === undefined ? i + 1 : endOfBlock(lines, i);
    const part = lines.slice(i, end);
    if (name === undefined || i === own) visible.push(...part);
    else {
      visible.push(name);
      hidden.push(...part);
    }
    i = end;
  }
  return { visible: visible.join("\n"), hidden: hidden.join("\n") };
}

/** The line below the block that a header opens. */
function endOfBlock(lines: readonly string[], start: number): number {
  const indent = indentation(lines[start]!);
  let end = start + 1;
  while (end < lines.length && !(isAtBlock(lines[end]!) && indentation(lines[end]!) <= indent)) end++;
  return end;
}

/** The header of the outermost function around the line below these ones; undefined outside of functions. */
function outermostFunction(lines: readonly string[], indent: number): number | undefined {
  let found: number | undefined;
  let width = indent;
  for (let i = lines.length - 1; i >= 0 && width > 0; i--) {
    const line = lines[i]!;
    if (!isAtBlock(line) || indentation(line) >= width) continue;
    width = indentation(line);
    if (header.test(line)) found = i;
  }
  return found;
}

/** Whether a line tells by its indentation what it belongs to; the end of a header over several lines does not. */
function isAtBlock(line: string): boolean {
  return isCode(line) && !/^\s*\)/.test(line);
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.match(word));
}
