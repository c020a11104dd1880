import { describe, expect, test } from "vitest";
import type { LoraAdapter } from "../../../../extension/core/adapters/methods/lora.ts";
import type { InstalledBase } from "../../../../extension/core/baseModels/installedBase.ts";
import { openDecoder } from "../../../../extension/core/inference/tree/decoder.ts";
import { moduleShapes } from "../../../../extension/core/architectures/architectures.ts";
import { readModelConfig } from "../../../../extension/core/architectures/readConfig.ts";
import { randomValues, relativeError } from "../../graph/evaluate.ts";
import { tinyQwen2 } from "../../architectures/tinyConfigs.ts";
import { tinyModel } from "../../architectures/tinyModel.ts";

const config = readModelConfig({ ...tinyQwen2, max_position_embeddings: 600 });
const base = { name: "tiny", config, ...tinyModel(config, 32) } as unknown as InstalledBase;
const ids = Array.from({ length: 540 }, (_, i) => (i * 37) % config.vocabularySize);

describe("openDecoder", () => {
  test("reads a long prompt in chunks to the same logits as in pieces", async () => {
    const decoder = await openDecoder(base);
    const atOnce = await decoder.extend(ids);
    decoder.rewind(0);
    for (const piece of [ids.slice(0, 300), ids.slice(300, 301), ids.slice(301, 500)]) await decoder.extend(piece);
    expect(relativeError(await decoder.extend(ids.slice(500)), atOnce)).toBeLessThan(1e-4);
    expect(decoder.tokens).toEqual(ids);
  });

  test("goes on from any length that it is rewound to", async () => {
    const decoder = await openDecoder(base);
    await decoder.extend([1, 2, 3, 4, 5]);
    decoder.rewind(2);
    const found = await decoder.extend([9]);
    decoder.rewind(0);
    expect(relativeError(found, await decoder.extend([1, 2, 9]))).toBeLessThan(1e-5);
  });

  test("computes after a swap what a fresh one computes with that adapter", async () => {
    const [first, second] = [adapterOf(1), adapterOf(2)];
    const swapped = await openDecoder(base);
    for (const adapter of [first, second, first, second]) {
      swapped.useAdapters([{ adapter, scale: 1 }]);
      await swapped.extend([3, 1, 4]);
    }
    const fresh = await openDecoder(base);
    fresh.useAdapters([{ adapter: second, scale: 1 }]);
    await fresh.extend([3, 1, 4]);
    const [a, b] = [await swapped.extend([1, 5]), await fresh.extend([1, 5])];
    expect(relativeError(a, b)).toBeLessThan(1e-5);
    fresh.useAdapters([{ adapter: first, scale: 1 }]);
    expect(relativeError(await fresh.extend([3, 1, 4, 1, 5]), b)).toBeGreaterThan(1e-3);
  });

  test("computes with an adapter that changes more than those before it, and without any, what a fresh one computes", async () => {
    const few = { ...adapterOf(1), modules: new Map([...adapterOf(1).modules].slice(0, 3)) };
    const grown = await openDecoder(base);
    const fresh = async (adapters: readonly LoraAdapter[]): Promise<Float32Array> => {
      const expected = adapters.map((adapter) => ({ adapter, scale: 1 }));
      const decoder = await openDecoder(base, { expected });
      decoder.useAdapters(expected);
      return await decoder.extend([3, 1, 4]);
    };
    const alone = await grown.extend([3, 1, 4]);
    for (const adapters of [[few], [adapterOf(2)], [few, adapterOf(2)]]) {
      grown.useAdapters(adapters.map((adapter) => ({ adapter, scale: 1 })));
      const found = await grown.extend([3, 1, 4]);
      expect(relativeError(found, await fresh(adapters))).toBeLessThan(1e-5);
      expect(relativeError(found, alone)).toBeGreaterThan(1e-3);
    }
    grown.useAdapters([]);
    expect(await grown.extend([3, 1, 4])).toEqual(alone);
  });

  test("stops between chunks when it is cancelled, and can go on", async () => {
    const decoder = await openDecoder(base);
    const controller = new AbortController();
    const reading = decoder.extend(ids, controller.signal);
    controller.abort();
    await expect(reading).rejects.toThrow("aborted");
    expect(decoder.tokens.length).toBeLessThan(ids.length);
    await decoder.extend(ids.slice(decoder.tokens.length));
    expect(decoder.tokens).toEqual(ids);
  });

  test("refuses an adapter that leads beyond all numbers", async () => {
    const decoder = await openDecoder(base);
    const { modules, ...adapter } = adapterOf(1);
    const huge = [...modules].map(([path, matrices]) => {
      const [a, b] = [matrices.a, matrices.b].map((values) => values.map(() => 3e38));
      return [path, { ...matrices, a: a!, b: b! }] as const;
    });
    decoder.useAdapters([{ adapter: { ...adapter, modules: new Map(huge) }, scale: 1 }]);
    await expect(decoder.extend([3, 1, 4])).rejects.toMatchObject({ code: "weights-not-finite" });
    decoder.useAdapters([]);
    expect((await decoder.extend([3, 1, 4])).every(Number.isFinite)).toBe(true);
  });

  test("refuses more tokens than its context holds, and keeps what it has", async () => {
    const decoder = await openDecoder(base);
    await decoder.extend(ids);
    await expect(decoder.extend(ids)).rejects.toMatchObject({ code: "context-full" });
    expect(decoder.tokens.length).toBe(ids.length);
  });
});

function adapterOf(seed: number): LoraAdapter {
  const modules = [...moduleShapes(config)].map(([path, { inFeatures, outFeatures }]) => {
    const a = randomValues([2, inFeatures], seed).map((x) => 0.1 * x);
    return [path, { a, b: randomValues([outFeatures, 2], seed + 9), inFeatures, outFeatures }] as const;
  });
  const settings = { rank: 2, alpha: 2, scaling: 1, rsLora: false, dropout: 0 };
  return { method: "lora", name: `${seed}`, baseModel: "tiny", ...settings, modules: new Map(modules) };
}
