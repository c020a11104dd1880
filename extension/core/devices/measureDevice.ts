/**
 * Measures a device with a base, in a process that may crash: whether it computes what the CPU computes, and how fast. Its
 * caller limits the time.
 */

import type { InstalledBase } from "../baseModels/installedBase.ts";
import { median } from "../foundation/numbers/median.ts";
import { seededRandom } from "../foundation/random.ts";
import { decoderOver, type Decoder } from "../inference/tree/decoder.ts";
import { openTokenTree } from "../inference/tree/openTokenTree.ts";
import type { TokenTree } from "../inference/tree/tokenTree.ts";
import { deviceNames, longRun, onCpu, shortRun, type Device } from "../runtime/device.ts";
import type { Finding, Speed } from "./knownDevices.ts";

/** The number of tokens that are compared, and the number read in one short run. A long run uses another kernel. */
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
  const expected = await used(base, onCpu, async (opened) => ({
    logits: await logitsOf(base, opened, compared),
    speed: await speedOf(base, opened),
  }));
  const found = await used(base, { device, tokensPerRun: longRun }, async (opened) => {
    const inParts = await logitsOf(base, opened, part);
    const divergence = divergenceOf(expected.logits, inParts, base.config.vocabularySize);
    const isSame = divergence <= mostDivergence;
    const mayRunLong = isSame && differenceOf(inParts, await logitsOf(base, opened, compared)) <= mostDifference;
    return { divergence, isSame, speed: mayRunLong ? await speedOf(base, opened) : undefined };
  });
  const { divergence, isSame } = found;
  if (!isSame) {
    const difference = Number.isFinite(divergence) ? divergence.toFixed(4) : "no numbers";
    const reason = `${deviceNames[device]} computes something else than the CPU (divergence ${difference}, at most ${mostDivergence}).`;
    return { kind: "fails", reason };
  }
  const tokensPerRun = found.speed ? longRun : shortRun;
  const speed = found.speed ?? (await used(base, { device, tokensPerRun }, (opened) => speedOf(base, opened)));
  return { kind: "works", speed, cpu: expected.speed, tokensPerRun, divergence };
}

export async function measureCpu(base: InstalledBase): Promise<Speed> {
  return await used(base, onCpu, (opened) => speedOf(base, opened));
}

async function used<T>(
  base: InstalledBase,
  placement: { device: Device; tokensPerRun: number },
  work: (opened: Opened) => Promise<T>,
): Promise<T> {
  const tree = await openTokenTree(base, { placement });
  try {
    return await work({ tree, decoder: decoderOver(tree) });
  } finally {
    await tree.release();
  }
}

interface Opened {
  readonly tree: TokenTree;
  readonly decoder: Decoder;
}

function idsOf({ config }: InstalledBase, count: number): number[] {
  const random = seededRandom(1, "device");
  return Array.from({ length: Math.floor(count) }, () => random.integer(config.vocabularySize));
}

/**
 * Returns the logits of every position of a text, after a prompt if an encoder reads one, and those of branches at its beginning,
 * whose positions and masks do not follow the order of the cache. Reads `atOnce` tokens of the text in each run.
 */
async function logitsOf(base: InstalledBase, { tree, decoder }: Opened, atOnce: number): Promise<Float32Array> {
  const ids = idsOf(base, Math.min(compared, base.config.contextLength / 2));
  decoder.useAdapters([]); // Clears the cache.
  if (decoder.hasEncoder) {
    await decoder.begin(ids);
    decoder.rewind(0);
  }
  const rows: Float32Array[] = [];
  for (let first = 0; first < ids.length; first += atOnce) {
    rows.push(await decoder.extendAll(ids.slice(first, first + atOnce)));
  }
  const { parent } = await tree.addPrompt(ids);
  const stem = await tree.read([{ parent, ids: ids.slice(0, 4) }]);
  const branches = await tree.read(ids.slice(4, 7).map((id) => ({ parent: stem.leaves[0]!, ids: [id] })));
  const leaves = await tree.read(
    branches.leaves.slice(1).map((leaf) => ({ parent: leaf, ids: ids.slice(8, 10), asked: 2 })),
  );
  rows.push(branches.logits, leaves.logits);
  const logits = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const row of rows) {
    logits.set(row, at);
    at += row.length;
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

async function speedOf(base: InstalledBase, { decoder }: Opened): Promise<Speed> {
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
  return { decodeTokensPerSecond: 1 / median(seconds), prefillTokensPerSecond: ids.length / prefill };
}

async function secondsFor(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
