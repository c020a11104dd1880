/**
 * Compares Graft's tokenizers with huggingface/tokenizers on real Python files: both ids and decoded text. For development: it
 * takes minutes and needs a Python with the library.
 *
 *     node scripts/measure/tokenizerParity.ts --python PYTHON [--files 2000] [FOLDER…]
 */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { openTokenizer } from "../../extension/core/tokenizer/tokenizer.ts";

const { values: flags, positionals } = parseArgs({
  options: { python: { type: "string", default: "python3" }, files: { type: "string", default: "2000" } },
  allowPositionals: true,
});
const root = join(import.meta.dirname, "../..");
const fixtures = join(root, "test", "fixtures");
const ours = (await readdir(join(fixtures, "tokenizers"), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => join(fixtures, "tokenizers", name));
const folders = positionals.length > 0 ? positionals : [join(root, "base"), join(fixtures, "tokenizer"), ...ours];

const script = join(import.meta.dirname, "tokenizerParity.py");
const reference = spawn(flags.python, [script, flags.files, ...folders], { stdio: ["ignore", "pipe", "inherit"] });
const lines = createInterface({ input: reference.stdout })[Symbol.asyncIterator]();
const next = async (): Promise<unknown> => JSON.parse((await lines.next()).value ?? "null");
const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

console.log(JSON.stringify(await next()));
const paths = (await next()) as string[];
for (const folder of folders) {
  const tokenizer = await openTokenizer(folder);
  const unequal: string[] = [];
  let characters = 0;
  let milliseconds = 0;
  for (const path of paths) {
    const expected = (await next()) as { ids: string; decoded: string };
    const text = await readFile(path, "utf8");
    const start = performance.now();
    const ids = tokenizer.encode(text);
    milliseconds += performance.now() - start;
    characters += text.length;
    if (digest(ids.join(",")) !== expected.ids) unequal.push(`ids of ${path}`);
    else if (digest(tokenizer.decode(ids)) !== expected.decoded) unequal.push(`text of ${path}`);
  }
  const speed = `${(characters / milliseconds / 1000).toFixed(2)} M characters/s`;
  console.log(`${basename(folder)}: ${paths.length - unequal.length} of ${paths.length} files equal, ${speed}`);
  for (const what of unequal.slice(0, 5)) console.log(`  unequal: ${what}`);
  if (unequal.length > 0) process.exitCode = 1;
}
