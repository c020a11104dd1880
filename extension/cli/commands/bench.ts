/** graft bench */

import type { InstalledBase } from "../../core/baseModels/installedBase.ts";
import { choosePlacements } from "../../core/devices/placements.ts";
import { deviceNames, onCpu, type DeviceChoice, type Placement } from "../../core/runtime/device.ts";
import type { SpeedRow } from "../../core/speed/measuring.ts";
import { measured, probeNamed } from "./devices.ts";
import { UserError } from "../../core/foundation/errors.ts";
import { speedBenchmarks } from "../../core/speed/servingSpeed.ts";
import { explainTraining } from "../../core/speed/trainingSpeed.ts";
import { openNamedBase, type Context } from "../context.ts";
import { aligned } from "../output.ts";

export type BenchmarkName = keyof typeof speedBenchmarks;

export const benchmarkNames = Object.keys(speedBenchmarks) as BenchmarkName[];

export interface BenchFlags {
  readonly base: string;
  readonly device: DeviceChoice | "all";
  /** The number of tokens of a training step. */
  readonly tokens?: number;
  readonly explain?: boolean;
}

export async function benchCommand(bench: BenchmarkName, flags: BenchFlags, context: Context): Promise<void> {
  const { tokens, explain = false } = flags;
  if (bench !== "train" && (explain || tokens !== undefined)) {
    const message = `Cannot use --tokens or --explain with bench ${bench}: they apply to training only.`;
    throw new UserError("option-invalid", message, "Leave them out, or choose bench train.");
  }
  if (tokens !== undefined && tokens % 128 !== 0) {
    const message = `Cannot measure steps of ${tokens} tokens: a step consists of rows of 128 tokens.`;
    throw new UserError("option-invalid", message, "Give a multiple of 128.");
  }
  const base = await openNamedBase(flags.base, context);
  const measure = explain ? explainTraining : speedBenchmarks[bench];
  const rows: SpeedRow[] = [];
  for (const placement of await measuredPlacements(flags.device, base, context)) {
    const found = await measure(base, { ...(tokens !== undefined && { tokens }), placement });
    const named = flags.device === "all" ? `${deviceNames[placement.device]}: ` : "";
    rows.push(...found.map((row) => ({ ...row, name: `${named}${row.name}` })));
  }
  const lines = aligned(rows.map(({ name, value, unit }) => [name, `${Number(value.toPrecision(3))} ${unit}`]));
  context.output.result({ bench, base: base.name, rows }, lines.join("\n"));
}

/** Returns the one device that is asked for, or all that work. Nothing is measured on a device that fails a probe. */
async function measuredPlacements(
  device: BenchFlags["device"],
  base: InstalledBase,
  context: Context,
): Promise<readonly Placement[]> {
  const { places, output } = context;
  if (device === "all") {
    const findings = await measured(base, false, context);
    const others = [...findings].flatMap(([name, finding]) =>
      finding.kind === "works" ? [{ device: name, tokensPerRun: finding.tokensPerRun }] : [],
    );
    return [onCpu, ...others];
  }
  await probeNamed(device, base, context);
  const [first = onCpu] = await choosePlacements({ device, home: places.home, base: base.hash, log: output.log });
  return [first];
}
