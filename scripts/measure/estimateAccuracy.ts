/**
 * Compares the training form's estimate (time, memory, steps) with the actual figures of the process that the editor starts for the
 * training, for each folder and method, and prints the table of docs/benchmarks.md. Time is that of the whole process, from its start to
 * the adapter, without the trial. Run it on a quiet machine, after `npm run build`; memory does not depend on that.
 *
 *     node scripts/measure/estimateAccuracy.ts FOLDER… [--methods lora,ia3] [--preset quick] [--steps N] [--validation 0.1] [--shape smollm2-135m]
 *
 * With `--shape`, the base has the shape of a published model, random weights of 4 bits, and the tokenizer of the embedded one.
 */

import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { silentLog } from "../../extension/core/foundation/log.ts";
import { openEstimator } from "../../extension/core/training/estimate/estimateTraining.ts";
import type { TrainOptions } from "../../extension/core/training/trainRequest.ts";
import { trainWork } from "../../extension/engine/protocol/training.ts";
import { workApart } from "../../extension/engine/workApart.ts";
import { root, scratch } from "../bed/paths.ts";
import { shapeNamed } from "./fullSize/checkpoint.ts";
import { importShape } from "./fullSize/importShape.ts";

const { values: flags, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    methods: { type: "string", default: "lora,ia3" },
    preset: { type: "string", default: "quick" },
    steps: { type: "string" },
    validation: { type: "string", default: "0.1" },
    shape: { type: "string" },
  },
});
const home = join(scratch, "said-and-took");
const base =
  flags.shape === undefined
    ? ""
    : (await importShape(shapeNamed(flags.shape), { folder: home, bits: "4", withTokenizer: true })).path;
const out = join(home, "adapter");
const engine = { entry: join(root, "dist", "engine.js"), log: silentLog };
const estimate = openEstimator();

process.stdout.write(
  "| training | steps | said, s | took, s | said, MB | took, MB |\n| --- | --- | --- | --- | --- | --- |\n",
);
for (const folder of folders) {
  for (const method of flags.methods.split(",")) process.stdout.write(`${await compare(folder, method)}\n`);
}
await rm(home, { recursive: true, force: true });

async function compare(folder: string, method: string): Promise<string> {
  const { preset, steps, validation } = flags;
  await rm(out, { recursive: true, force: true });
  const asked = {
    data: [folder],
    method,
    preset,
    ...(steps !== undefined && { steps: Number(steps) }),
    validation,
    trial: false,
    out,
  };
  const places = { base, home, embedded: join(root, "base"), dataFolder: "" };
  const options = { ...asked, ...places } as TrainOptions;
  const said = await estimate(options, { log: silentLog });
  const startedAt = performance.now();
  const { steps: taken, peakMemoryBytes } = await workApart(trainWork, options, engine, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const cells = [
    `${method}, ${basename(folder)}`,
    `${said.steps} said, ${taken} taken`,
    said.seconds?.toFixed(0) ?? "",
    `${seconds.toFixed(0)} (${percent(said.seconds ?? NaN, seconds)})`,
    (said.memoryBytes / 1e6).toFixed(0),
    `${(peakMemoryBytes / 1e6).toFixed(0)} (${percent(said.memoryBytes, peakMemoryBytes)})`,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Returns how far the estimate was above or below the actual figure. */
function percent(said: number, came: number): string {
  const share = Math.round(100 * (said / came - 1));
  return `${share < 0 ? "−" : "+"} ${Math.abs(share)} %`;
}
