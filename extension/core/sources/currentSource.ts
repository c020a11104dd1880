/**
 * Reads the sources that a user works on, for the repository index. They follow the rules for training, except that they need
 * not parse, as few texts do while they are written, and that copies are for the index to find.
 */

import { basename } from "node:path";
import { readPythonSource, unfitText, type SourceText, type UnfitSource } from "./pythonSource.ts";
import { lineOfSecret } from "./secrets.ts";

export async function readCurrentSource(path: string): Promise<SourceText | UnfitSource> {
  const source = await readPythonSource(path).catch(
    (error: unknown): UnfitSource => ({ unfit: `The file cannot be read: ${String(error)}`, reason: "unreadable" }),
  );
  return "unfit" in source ? source : ((await secretIn(source.text)) ?? source);
}

/** Judges the text of a document that may not be saved. `path` says its name only. */
export async function judgeCurrentText(path: string, text: string): Promise<SourceText | UnfitSource> {
  const plain = text.replaceAll(/\r\n?/g, "\n");
  return unfitText(plain, basename(path)) ?? (await secretIn(plain)) ?? { text: plain };
}

async function secretIn(text: string): Promise<UnfitSource | undefined> {
  const line = await lineOfSecret(text);
  return line === undefined ? undefined : { unfit: `The file contains a secret in line ${line}.`, reason: "secret" };
}
