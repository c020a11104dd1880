/** Measures how fast a base trains, compared with ONNX Runtime's matrix products; and its memory, planned and measured. */

import { median } from "../foundation/numbers/median.ts";
import { peakMemoryBytes } from "../foundation/memory/peakMemory.ts";
import type { InstalledBase } from "../baseModels/installedBase.ts";
import { isEncoderDecoder } from "../architectures/config.ts";
import { openProductSpeed } from "../runtime/productSpeed.ts";
import { planMemory, type MemoryPlan } from "../training/cost/memoryPlan.ts";
import { frozenMatMuls, flopsOf, usefulFlops } from "../training/cost/flops.ts";
import { onCpu } from "../runtime/device.ts";
import { medianSeconds, type BenchOptions, type SpeedRow } from "./measuring.ts";
import { benchShape, benchSpec, openTrainingBench, type TrainingBench } from "./trainingBench.ts";

export interface TrainingSpeedOptions extends BenchOptions {
  /** Tokens per step, a multiple of 128. */
  readonly tokens?: number;
}

/**
 * Measures loss and gradients of a step, with and without checkpointing: tokens per second, the share of the ceiling
 * that useful work reaches (see {@link usefulFlops}), and the peak memory of the process so far. The variant with less
 * memory runs first, so each peak belongs to its variant.
 */
export async function measureTraining(
  base: InstalledBase,
  { tokens = 512, placement = onCpu }: TrainingSpeedOptions = {},
): Promise<SpeedRow[]> {
  const result: SpeedRow[] = [];
  for (const checkpointing of [true, false]) {
    const bench = await openTrainingBench(base, { tokens, checkpointing, device: placement.device });
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
  /** Null for encoder-decoders, because their matrix products differ in the number of rows. */
  readonly ceiling: { readonly share: number; readonly operationsPerSecond: number } | null;
}

const rounds = 7;

/** Alternates steps with the model's own matrix products, so that other load on the machine slows down both. */
async function compared({ config }: InstalledBase, bench: TrainingBench): Promise<Compared> {
  if (isEncoderDecoder(config)) return { seconds: await medianSeconds(rounds, () => bench.run()), ceiling: null };
  const products = frozenMatMuls(config, bench.shape, bench.labels).map((product) => {
    // Training also multiplies by the vocabulary in pieces: the whole product would not fit in memory next to the training.
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
    if (round === 0) continue; // The first round warms up.
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
 * Returns the planned memory of each layer, forward and backward, and of everything else; and the measured peak of a step, to
 * compare with the plan. The variant with checkpointing runs first, as above.
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
      row("planned in total", plan.bytes),
      row("measured", measured),
      { name: `${name}, measured of planned`, value: (100 * measured) / plan.bytes, unit: "%" },
    );
  }
  return result;
}

/**
 * Groups segments into layers: forward up to the head, then backward. Segments of the same layer are merged into their
 * maximum.
 */
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
