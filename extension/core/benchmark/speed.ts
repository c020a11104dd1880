/** How fast a base runs here: prefill, decoding, swapping adapters, training. Measures; judges nothing. */

import type { LoraAdapter } from "../adapters/adapter.ts";
import { seededRandom, type Random } from "../base/random.ts";
import type { InstalledBase } from "../bases/installedBase.ts";
import { packStep, type PackedShape } from "../dataset/batches.ts";
import type { Sequence } from "../dataset/sequence.ts";
import { moduleShapes } from "../models/architectures.ts";
import { isEncoderDecoder, type ModelConfig } from "../models/config.ts";
import { openDecoder, type Decoder } from "../runtime/decoder.ts";
import { openTrainingStep } from "../training/trainingStep.ts";

export interface SpeedRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

export const speedBenchmarks = { prefill, decode, swap, train };

const rank = 16;

/** Tokens a second of reading a prompt that fills a quarter of the context, up to 512 tokens. */
async function prefill(base: InstalledBase): Promise<SpeedRow[]> {
  return await withDecoder(base, async (decoder, random) => {
    const ids = randomIds(random, base.config, Math.min(512, base.config.contextLength / 4));
    const seconds = await medianSeconds(7, async () => {
      decoder.useAdapters([]); // An encoder would not read the same prompt again.
      await decoder.begin(ids);
    });
    return [{ name: `prefill of ${ids.length} tokens`, value: ids.length / seconds, unit: "tokens/s" }];
  });
}

/** Tokens a second of writing, one by one, behind a prompt of 256: the base alone and with an adapter, in turns. */
async function decode(base: InstalledBase): Promise<SpeedRow[]> {
  return await withDecoder(base, async (decoder, random) => {
    const prompt = randomIds(random, base.config, Math.min(256, base.config.contextLength / 2));
    const adapters = [[], [{ adapter: randomLora(base, random), scale: 1 }]] as const;
    const seconds: [number[], number[]] = [[], []];
    for (let round = 0; round < 6; round++) {
      const turn = round % 2;
      decoder.useAdapters(adapters[turn]!);
      await decoder.begin(prompt);
      for (let i = 0; i < 32; i++) {
        const start = performance.now();
        await decoder.extend([i]);
        seconds[turn]!.push((performance.now() - start) / 1000);
      }
    }
    const [alone, adapted] = seconds.map(median) as [number, number];
    return [
      { name: "decode, base alone", value: 1 / alone, unit: "tokens/s" },
      { name: `decode, LoRA of rank ${rank} on every module`, value: 1 / adapted, unit: "tokens/s" },
      { name: "a step with the adapter, against one without", value: adapted / alone, unit: "×" },
    ];
  });
}

/** Milliseconds to change to another loaded adapter. */
async function swap(base: InstalledBase): Promise<SpeedRow[]> {
  return await withDecoder(base, async (decoder, random) => {
    const adapters = [randomLora(base, random), randomLora(base, random)];
    const use = (i: number): number => {
      const start = performance.now();
      decoder.useAdapters([{ adapter: adapters[i % 2]!, scale: 1 }]);
      return performance.now() - start;
    };
    const first = use(0);
    await decoder.begin([1]);
    use(1);
    await decoder.begin([1]);
    const loaded: number[] = [];
    for (let i = 0; i < 40; i++) {
      loaded.push(use(i));
      await decoder.begin([1]);
    }
    return [
      { name: "first use of an adapter", value: first, unit: "ms" },
      { name: "swap of a loaded adapter, median", value: median(loaded), unit: "ms" },
      { name: "swap of a loaded adapter, slowest of 40", value: Math.max(...loaded), unit: "ms" },
    ];
  });
}

/** Tokens a second of training LoRA on every module, 512 tokens a step, with and without checkpointing. */
async function train(base: InstalledBase): Promise<SpeedRow[]> {
  const [rows, length] = [4, 128];
  const random = seededRandom(1, "bench");
  const targets = new Set(moduleShapes(base.config).keys());
  const spec = { method: "lora", targets, rank, scaling: 2, dropout: 0.05 } as const;
  const initial = new Map<string, Float32Array>();
  for (const [path, { a, b }] of randomLora(base, random).modules) {
    initial.set(`base_model.model.${path}.lora_A.weight`, a);
    initial.set(`base_model.model.${path}.lora_B.weight`, b);
  }
  const shape: PackedShape = isEncoderDecoder(base.config)
    ? { rows, length: length / 2, encoderLength: length / 2 }
    : { rows, length };
  const [batch] = packStep(randomSequences(random, base.config, shape), shape);
  const result: SpeedRow[] = [];
  for (const checkpointing of [false, true]) {
    const step = await openTrainingStep(base, spec, { ...shape, checkpointing }, initial);
    const seconds = await medianSeconds(5, async () => void (await step.run(batch!, random)));
    await step.release();
    const name = `training, ${checkpointing ? "with" : "without"} checkpointing`;
    result.push({ name, value: (rows * length) / seconds, unit: "tokens/s" });
  }
  return result;
}

async function withDecoder<T>(base: InstalledBase, work: (decoder: Decoder, random: Random) => Promise<T>): Promise<T> {
  const decoder = await openDecoder(base);
  try {
    return await work(decoder, seededRandom(1, "bench"));
  } finally {
    await decoder.release();
  }
}

/** The median of `runs` timed runs after one that is not counted. */
async function medianSeconds(runs: number, work: () => Promise<void>): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i <= runs; i++) {
    const start = performance.now();
    await work();
    if (i > 0) seconds.push((performance.now() - start) / 1000);
  }
  return median(seconds);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function randomIds(random: Random, { vocabularySize }: ModelConfig, count: number): number[] {
  return Array.from({ length: Math.floor(count) }, () => random.integer(vocabularySize));
}

function randomLora(base: InstalledBase, random: Random): LoraAdapter {
  const values = (count: number): Float32Array => Float32Array.from({ length: count }, () => 0.02 * random.normal());
  const modules = [...moduleShapes(base.config)].map(([path, { inFeatures, outFeatures }]) => {
    return [path, { a: values(rank * inFeatures), b: values(outFeatures * rank), inFeatures, outFeatures }] as const;
  });
  const scaling = { rank, alpha: 2 * rank, scaling: 2, rsLora: false, dropout: 0.05 };
  return { method: "lora", name: "bench", baseModel: base.name, ...scaling, modules: new Map(modules) };
}

/** One a row; half of all tokens are targets. */
function randomSequences(
  random: Random,
  config: ModelConfig,
  { rows, length, encoderLength }: PackedShape,
): Sequence[] {
  return Array.from({ length: rows }, () => ({
    ids: randomIds(random, config, length),
    firstTarget: encoderLength === undefined ? length / 2 : 1,
    ...(encoderLength !== undefined && { encoderIds: randomIds(random, config, encoderLength) }),
  }));
}
