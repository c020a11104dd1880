/** One Python file as training text, or the reason why it is unfit. It knows nothing of folders and of other files. */

import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";

/** Larger files are data or generated, nearly without exception. */
const largestSource = 512 * 1024;

/** What tools write into the first lines of their work; only comments count, and phrases that people do not use. */
const generatedMarks =
  /@generated|\bauto(?:matically)?[- ]?generated\b|\b(?:do not|don't) edit\b|^\W*(?:this \w+ (?:is|was) )?generated (?:by|from|with|using)\b/i;
const generatedNames = /(?:_pb2|_pb2_grpc|\.min)\.py$/;

/** The text, with \n line ends and no byte order mark; or why the file should not be learnt from. */
export async function readPythonSource(path: string): Promise<{ text: string } | { unfit: string }> {
  const { size } = await stat(path);
  if (size > largestSource) return { unfit: `The file is too large: ${size} bytes, the limit is ${largestSource}.` };
  const bytes = await readFile(path);
  if (bytes.includes(0)) return { unfit: "The file is binary." };
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).replaceAll(/\r\n?/g, "\n");
  } catch {
    return { unfit: "The file is not valid UTF-8." };
  }
  const reason = unfitText(text) ?? (generatedNames.test(basename(path)) ? "The file is generated." : undefined);
  return reason === undefined ? { text } : { unfit: reason };
}

function unfitText(text: string): string | undefined {
  if (text.trim() === "") return "The file is empty.";
  const lines = text.split("\n");
  if (lines.slice(0, 12).some((line) => line.trimStart().startsWith("#") && generatedMarks.test(line))) {
    return "The file is generated.";
  }
  const longest = lines.reduce((most, line) => Math.max(most, line.length), 0);
  if (longest > 1000 || text.length / lines.length > 150)
    return "The file holds data: its lines are too long for code.";
  return undefined;
}
