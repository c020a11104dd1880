/**
 * Makes CodeAlpacaPy from CodeAlpaca: selects the Python rows, splits them into three parts, and checks their SHA-256 digests.
 * The selection equals the paper's data set. The paper's split is not known, so the split is Graft's own
 * (docs/evaluation.md).
 */

import { createHash } from "node:crypto";
import * as z from "zod";
import { UserError } from "../../foundation/errors.ts";
import { say, type Said } from "../../foundation/words/said.ts";
import { openPythonParser } from "../../python/pythonParser.ts";
import type { Split } from "../paperDatasets.ts";

const sourceSchema = z.array(z.object({ instruction: z.string(), input: z.string(), output: z.string() }));

/** SHA-256 digests of the files, in hexadecimal. */
export const codeAlpacaPyDigests: Readonly<Record<Split, string>> = {
  train: "dfc3e306cc5587dc8a0c17c77985cf11124022b021311710aa90a5da30343993",
  validation: "187f2fb9c3edf4f22c092e52e5c1523e1d0897a6e55932df6341d41006a2c556",
  test: "3e832cdfbcc8eeb99b18cc3d91f5491da67a0a143840a2582287e5039a57cf96",
};

/** Rows that tree-sitter parses as Python but Python's own `ast.parse` rejects, mostly for their indentation. */
const notPython: ReadonlySet<string> = new Set(
  `
  0107d44715fa 023c50a7d428 052d3b146d32 07ac9b32723b 0c7c86a38e67 0fd6c02fbda3 11227d38b1da 11c567b12088
  1281249a14e2 150f8857fd4f 181c67f623a6 1fe9a3629afe 22278dd5d58b 26f3e24b999c 2fcd0a58f8a8 374d62e6ebd6
  3786b0959996 3a2a67288a84 3c2893b01faf 56e1e2eb0b6c 5bd7851aac43 62b83a9abbbc 637de2f15b83 71670af56390
  71be750a3669 76337aac690e 8196bddbdd7c 8767e9cc451d 8b0e68c650a2 8db9e09a8e54 8e678d6ab647 99b13c711a9d
  9f30028dcb9e 9fa25ddb3fdb a15a260785d6 a66f9e84697e a9ce698de12b af25072fd0d4 bd6928f4966e bd7124149d97
  bfffb5c80096 c1c5ffaa653b c545423213d4 c9d2251d7488 d13c2c2c3486 db655a380c64 ddea2863928e e6d31edacb2a
  e734a6757f05 e86e64c187cb f08e4706fe2b f1e9b6f25c9e f4365aa0240e f54b863b7550 f6dd6c69c072 f7335cb01a9a
  fecb05598c86
`.match(/\w+/g),
);

const [testRows, validationRows] = [628, 314];

/**
 * Returns the content of the files.
 *
 * @param source the content of CodeAlpaca's code_alpaca_20k.json
 * @throws UserError "download-damaged" if `source` has another format
 */
export async function codeAlpacaPy(source: string): Promise<Readonly<Record<Split, string>>> {
  const parser = await openPythonParser();
  const rows = readRows(source)
    .map(({ instruction, input, output }) => {
      const hash = sha1([instruction, input, output].join("\0"));
      return { id: hash.slice(0, 12), place: sha1(`split-v1:${hash}`), intent: instruction, input, code: output };
    })
    .filter(({ id, input, code }) => input === "" && !notPython.has(id) && parser.parses(code))
    .toSorted((a, b) => (a.place < b.place ? -1 : 1));
  const fileOf = (split: Split, from: number, to?: number): string =>
    rows
      .slice(from, to)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map((row) => `${line({ id: `ca-${row.id}`, intent: row.intent, code: row.code, split })}\n`)
      .join("");
  return {
    test: fileOf("test", 0, testRows),
    validation: fileOf("validation", testRows, testRows + validationRows),
    train: fileOf("train", testRows + validationRows),
  };
}

/** @throws UserError "download-damaged" if a file has another digest */
export function checkDigests(
  files: Readonly<Record<Split, string>>,
  digests: Readonly<Record<Split, string>> = codeAlpacaPyDigests,
): void {
  for (const [split, text] of Object.entries(files) as [Split, string][]) {
    const digest = createHash("sha256").update(text).digest("hex");
    if (digest === digests[split]) continue;
    throw damaged(say`the ${split} part has the digest ${digest}, not ${digests[split]}`);
  }
}

function readRows(source: string): z.infer<typeof sourceSchema> {
  try {
    return sourceSchema.parse(JSON.parse(source));
  } catch (error) {
    throw damaged(say`it is not a list of instructions, inputs and outputs`, { cause: error });
  }
}

function damaged(reason: Said, options?: ErrorOptions): UserError {
  return new UserError(
    "download-damaged",
    say`Cannot use the download as CodeAlpacaPy: ${reason}.`,
    say`The data set may have changed at its source. Choose a folder with train.jsonl, validation.jsonl and test.jsonl.`,
    options,
  );
}

/** Writes a row in the format of Python's json.dumps. */
function line(row: Readonly<Record<string, string>>): string {
  return `{${Object.entries(row)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(", ")}}`;
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
