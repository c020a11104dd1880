/**
 * Measures a device with a base, in a process that may crash: whether it computes what the CPU computes, and how fast. Its
 * caller limits the time.
 */

import type { InstalledBase } from "../baseModels/installedBase.ts";
import { seededRandom } from "../foundation/random.ts";
import { openDecoder, type Decoder } from "../inference/tree/decoder.ts";
import { deviceNames, longRun, onCpu, shortRun, type Device } from "../runtime/device.ts";
import type { Finding, Speed } from "./knownDevices.ts";

/** The tokens that are compared, and those of them that are read in one short run. A long run has another kernel. */
const [compared, part] = [48, 24];

/**
 * Mean divergence in nats up to which a device computes the same as the CPU. Rounding activations in other blocks costs 0.0007 to
 * 0.002 on the embedded base.
 */
const mostDivergence = 0.004;

/** Relative difference up to which a long run computes the same as short ones on the same device. A wrong kernel differs by 0.1. */
const mostDifference = 0.01;

/** @throws DeviceFailure if the device cannot open a session, or fails in it */
export async function measureDevice(base: InstalledBase, device: Device): Promise<Finding> {
  const expected = await used(base, onCpu, async (decoder) => ({
    logits: await logitsOf(base, decoder, compared),
    speed: await speedOf(base, decoder),
  }));
  const found = await used(base, { device, tokensPerRun: longRun }, async (decoder) => {
    const inParts = await logitsOf(base, decoder, part);
    const divergence = divergenceOf(expected.logits, inParts, base.config.vocabularySize);
    const isSame = divergence <= mostDivergence;
    const mayRunLong = isSame && differenceOf(inParts, await logitsOf(base, decoder, compared)) <= mostDifference;
    return { divergence, isSame, speed: mayRunLong ? await speedOf(base, decoder) : undefined };
  });
  const { divergence, isSame } = found;
  if (!isSame) {
    const difference = Number.isFinite(divergence) ? divergence.toFixed(4) : "no numbers";
    const reason = `${deviceNames[device]} computes something else than the CPU (divergence ${difference}, at most ${mostDivergence}).`;
    return { kind: "fails", reason };
  }
  const tokensPerRun = found.speed ? longRun : shortRun;
  const speed = found.speed ?? (await used(base, { device, tokensPerRun }, (decoder) => speedOf(base, decoder)));
  return { kind: "works", speed, cpu: expected.speed, tokensPerRun, divergence };
}

export async function measureCpu(base: InstalledBase): Promise<Speed> {
  return await used(base, onCpu, (decoder) => speedOf(base, decoder));
}

async function used<T>(
  base: InstalledBase,
  placement: { device: Device; tokensPerRun: number },
  work: (decoder: Decoder) => Promise<T>,
): Promise<T> {
  const decoder = await openDecoder(base, { placement });
  try {
    return await work(decoder);
  } finally {
    await decoder.release();
  }
}

function idsOf({ config }: InstalledBase, count: number): number[] {
  const random = seededRandom(1, "device");
  return Array.from({ length: Math.floor(count) }, () => random.integer(config.vocabularySize));
}

/** Returns the logits of every position, behind a prompt if an encoder reads one. Reads `atOnce` tokens in each run. */
async function logitsOf(base: InstalledBase, decoder: Decoder, atOnce: number): Promise<Float32Array> {
  const ids = idsOf(base, Math.min(compared, base.config.contextLength / 2));
  decoder.useAdapters([]); // Clears the cache.
  if (decoder.hasEncoder) {
    await decoder.begin(ids);
    decoder.rewind(0);
  }
  const logits = new Float32Array(ids.length * base.config.vocabularySize);
  for (let first = 0; first < ids.length; first += atOnce) {
    const rows = await decoder.extendAll(ids.slice(first, first + atOnce));
    logits.set(rows, first * base.config.vocabularySize);
  }
  return logits;
}

/** Returns the root mean square of the difference, relative to that of the values. */
function differenceOf(expected: Float32Array, found: Float32Array): number {
  let [difference, size] = [0, 0];
  for (const [i, value] of expected.entries()) {
    difference += (found[i]! - value) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(difference / size);
}

/** Returns the mean Kullback-Leibler divergence of `found` from `expected`, over rows of logits. */
function divergenceOf(expected: Float32Array, found: Float32Array, vocabulary: number): number {
  const rows = expected.length / vocabulary;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const [p, q] = [expected, found].map((all) => logSoftmax(all.subarray(row * vocabulary, (row + 1) * vocabulary)));
    for (let i = 0; i < vocabulary; i++) sum += Math.exp(p![i]!) * (p![i]! - q![i]!);
  }
  return Number.isNaN(sum) ? Infinity : sum / rows;
}

function logSoftmax(logits: Float32Array): Float64Array {
  const highest = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  const total = logits.reduce((sum, value) => sum + Math.exp(value - highest), 0);
  return Float64Array.from(logits, (value) => value - highest - Math.log(total));
}

/** The tokens of a measured prefill, the steps of a measured decode, and the seconds after which no further step begins. */
const [prompt, steps, patience] = [128, 12, 1];

async function speedOf(base: InstalledBase, decoder: Decoder): Promise<Speed> {
  const ids = idsOf(base, Math.min(prompt, base.config.contextLength / 2));
  const read = async (): Promise<number> => {
    decoder.useAdapters([]); // Clears the cache.
    return await secondsFor(() => decoder.begin(ids));
  };
  const first = await read(); // Compiles kernels for these shapes.
  const prefill = first > patience ? first : await read();
  await decoder.extend([1]);
  const seconds: number[] = [];
  for (let spent = 0; seconds.length < steps && spent < patience; spent += seconds.at(-1)!) {
    seconds.push(await secondsFor(() => decoder.extend([1])));
  }
  const middle = seconds.toSorted((a, b) => a - b)[seconds.length >> 1]!;
  return { decodeTokensPerSecond: 1 / middle, prefillTokensPerSecond: ids.length / prefill };
}

async function secondsFor(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
