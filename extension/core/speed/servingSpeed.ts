/**
 * Measures how fast a base runs on this machine: prefill, decoding, swapping adapters. generationSpeed.ts measures beam search,
 * trainingSpeed.ts measures training.
 */

import { median } from "../foundation/numbers/median.ts";
import { seededRandom, type Random } from "../foundation/random.ts";
import type { InstalledBase } from "../baseModels/installedBase.ts";
import { openDecoder, type Decoder } from "../inference/tree/decoder.ts";
import { measureGeneration } from "./generationSpeed.ts";
import { medianSeconds, randomIds, randomLora, rank, type BenchOptions, type SpeedRow } from "./measuring.ts";
import { measureTraining } from "./trainingSpeed.ts";

export const speedBenchmarks = { prefill, decode, beams: measureGeneration, swap, train: measureTraining };

/** Returns tokens per second of the prefill of a prompt that fills a quarter of the context, up to 512 tokens. */
async function prefill(base: InstalledBase, options: BenchOptions = {}): Promise<SpeedRow[]> {
  return await withDecoder(base, options, async (decoder, random) => {
    const ids = randomIds(random, base.config, Math.min(512, base.config.contextLength / 4));
    const seconds = await medianSeconds(7, async () => {
      decoder.useAdapters([]); // Clears the cache; an encoder would not read the same prompt again.
      await decoder.begin(ids);
    });
    return [{ name: `prefill of ${ids.length} tokens`, value: ids.length / seconds, unit: "tokens/s" }];
  });
}

/** Returns tokens per second of decoding after a prompt of up to 256 tokens: the base alone and with an adapter, in turns. */
async function decode(base: InstalledBase, options: BenchOptions = {}): Promise<SpeedRow[]> {
  return await withDecoder(base, options, async (alone, random) => {
    const prompt = randomIds(random, base.config, Math.min(256, base.config.contextLength / 2));
    const expected = [{ adapter: randomLora(base, random), scale: 1 }];
    // A separate decoder: once an adapter has been used, a decoder keeps its slots.
    const adapted = await openDecoder(base, { placement: options.placement, expected });
    adapted.useAdapters(expected);
    const seconds: [number[], number[]] = [[], []];
    try {
      for (let step = 0; step < 96; step++) {
        for (const [turn, decoder] of [alone, adapted].entries()) {
          if (step % 32 === 0) await decoder.begin(prompt);
          const start = performance.now();
          await decoder.extend([step % 32]);
          seconds[turn]!.push((performance.now() - start) / 1000);
        }
      }
    } finally {
      await adapted.release();
    }
    const [without, withAdapter] = seconds.map(median) as [number, number];
    return [
      { name: "decode, base alone", value: 1 / without, unit: "tokens/s" },
      { name: `decode, LoRA of rank ${rank} on every module`, value: 1 / withAdapter, unit: "tokens/s" },
      { name: "a step with the adapter against one without", value: withAdapter / without, unit: "×" },
    ];
  });
}

/**
 * Returns the milliseconds until the first token with a first adapter, for which the base reopens; and the milliseconds of a swap
 * to another loaded adapter, to another scale of it, and to two at once.
 */
async function swap(base: InstalledBase, options: BenchOptions = {}): Promise<SpeedRow[]> {
  return await withDecoder(base, options, async (decoder, random) => {
    const adapters = [randomLora(base, random), randomLora(base, random)];
    const use = async (scales: readonly [number, number]): Promise<number> => {
      const active = adapters.flatMap((adapter, i) => (scales[i] === 0 ? [] : [{ adapter, scale: scales[i]! }]));
      const start = performance.now();
      decoder.useAdapters(active);
      const milliseconds = performance.now() - start;
      await decoder.begin([1]);
      return milliseconds;
    };
    await decoder.begin([1]);
    const start = performance.now();
    await use([1, 0]);
    const first = performance.now() - start;
    await use([0, 1]);
    const [loaded, scaled, both]: [number[], number[], number[]] = [[], [], []];
    for (let i = 0; i < 40; i++) loaded.push(await use(i % 2 === 0 ? [1, 0] : [0, 1]));
    for (let i = 0; i < 40; i++) scaled.push(await use([i % 2 === 0 ? 0.5 : 1.5, 0]));
    for (let i = 0; i < 40; i++) both.push(await use([1, i % 2 === 0 ? 0.5 : 1.5]));
    return [
      { name: "first adapter, until the first token", value: first, unit: "ms" },
      { name: "swap of a loaded adapter, median", value: median(loaded), unit: "ms" },
      { name: "swap of a loaded adapter, slowest of 40", value: Math.max(...loaded), unit: "ms" },
      { name: "another scale of an adapter, median", value: median(scaled), unit: "ms" },
      { name: "another scale of one of two adapters, median", value: median(both), unit: "ms" },
    ];
  });
}

async function withDecoder<T>(
  base: InstalledBase,
  { placement }: BenchOptions,
  work: (decoder: Decoder, random: Random) => Promise<T>,
): Promise<T> {
  const decoder = await openDecoder(base, { placement });
  try {
    return await work(decoder, seededRandom(1, "bench"));
  } finally {
    await decoder.release();
  }
}
