/** graft bench */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as z from "zod";
import type { InstalledBase } from "../../core/baseModels/installedBase.ts";
import { choosePlacements } from "../../core/devices/placements.ts";
import { cudaVariable } from "../../core/runtime/cudaVariable.ts";
import {
  DeviceFailure,
  deviceNames,
  devices,
  onCpu,
  type Device,
  type DeviceChoice,
  type Placement,
} from "../../core/runtime/device.ts";
import type { SpeedRow } from "../../core/speed/measuring.ts";
import { measured, probeNamed } from "./devices.ts";
import { UserError } from "../../core/foundation/errors.ts";
import { verbatim } from "../../core/foundation/words/said.ts";
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
    throw new UserError("option-invalid", verbatim(message), verbatim("Leave them out, or choose bench train."));
  }
  if (tokens !== undefined && tokens % 128 !== 0) {
    const message = `Cannot measure steps of ${tokens} tokens: a step consists of rows of 128 tokens.`;
    throw new UserError("option-invalid", verbatim(message), verbatim("Give a multiple of 128."));
  }
  const base = await openNamedBase(flags.base, context);
  const measure = explain ? explainTraining : speedBenchmarks[bench];
  const measureHere = (placement: Placement): Promise<SpeedRow[]> =>
    measure(base, { ...(tokens !== undefined && { tokens }), placement });
  const tell = (fields: object, rows: readonly SpeedRow[]): void => {
    const lines = aligned(rows.map(({ name, value, unit }) => [name, `${Number(value.toPrecision(3))} ${unit}`]));
    context.output.result({ bench, base: base.name, ...fields, rows }, lines.join("\n"));
  };
  if (flags.device !== "all") {
    const placement = await placementOf(flags.device, base, context);
    return tell({ device: placement.device }, await measureHere(placement));
  }
  const args = [
    bench,
    ...(flags.base === "" ? [] : ["--base", flags.base]),
    ...(tokens === undefined ? [] : ["--tokens", `${tokens}`]),
    ...(explain ? ["--explain"] : []),
  ];
  const rows: SpeedRow[] = [];
  for (const device of await workingDevices(base, context)) {
    const found = device === "cpu" ? await measureHere(onCpu) : await benchOrWarn(device, args, context);
    rows.push(...found.map((row) => ({ ...row, name: `${deviceNames[device]}: ${row.name}` })));
  }
  tell({}, rows);
}

/** A device that fails is left out, with a warning. */
async function benchOrWarn(device: Device, args: readonly string[], { signal, output }: Context): Promise<SpeedRow[]> {
  try {
    return await benchApart(device, args, signal);
  } catch (error) {
    if (!(error instanceof DeviceFailure)) throw error;
    output.log.warn(`${error.message} ${error.nextStep}`);
    return [];
  }
}

/** Nothing is measured on a device that fails a probe. */
async function workingDevices(base: InstalledBase, context: Context): Promise<Device[]> {
  const findings = await measured(base, false, context);
  return ["cpu", ...[...findings].flatMap(([name, { kind }]) => (kind === "works" ? [name] : []))];
}

async function placementOf(device: DeviceChoice, base: InstalledBase, context: Context): Promise<Placement> {
  const { places, output } = context;
  await probeNamed(device, base, context);
  const [first = onCpu] = await choosePlacements({ device, home: places.home, base: base.hash, log: output.log });
  return first;
}

const resultSchema = z.object({
  device: z.enum(devices),
  rows: z.array(z.object({ name: z.string(), value: z.number(), unit: z.string() })),
});

/**
 * Runs `graft bench` with these arguments on one device, in a separate process: CUDA and WebGPU need different builds of ONNX Runtime.
 *
 * @throws DeviceFailure if the process ends without a result, or has continued on another device
 */
async function benchApart(
  device: Device,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<z.infer<typeof resultSchema>["rows"]> {
  // The process sets up CUDA's libraries itself, if its device is CUDA.
  const { [cudaVariable]: _folder, ...env } = process.env;
  const command = [...process.execArgv, process.argv[1]!, "bench", ...args, "--device", device, "--json"];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command, { env, signal, maxBuffer: 2 ** 24 });
    const { device: used, rows } = resultSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1)!));
    if (used !== device) throw new Error(`it went on with ${used}`);
    return rows;
  } catch (error) {
    signal?.throwIfAborted();
    throw new DeviceFailure(device, error);
  }
}
