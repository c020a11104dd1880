/** How fast a base trains here, against how fast ONNX Runtime multiplies here; and the memory of it, planned and measured. */

import type { InstalledBase } from "../baseModels/installedBase.ts";
import { isEncoderDecoder } from "../architectures/config.ts";
import { openProductSpeed } from "../runtime/productSpeed.ts";
import { planMemory, type MemoryPlan } from "../training/cost/memoryPlan.ts";
import { frozenMatMuls, flopsOf, usefulFlops } from "../training/cost/flops.ts";
import { median, medianSeconds, type SpeedRow } from "./measuring.ts";
import { benchShape, benchSpec, openTrainingBench, type TrainingBench } from "./trainingBench.ts";

export interface TrainingSpeedOptions {
  /** Tokens of a step, a multiple of 128. */
  readonly tokens?: number;
}

/**
 * Loss and gradients of a step, with and without checkpointing: tokens a second; the part of the ceiling that is reached by
 * useful work, see {@link usefulFlops}; peak memory of the process so far. The one with less memory comes first, so both peaks
 * are their own.
 */
export async function measureTraining(
  base: InstalledBase,
  { tokens = 512 }: TrainingSpeedOptions = {},
): Promise<SpeedRow[]> {
  const result: SpeedRow[] = [];
  for (const checkpointing of [true, false]) {
    const bench = await openTrainingBench(base, { tokens, checkpointing });
    const name = `training, ${checkpointing ? "with" : "without"} checkpointing`;
    await bench.run();
    const peak = peakMemoryBytes();
    const { seconds, ceiling } = await compared(base, bench);
    await bench.release();
    result.push({ name, value: tokens / seconds, unit: "tokens/s" });
    if (ceiling) {
      result.push({ name: `${name}, of the ceiling`, value: 100 * ceiling.share, unit: "%" });
      result.push({ name: `${name}, the ceiling itself`, value: ceiling.operationsPerSecond / 1e9, unit: "GFLOP/s" });
    }
    result.push({ name: `${name}, peak memory`, value: peak / 1e6, unit: "MB" });
  }
  return result;
}

interface Compared {
  readonly seconds: number;
  /** Not for models with an encoder, whose products differ in their rows. */
  readonly ceiling: { readonly share: number; readonly operationsPerSecond: number } | null;
}

const rounds = 7;

/** Steps and the very products of the model in turns, so that whatever else the machine does slows down both. */
async function compared({ config }: InstalledBase, bench: TrainingBench): Promise<Compared> {
  if (isEncoderDecoder(config)) return { seconds: await medianSeconds(rounds, () => bench.run()), ceiling: null };
  const products = frozenMatMuls(config, bench.shape, bench.labels).map((product) => {
    // A vocabulary is multiplied in pieces by the training, too: whole, it would not fit beside it.
    const [pieces, side] = inPieces(product, config.vocabularySize);
    return { ...product, ...side, count: product.count * pieces };
  });
  const operations = products.reduce((sum, product) => sum + flopsOf(product), 0);
  const useful = usefulFlops(config, bench.spec, bench.shape, bench.labels);
  const speed = await openProductSpeed(products);
  const [seconds, rates, shares]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round <= rounds; round++) {
    const rate = operations / (await speed.measure());
    const start = performance.now();
    await bench.run();
    const took = (performance.now() - start) / 1000;
    if (round === 0) continue; // Warming up.
    seconds.push(took);
    rates.push(rate);
    shares.push(useful / took / rate);
  }
  await speed.release();
  return { seconds: median(seconds), ceiling: { share: median(shares), operationsPerSecond: median(rates) } };
}

function inPieces(
  { inFeatures, outFeatures }: { inFeatures: number; outFeatures: number },
  vocabularySize: number,
): [pieces: number, side: { inFeatures?: number; outFeatures?: number }] {
  const pieces = Math.ceil(vocabularySize / 8192);
  if (outFeatures === vocabularySize) return [pieces, { outFeatures: Math.round(vocabularySize / pieces) }];
  if (inFeatures === vocabularySize) return [pieces, { inFeatures: Math.round(vocabularySize / pieces) }];
  return [1, {}];
}

/**
 * The planned memory of each layer, forward and backward, and of all else; and the measured peak of a step beside the plan. The plan
 * with checkpointing comes first, as above.
 */
export async function explainTraining(
  base: InstalledBase,
  { tokens = 512 }: TrainingSpeedOptions = {},
): Promise<SpeedRow[]> {
  const result: SpeedRow[] = [];
  for (const checkpointing of [true, false]) {
    const options = { tokens, checkpointing };
    const plan = planMemory(base, benchSpec(base), benchShape(base, options));
    const bench = await openTrainingBench(base, options);
    await bench.run();
    bench.update();
    await bench.run();
    const measured = peakMemoryBytes();
    await bench.release();
    const name = checkpointing ? "with checkpointing" : "without checkpointing";
    const row = (what: string, bytes: number): SpeedRow => ({
      name: `${name}, ${what}`,
      value: bytes / 1e6,
      unit: "MB",
    });
    result.push(
      ...bySegment(plan).map(([segment, bytes]) => row(segment, bytes)),
      ...Object.entries(plan.fixed).map(([part, bytes]) => row(words(part), bytes)),
      row("planned in all", plan.bytes),
      row("measured", measured),
      { name: `${name}, measured of planned`, value: (100 * measured) / plan.bytes, unit: "%" },
    );
  }
  return result;
}

/** The layers forward, up to the head, and backward. Runs of the same layer are one. */
function bySegment({ segments }: MemoryPlan): [string, number][] {
  const head = segments.findLastIndex(({ name }) => name === "head");
  const merged = new Map<string, number>();
  for (const [i, { name, bytes }] of segments.entries()) {
    const key = name === "head" ? name : `${name || "inputs"}, ${i < head ? "forward" : "backward"}`;
    merged.set(key, Math.max(merged.get(key) ?? 0, bytes));
  }
  return [...merged];
}

/** packedWeights → packed weights */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function peakMemoryBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
