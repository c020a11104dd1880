/**
 * Compares what the training form says before a training (time, memory, steps) with what came, for each folder and method, and prints the
 * table of docs/benchmarks.md. Time is that of the whole command, from its start to the adapter, without the trial. Run it on a quiet
 * machine.
 *
 *     node scripts/saidAndTook.ts FOLDER… [--methods lora,ia3] [--preset quick] [--validation 0.1]
 */

import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { silentLog } from "../extension/core/foundation/log.ts";
import { openEstimator } from "../extension/core/training/estimate/estimateTraining.ts";
import type { TrainOptions } from "../extension/core/training/request.ts";
import { run } from "./bed/command.ts";
import { root, scratch } from "./bed/paths.ts";

const { values: flags, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    methods: { type: "string", default: "lora,ia3" },
    preset: { type: "string", default: "quick" },
    validation: { type: "string", default: "0.1" },
  },
});
const home = join(scratch, "said-and-took");
const out = join(home, "adapter");
const estimate = openEstimator();

process.stdout.write(
  "| training | steps | said, s | took, s | said, MB | took, MB |\n| --- | --- | --- | --- | --- | --- |\n",
);
for (const folder of folders) {
  for (const method of flags.methods.split(",")) process.stdout.write(`${await compare(folder, method)}\n`);
}
await rm(home, { recursive: true, force: true });

async function compare(folder: string, method: string): Promise<string> {
  const { preset, validation } = flags;
  const asked = { data: [folder], method, preset, validation, trial: false, out };
  const places = { base: "", home, embedded: join(root, "base"), dataFolder: "" };
  const said = await estimate({ ...asked, ...places } as TrainOptions, { log: silentLog });
  const options = ["--method", method, "--preset", preset, "--validation", validation, "--no-trial", "--out", out];
  const startedAt = performance.now();
  const cli = [join(root, "dist", "cli.js"), "train", "--json", "--data", folder, ...options];
  const output = await run(process.execPath, cli, { env: { ...process.env, GRAFT_HOME: home } });
  const seconds = (performance.now() - startedAt) / 1000;
  const result = output.split("\n").find((line) => line.includes('"event":"result"'))!;
  const { steps, peakMemoryBytes } = JSON.parse(result) as { steps: number; peakMemoryBytes: number };
  const cells = [
    `${method}, ${basename(folder)}`,
    `${said.steps} said, ${steps} taken`,
    said.seconds?.toFixed(0) ?? "",
    `${seconds.toFixed(0)} (${percent(said.seconds ?? NaN, seconds)})`,
    (said.memoryBytes / 1e6).toFixed(0),
    `${(peakMemoryBytes / 1e6).toFixed(0)} (${percent(said.memoryBytes, peakMemoryBytes)})`,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** What was said, above or below what came. */
function percent(said: number, came: number): string {
  const share = Math.round(100 * (said / came - 1));
  return `${share < 0 ? "−" : "+"} ${Math.abs(share)} %`;
}
