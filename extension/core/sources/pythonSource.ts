/** Reads one Python file as training text, or returns the reason why it is unfit. */

import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { readPlainFile, type Links } from "../foundation/plainFile.ts";
import { say, type Said } from "../foundation/words/said.ts";
import type { SkipReason } from "./skipped.ts";

export interface FitSource {
  readonly text: string;
}

/** The reason why a file is unfit for training, in words and as a category. */
export interface UnfitSource {
  readonly unfit: Said;
  readonly reason: SkipReason;
}

/** Larger files are almost always data or generated. */
const largestSource = 512 * 1024;

/** Most lines of a file's head: a licence may stand before what a tool says. */
const longestHead = 40;

const thing = "(?:\\w+ )?(?:file|code|module|class|client|script|package|form|implementation|document|stubs?|models?)";
const made = "(?:auto(?:matically)?[- ]?)?generated";
const by = "(?:by|from|with|using)\\b";

/** What tools, and hardly any people, say of a file: at the beginning of a sentence, for people mention what is generated elsewhere in one. */
const generatedMarks = [
  /(?<![\w'])@generated\b/,
  /(?:^|, )(?:please )?(?:do not|don't) edit(?:$|,| (?:it|this|by hand|manually|directly|unless|the (?:file|class|code))\b)/i,
  new RegExp(`^(?:(?!the |all |any )${thing} )?${made} ${by}`, "i"),
  new RegExp(`^this (?:${thing} )?(?:is|was|has been) (?:an? )?${made}\\b`, "i"),
  new RegExp(`^auto(?:matically)?[- ]?generated(?:$| ${thing}\\b)`, "i"),
];
const generatedNames = /_pb2(?:_grpc)?\.py$/;

/**
 * Returns the text with \n line ends and without a byte order mark, or the reason why the file is unfit.
 *
 * @param takes whether a generated or minified file is wanted in spite of that
 */
export async function readPythonSource(
  path: string,
  links: Links = "follow",
  takes: (reason: SkipReason) => boolean = () => false,
): Promise<FitSource | UnfitSource> {
  const { size } = await stat(path);
  if (size > largestSource) {
    return { unfit: say`The file is too large: ${size} bytes; the limit is ${largestSource}.`, reason: "large" };
  }
  const bytes = await readPlainFile(path, largestSource, links);
  if (bytes.includes(0)) return { unfit: say`The file is binary.`, reason: "binary" };
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).replaceAll(/\r\n?/g, "\n");
  } catch {
    return { unfit: say`The file is not valid UTF-8.`, reason: "encoding" };
  }
  return unfitText(text, basename(path), takes) ?? { text };
}

/** Returns why a text with "\n" line ends is unfit, by its words and the name of its file. */
export function unfitText(
  text: string,
  name: string,
  takes: (reason: SkipReason) => boolean = () => false,
): UnfitSource | undefined {
  if (text.length > largestSource) return { unfit: say`The file is too large.`, reason: "large" };
  if (text.trim() === "") return { unfit: say`The file is empty.`, reason: "empty" };
  const lines = text.split("\n");
  const isGenerated = generatedNames.test(name) || sentencesOf(headOf(lines)).some(isGeneratedMark);
  if (isGenerated && !takes("generated")) return { unfit: say`The file is generated.`, reason: "generated" };
  const longest = lines.reduce((most, line) => Math.max(most, line.length), 0);
  const isMinified = longest > 1000 || text.length / lines.length > 150 || name.endsWith(".min.py");
  if (isMinified && !takes("minified")) {
    return { unfit: say`The file holds data or minified code: its lines are too long.`, reason: "minified" };
  }
  return undefined;
}

function isGeneratedMark(sentence: string): boolean {
  return generatedMarks.some((mark) => mark.test(sentence));
}

/** Returns the words of the comments and of the docstring before a file's first code, line by line. */
function headOf(lines: readonly string[]): string[] {
  const head: string[] = [];
  let quotes: string | undefined;
  for (const line of lines.slice(0, longestHead)) {
    let text = line.trim();
    if (quotes === undefined && text !== "" && !text.startsWith("#")) {
      const [prefix, opened] = /^[ru]?("""|'''|["'])/i.exec(text) ?? [];
      if (prefix === undefined) break;
      quotes = opened;
      text = text.slice(prefix.length);
    }
    const end = quotes === undefined ? -1 : text.indexOf(quotes);
    if (end >= 0) quotes = undefined;
    // Borders and bullets are no words; "@generated" is one.
    head.push((end >= 0 ? text.slice(0, end) : text).replace(/^[^\w@`"']+/, "").trimEnd());
  }
  return head;
}

/**
 * Returns the sentences with a "_" for what they quote. A line goes on with the sentence of the line before if it begins in lower case and that has
 * not ended.
 */
function sentencesOf(head: readonly string[]): string[] {
  const text = head.reduce((sum, line) => sum + (/^[a-z]/.test(line) && /[\w,]$/.test(sum) ? " " : "\n") + line, "");
  return text
    .replaceAll(/`[^`\n]*`|"[^"\n]*"/g, "_")
    .split(/\n|[.!?:;*](?:\s+|$)| [-–—]+ /)
    .map((sentence) => sentence.trim());
}
