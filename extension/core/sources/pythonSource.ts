/** Reads one Python file as training text, or returns the reason why it is unfit. */

import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { readPlainFile, type Links } from "../foundation/plainFile.ts";
import { say, type Said } from "../foundation/words/said.ts";
import type { SkipReason } from "./skipped.ts";

export interface SourceText {
  readonly text: string;
}

/** The reason why a file is unfit for training, in words and as a category. */
export interface UnfitSource {
  readonly unfit: Said;
  readonly reason: SkipReason;
}

/** Larger files are almost always data or generated. */
const largestSource = 512 * 1024;

/** Phrases that tools write into the first lines of generated files and people do not use. Only comments count. */
const generatedMarks =
  /@generated|\bauto(?:matically)?[- ]?generated\b|\b(?:do not|don't) edit\b|^\W*(?:this \w+ (?:is|was) )?generated (?:by|from|with|using)\b/i;
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
): Promise<SourceText | UnfitSource> {
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
  const isMarked = lines.slice(0, 12).some((line) => line.trimStart().startsWith("#") && generatedMarks.test(line));
  const isGenerated = isMarked || generatedNames.test(name);
  if (isGenerated && !takes("generated")) return { unfit: say`The file is generated.`, reason: "generated" };
  const longest = lines.reduce((most, line) => Math.max(most, line.length), 0);
  const isMinified = longest > 1000 || text.length / lines.length > 150 || name.endsWith(".min.py");
  if (isMinified && !takes("minified")) {
    return { unfit: say`The file holds data or minified code: its lines are too long.`, reason: "minified" };
  }
  return undefined;
}
