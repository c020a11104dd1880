/** A freshly trained adapter, used by a decoder that was already open. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { silentLog } from "../../../extension/core/foundation/log.ts";
import { resolveBase } from "../../../extension/core/baseModels/resolveBase.ts";
import { adapterCache } from "../../../extension/core/completion/adapterCache.ts";
import { openDecoder } from "../../../extension/core/inference/tree/decoder.ts";
import { train } from "../../../extension/core/training/train.ts";

vi.setConfig({ testTimeout: 90_000 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-swap-"));
  await writeFile(join(folder, "pairs.jsonl"), '{"intent":"double 7","code":"print(7 * 2)"}\n'.repeat(4));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a decoder takes a new adapter, then a newer one from the same folder, without being opened again", async () => {
  const places = { home: join(folder, "home"), embedded: join(import.meta.dirname, "../../../base") };
  const base = await resolveBase("", { ...places, log: silentLog });
  const decoder = await openDecoder(base);
  const cache = adapterCache(() => {});
  const prompt = [5, 9, 13];
  const logitsWith = async (seed: number): Promise<Float32Array> => {
    const options = { ...places, base: "", dataFolder: folder, data: [join(folder, "pairs.jsonl")] };
    const trained = { learningRate: 1e-2, steps: 2, batchSize: 4, seed, out: join(folder, "adapter") };
    const { adapter } = await train({ ...options, ...trained }, { log: silentLog });
    decoder.useAdapters([{ adapter: await cache.adapter(adapter), scale: 1 }]);
    return Float32Array.from(await decoder.begin(prompt));
  };
  const alone = Float32Array.from(await decoder.begin(prompt));
  const first = await logitsWith(1);
  expect(first).not.toEqual(alone);
  expect(await logitsWith(2)).not.toEqual(first);
  decoder.useAdapters([]);
  expect(Float32Array.from(await decoder.begin(prompt))).toEqual(alone);
  await decoder.release();
});
