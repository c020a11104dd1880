/**
 * The findings of probes, kept in devices.json in Graft's home: one for each base, device, and state of drivers and versions. A file
 * that cannot be read counts as empty, because everything in it can be measured again.
 */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { writeFileAtomic } from "../foundation/atomicFile.ts";
import { devices, type Device } from "../runtime/device.ts";
import { cudaVersion } from "./cuda/cudaLibraries.ts";
import type { MachineFacts } from "./machineFacts.ts";

const speed = z.object({
  decodeTokensPerSecond: z.number().positive(),
  prefillTokensPerSecond: z.number().positive(),
});

export const finding = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("works"),
    speed,
    /** The CPU's speed in the same process, a moment before. */
    cpu: speed,
    tokensPerRun: z.int().min(1),
    /** Mean Kullback-Leibler divergence from the CPU's distributions, in nats. */
    divergence: z.number(),
  }),
  z.object({ kind: z.literal("fails"), reason: z.string() }),
]);

export type Speed = z.output<typeof speed>;
export type Finding = z.output<typeof finding>;

const entry = z.object({ base: z.string(), device: z.enum(devices), machine: z.string(), finding });
const schema = z.object({ version: z.literal(1), findings: z.array(entry) });
type Entry = z.output<typeof entry>;

export interface KnownDevices {
  /** @param base the hash of the base */
  readonly find: (base: string, device: Device) => Finding | undefined;
}

/** Identifies everything that may change whether a device works, or how fast it is: drivers, processor, ONNX Runtime. */
function machineKey({ platform, adapters, drivers }: MachineFacts): string {
  const facts = [platform, cudaVersion, cpus()[0]?.model ?? "", cpus().length, ...adapters, ...drivers];
  return createHash("sha256").update(facts.join("\n")).digest("hex").slice(0, 16);
}

export async function readKnownDevices(home: string, facts: MachineFacts): Promise<KnownDevices> {
  const machine = machineKey(facts);
  const entries = await readEntries(home);
  const isOf = (base: string, device: Device) => (one: Entry) =>
    one.base === base && one.device === device && one.machine === machine;
  return { find: (base, device) => entries.find(isOf(base, device))?.finding };
}

/** Remembers a finding, and forgets those of earlier drivers and versions. @throws UserError "not-writable", "disk-full" */
export async function rememberDevice(
  home: string,
  facts: MachineFacts,
  { base, device, finding: found }: { base: string; device: Device; finding: Finding },
): Promise<void> {
  const machine = machineKey(facts);
  const others = (await readEntries(home)).filter(
    (one) => one.machine === machine && !(one.base === base && one.device === device),
  );
  const findings = [...others, { base, device, machine, finding: found }];
  await writeFileAtomic(pathOf(home), `${JSON.stringify({ version: 1, findings }, undefined, 2)}\n`);
}

/** Forgets the findings of a device, which may work now. */
export async function forgetDevice(home: string, device: Device): Promise<void> {
  const findings = (await readEntries(home)).filter((one) => one.device !== device);
  await writeFileAtomic(pathOf(home), `${JSON.stringify({ version: 1, findings }, undefined, 2)}\n`);
}

const pathOf = (home: string): string => join(home, "devices.json");

async function readEntries(home: string): Promise<readonly Entry[]> {
  try {
    return schema.parse(JSON.parse(await readFile(pathOf(home), "utf8"))).findings;
  } catch {
    return [];
  }
}
