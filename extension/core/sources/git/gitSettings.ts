/** Reads one path from git's settings: asks git, which knows all their files and conditions, or reads the files if there is no git. */

import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { readPlainText } from "../../foundation/plainFile.ts";
import { gitOutput } from "./gitProgram.ts";

/** How long an answer is kept, so that the next question does not read the files again. */
const keptMilliseconds = 2000;
const [largestSettings, deepestInclude] = [2 ** 20, 10];

const answers = new Map<string, { readonly until: number; readonly path: Promise<string | undefined> }>();

/**
 * Returns `core.excludesFile` as it applies in `folder`; undefined if no file sets it.
 *
 * @param files the settings files, the strongest last
 */
export async function excludesSetting(folder: string, files: readonly string[]): Promise<string | undefined> {
  const states = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
  const state = states.map((info) => [info?.size, info?.mtimeMs]);
  const key = JSON.stringify([folder, process.env["PATH"], files, state]);
  const now = Date.now();
  for (const [other, { until }] of answers) if (until < now) answers.delete(other);
  if (!answers.has(key)) answers.set(key, { until: now + keptMilliseconds, path: ask(folder, files) });
  return await answers.get(key)!.path;
}

async function ask(folder: string, files: readonly string[]): Promise<string | undefined> {
  const output = await gitOutput(folder, ["config", "--null", "--path", "--get", "core.excludesFile"]);
  if (output !== undefined) return output.replace(/\0$/, "");
  let path: string | undefined;
  for (const file of files) path = (await excludesIn(file)) ?? path;
  return path;
}

/** Returns the last value in a file and in the files that it includes. Conditional includes need git. */
async function excludesIn(file: string, depth = 0): Promise<string | undefined> {
  if (depth > deepestInclude) return undefined;
  const text = await readPlainText(file, largestSettings).catch(() => "");
  let path: string | undefined;
  for (const { name, value } of settingsOf(text)) {
    if (name === "core.excludesfile") path = expanded(value);
    if (name === "include.path") path = (await excludesIn(resolve(dirname(file), expanded(value)), depth + 1)) ?? path;
  }
  return path;
}

function expanded(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}

/** Yields the settings of sections without a subsection: "core.excludesfile". */
function* settingsOf(text: string): Generator<{ name: string; value: string }> {
  let section = "";
  for (const line of text.replaceAll(/\\\r?\n/g, "").split("\n")) {
    const header = /^\s*\[([^\]"]*)("(?:[^"\\]|\\.)*")?\s*\]/.exec(line);
    if (header) section = header[2] === undefined ? header[1]!.trim().toLowerCase() : "";
    const setting = /^\s*([a-z][a-z0-9-]*)\s*=\s*(.*)$/i.exec(header ? line.slice(header[0].length) : line);
    if (setting) yield { name: `${section}.${setting[1]!.toLowerCase()}`, value: valueOf(setting[2]!) };
  }
}

/** Removes quotes, escapes, and a comment after the value. */
function valueOf(text: string): string {
  let [value, kept, isQuoted] = ["", 0, false];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (!isQuoted && (sign === "#" || sign === ";")) break;
    if (sign === '"') isQuoted = !isQuoted;
    else if (sign === "\\") value += text[++at] ?? "";
    else value += sign;
    // Blanks count within quotes, and before more text.
    if (isQuoted || /\S/.test(sign)) kept = value.length;
  }
  return value.slice(0, kept);
}
