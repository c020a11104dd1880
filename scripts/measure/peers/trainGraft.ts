/** Does the same as trainPeft.py with Graft: takes a training step for each line on standard input. */

import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { peakMemoryBytes } from "../../../extension/core/foundation/memory/peakMemory.ts";
import { openBase } from "../../../extension/core/baseModels/installedBase.ts";
import { openTrainingBench } from "../../../extension/core/speed/trainingBench.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { tokens: { type: "string", default: "512" }, checkpointing: { type: "boolean", default: false } },
});

function tell(values: Record<string, unknown>): void {
  console.log(JSON.stringify(values));
}

const base = await openBase(positionals[0]!);
const { checkpointing } = flags;
const bench = await openTrainingBench(base, { tokens: Number(flags.tokens), checkpointing });
tell({ versions: { node: process.versions.node } });
for await (const _ of createInterface({ input: process.stdin })) {
  const start = performance.now();
  await bench.run();
  bench.update();
  tell({ seconds: (performance.now() - start) / 1000, peakBytes: peakMemoryBytes() });
}
await bench.release();
