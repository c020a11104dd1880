/**
 * Tiny checkpoints of transformers and adapters of PEFT: the same logits, losses and gradients as PyTorch's. Together, the checkpoints have
 * everything that the architectures allow: heads and matrices of odd sizes, biases, ways to scale positions.
 */

import { mkdtempSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { importBase } from "../../../extension/core/baseModels/import/importBase.ts";
import { readAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";
import { moduleShapes } from "../../../extension/core/architectures/architectures.ts";
import { storedWeights } from "../../../extension/core/architectures/storedWeights.ts";
import { openDecoder, type Decoder } from "../../../extension/core/inference/tree/decoder.ts";
import { floats, floatsOf, int32s, int64s, openSession } from "../../../extension/core/runtime/session.ts";
import type { MethodSpec } from "../../../extension/core/adapters/methods/methodNamed.ts";
import { trainingGraph } from "../../../extension/core/training/graph/trainingGraph.ts";
import { relativeError } from "../graph/evaluate.ts";
import { fixtures, loadFixture, readAll } from "./fixtures.ts";

const models = [
  "llama",
  "llama-linear",
  "llama-dynamic",
  "llama-llama3",
  "llama-yarn",
  "qwen2",
  "qwen3",
  "starcoder2",
  "codegen",
  "codegen2",
];
const methods = ["lora", "ia3"] as const;
const cases = models.flatMap((model) => methods.map((method) => ({ model, method })));

async function loadModel(name: string) {
  const reference = await readAll(join(fixtures, name, "reference.safetensors"));
  return { ...(await loadFixture(name)), reference, ids: [...reference.get("ids")!] };
}

/** The largest difference, relative to the spread of the expected values. */
function errorOfSpread(found: Float32Array, expected: Float32Array): number {
  const spread = Math.max(...expected) - Math.min(...expected);
  return Math.max(...expected.map((value, i) => Math.abs(found[i]! - value))) / spread;
}

/** All tokens but the first five one by one, as in decoding. */
async function logitsTokenByToken(decoder: Decoder, ids: readonly number[]): Promise<Float32Array> {
  decoder.rewind(0);
  const rows = [await decoder.extendAll(ids.slice(0, 5))];
  for (const id of ids.slice(5)) rows.push(await decoder.extend([id]));
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

describe("logits", () => {
  test.each(models)("of %s equal those of transformers, read at once and token by token", async (model) => {
    const { base, reference, ids } = await loadModel(model);
    const decoder = await openDecoder(base);
    const expected = reference.get("logits")!;
    expect(errorOfSpread(await decoder.extendAll(ids), expected)).toBeLessThan(1e-6);
    expect(errorOfSpread(await logitsTokenByToken(decoder, ids), expected)).toBeLessThan(1e-6);
    expect(decoder.tokens).toEqual(ids);
    await decoder.release();
  });

  test.each(models)("of %s imported in 8 bits are within a hundredth of theirs", async (model) => {
    const { reference, ids } = await loadModel(model);
    const home = mkdtempSync(join(tmpdir(), "parity-"));
    const { base } = await importBase({ source: join(fixtures, model), home, bits: 8 });
    const decoder = await openDecoder(base);
    const expected = reference.get("logits")!;
    expect(errorOfSpread(await decoder.extendAll(ids), expected)).toBeLessThan(1e-2);
    expect(errorOfSpread(await logitsTokenByToken(decoder, ids), expected)).toBeLessThan(1e-2);
    await decoder.release();
  });

  test.each(cases)(
    "of $model with an adapter of PEFT ($method) equal PEFT's, and the base's again without it",
    async ({ model, method }) => {
      const { base, reference, ids } = await loadModel(model);
      const decoder = await openDecoder(base);
      const adapter = await readAdapter(join(fixtures, model, method));
      decoder.useAdapters([{ adapter, scale: 1 }]);
      expect(errorOfSpread(await decoder.extendAll(ids), reference.get(`${method}.logits`)!)).toBeLessThan(1e-6);
      decoder.useAdapters([]);
      expect(errorOfSpread(await decoder.extendAll(ids), reference.get("logits")!)).toBeLessThan(1e-6);
      await decoder.release();
    },
  );
});

describe("training", () => {
  test.each(cases)("$method on $model has the loss and the gradients of PEFT", async ({ model, method }) => {
    const { config, tensors, weightsPath, reference, ids } = await loadModel(model);
    const modules = moduleShapes(config);
    const initial = await readAll(join(fixtures, model, method, "adapter_model.safetensors"));
    const targets = new Set(
      [...modules.keys()].filter((path) => [...initial.keys()].some((key) => key.includes(`${path}.`))),
    );
    const settings = JSON.parse(await readFile(join(fixtures, model, method, "adapter_config.json"), "utf8")) as {
      feedforward_modules?: string[];
    };
    const feedForward = new Set(
      [...targets].filter((path) => settings.feedforward_modules?.some((name) => path.endsWith(`.${name}`))),
    );
    const spec: MethodSpec =
      method === "lora" ? { method, targets, rank: 4, scaling: 2, dropout: 0 } : { method, targets, feedForward };
    const trained = { config, weights: storedWeights(tensors), weightFile: basename(weightsPath), modules };
    const graph = trainingGraph(trained, spec, { rows: 1, length: ids.length, checkpointing: true }, "gradients");
    const session = await openSession(graph.model, { purpose: "training", weightFolder: dirname(weightsPath) });
    // PEFT's labels are the ids from the ninth on; a label belongs to the position before it.
    const labels = ids.slice(8);
    const results = await session.run({
      ...Object.fromEntries(graph.parameters.map(({ name, shape }) => [name, floats(initial.get(name)!, shape)])),
      ids: int64s(BigInt64Array.from(ids, BigInt), [1, ids.length]),
      positions: int64s(BigInt64Array.from(ids.keys(), BigInt), [1, ids.length]),
      segments: int32s(new Int32Array(ids.length).fill(1), [1, ids.length]),
      label_rows: int64s(
        BigInt64Array.from(labels, (_, i) => BigInt(7 + i)),
        [labels.length],
      ),
      labels: int64s(BigInt64Array.from(labels, BigInt), [labels.length, 1]),
      weights: floats(new Float32Array(labels.length).fill(1 / labels.length), [labels.length, 1]),
    });
    expect(relativeError(floatsOf(results["loss"]), reference.get(`${method}.loss`)!)).toBeLessThan(1e-5);
    expect(graph.parameters.map(({ name }) => name).toSorted()).toEqual([...initial.keys()].toSorted());
    for (const { name } of graph.parameters) {
      const expected = reference.get(`${method}.gradient.${name}`)!;
      expect(relativeError(floatsOf(results[`gradient:${name}`]), expected), name).toBeLessThan(1e-4);
    }
  });
});
