/**
 * Shows that the memory of a training does not grow with its data: trains the embedded base for some steps on data sets with more
 * and more rows. Files go to `.graft/many-rows` and are removed at the end. A million rows take about 160 MB on disk and minutes to
 * tokenize.
 *
 *     node scripts/measure/manyRows.ts [--rows 10000,100000,1000000] [--steps 50]
 */

import { createWriteStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { seededRandom } from "../../extension/core/foundation/random.ts";
import { run } from "../bed/command.ts";
import { root, scratch } from "../bed/paths.ts";

const { values: flags } = parseArgs({
  options: { rows: { type: "string", default: "10000,100000,1000000" }, steps: { type: "string", default: "50" } },
});
const folder = join(scratch, "many-rows");
await mkdir(folder, { recursive: true });

try {
  for (const rows of flags.rows.split(",").map(Number)) {
    const data = join(folder, `${rows}.jsonl`);
    await pipeline(Readable.from(pairs(rows)), createWriteStream(data));
    const { size } = await stat(data);
    const startedAt = performance.now();
    const cli = [join(root, "extension", "cli.ts"), "train", "--json", "--data", data, "--validation", "0.0001"];
    const output = await run(process.execPath, [...cli, "--steps", flags.steps, "--out", join(folder, "adapter")]);
    const seconds = (performance.now() - startedAt) / 1000;
    const result = JSON.parse(output.split("\n").find((line) => line.includes('"event":"result"'))!) as {
      peakMemoryBytes: number;
    };
    const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
    console.log(`${rows} rows, ${megabytes(size)}: peak ${megabytes(result.peakMemoryBytes)}, ${seconds.toFixed(0)} s`);
    await rm(data);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Returns lines with distinct pairs that are about as long as CoNaLa's. */
function* pairs(rows: number): Generator<string> {
  const random = seededRandom(1, "rows");
  const words = ["list", "string", "file", "key", "value", "number", "column", "row", "date", "match", "frame", "path"];
  const word = (): string => words[random.integer(words.length)]!;
  for (let i = 0; i < rows; i++) {
    const [a, b, c] = [word(), word(), word()];
    const intent = `convert the ${a} ${i} of each ${b} into a ${c} and sort by ${word()}`;
    yield `${JSON.stringify({ intent, code: `sorted(${a}_${i}.get('${b}') for ${c} in ${word()}s)` })}\n`;
  }
}
