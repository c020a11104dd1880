/** Tiny T5 checkpoints of transformers and adapters of PEFT: the same logits, losses and gradients as PyTorch's. */

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";
import { seededRandom } from "../../../extension/core/foundation/random.ts";
import { importBase } from "../../../extension/core/baseModels/import/importBase.ts";
import { packStep } from "../../../extension/core/dataset/batches.ts";
import type { Sequence } from "../../../extension/core/dataset/sequence.ts";
import { moduleShapes } from "../../../extension/core/architectures/architectures.ts";
import { distanceBuckets } from "../../../extension/core/architectures/distanceBuckets.ts";
import { storedWeights } from "../../../extension/core/architectures/storedWeights.ts";
import { openDecoder } from "../../../extension/core/inference/tree/decoder.ts";
import { floats, floatsOf, int32s, int64s, openSession } from "../../../extension/core/runtime/session.ts";
import type { MethodSpec } from "../../../extension/core/adapters/methods/methodNamed.ts";
import { trainingGraph } from "../../../extension/core/training/graph/trainingGraph.ts";
import { openTrainingStep } from "../../../extension/core/training/graph/trainingStep.ts";
import { relativeError } from "../graph/evaluate.ts";
import { fixtures, loadFixture, readAll } from "./fixtures.ts";

const models = ["t5", "t5-gated"];
const methods = ["lora", "ia3"] as const;
const cases = models.flatMap((model) => methods.map((method) => ({ model, method })));

async function loadModel(name: string) {
  const reference = await readAll(join(fixtures, name, "reference.safetensors"));
  const list = (key: string): number[] => [...reference.get(key)!];
  return {
    ...(await loadFixture(name)),
    reference,
    ids: list("ids"),
    decoderIds: list("decoder_ids"),
    labels: list("labels"),
  };
}

/** The largest difference, relative to the spread of the expected values. */
function errorOfSpread(found: Float32Array, expected: Float32Array): number {
  const spread = Math.max(...expected) - Math.min(...expected);
  return Math.max(...expected.map((value, i) => Math.abs(found[i]! - value))) / spread;
}

describe("logits", () => {
  test.each(models)("of %s equal those of transformers, written at once and token by token", async (model) => {
    const { base, reference, ids, decoderIds } = await loadModel(model);
    const decoder = await openDecoder(base);
    const expected = reference.get("logits")!;
    const rowOf = (i: number) => expected.slice(i * decoder.vocabularySize, (i + 1) * decoder.vocabularySize);
    expect(errorOfSpread(await decoder.begin(ids), rowOf(0))).toBeLessThan(1e-5);
    expect(decoder.tokens).toEqual([decoderIds[0]]);
    decoder.rewind(0);
    const atOnce = await decoder.extendAll(decoderIds);
    expect(errorOfSpread(atOnce, expected)).toBeLessThan(1e-6);
    decoder.rewind(5);
    for (const [i, id] of decoderIds.slice(5).entries()) {
      expect(errorOfSpread(await decoder.extend([id]), rowOf(5 + i))).toBeLessThan(1e-5);
    }
    expect(decoder.tokens).toEqual(decoderIds);
    await decoder.release();
  });

  test.each(models)("of %s imported in 8 bits are within a hundredth of theirs", async (model) => {
    const { reference, ids, decoderIds } = await loadModel(model);
    const home = mkdtempSync(join(tmpdir(), "t5-"));
    const { base } = await importBase({ source: join(fixtures, model), home, bits: 8 });
    const decoder = await openDecoder(base);
    await decoder.begin(ids);
    decoder.rewind(0);
    expect(errorOfSpread(await decoder.extendAll(decoderIds), reference.get("logits")!)).toBeLessThan(1e-2);
    await decoder.release();
  });

  test.each(cases)(
    "of $model with an adapter of PEFT ($method) equal PEFT's, and the base's again without it",
    async ({ model, method }) => {
      const { base, reference, ids, decoderIds } = await loadModel(model);
      const decoder = await openDecoder(base);
      const adapter = await readAdapter(join(fixtures, model, method));
      for (const [active, expected] of [
        [[{ adapter, scale: 1 }], `${method}.logits`],
        [[], "logits"],
      ] as const) {
        decoder.useAdapters(active);
        await decoder.begin(ids);
        decoder.rewind(0);
        const found = await decoder.extendAll(decoderIds);
        expect(errorOfSpread(found, reference.get(expected)!)).toBeLessThan(1e-5);
      }
      await decoder.release();
    },
  );
});

describe("training", () => {
  test.each(cases)("$method on $model has the loss and the gradients of PEFT", async ({ model, method }) => {
    const { config, tensors, weightsPath, reference, ids, decoderIds, labels } = await loadModel(model);
    const modules = moduleShapes(config);
    const initial = await readAll(join(fixtures, model, method, "adapter_model.safetensors"));
    const targets = new Set(modules.keys());
    const feedForward = new Set([...targets].filter((path) => path.includes("DenseReluDense")));
    const spec: MethodSpec =
      method === "lora" ? { method, targets, rank: 4, scaling: 2, dropout: 0 } : { method, targets, feedForward };
    const trained = { config, weights: storedWeights(tensors), weightFile: basename(weightsPath), modules };
    const shape = { rows: 1, length: decoderIds.length, encoderLength: ids.length };
    const graph = trainingGraph(trained, spec, { ...shape, checkpointing: true }, "gradients");
    const session = await openSession(graph.model, { purpose: "training", weightFolder: dirname(weightsPath) });
    const count = labels.length;
    const results = await session.run({
      ...Object.fromEntries(graph.parameters.map((p) => [p.name, floats(initial.get(p.name)!, p.shape)])),
      encoder_ids: int64s(BigInt64Array.from(ids, BigInt), [1, ids.length]),
      encoder_segments: int32s(new Int32Array(ids.length).fill(1), [1, ids.length]),
      ids: int64s(BigInt64Array.from(decoderIds, BigInt), [1, count]),
      segments: int32s(new Int32Array(count).fill(1), [1, count]),
      label_rows: int64s(BigInt64Array.from(labels.keys(), BigInt), [count]),
      labels: int64s(BigInt64Array.from(labels, BigInt), [count, 1]),
      weights: floats(new Float32Array(count).fill(1 / count), [count, 1]),
    });
    expect(relativeError(floatsOf(results["loss"]), reference.get(`${method}.loss`)!)).toBeLessThan(1e-5);
    expect(graph.parameters.map(({ name }) => name).toSorted()).toEqual([...initial.keys()].toSorted());
    for (const { name } of graph.parameters) {
      const expected = reference.get(`${method}.gradient.${name}`)!;
      expect(relativeError(floatsOf(results[`gradient:${name}`]), expected), name).toBeLessThan(1e-4);
    }
  });

  test("on packed sequences has the loss that each of them has alone, and their gradients together", async () => {
    const { base } = await loadFixture("t5");
    const sequences = [
      { read: 9, written: 5 },
      { read: 4, written: 7 },
      { read: 6, written: 3 },
    ].map(({ read, written }, name): Sequence => {
      const ids = (count: number): number[] => Array.from({ length: count }, (_, i) => 4 + ((name * 31 + i * 7) % 90));
      return { encoderIds: ids(read), ids: [0, ...ids(written - 1)], firstTarget: 1 };
    });
    const targets = new Set(moduleShapes(base.config).keys());
    const initial = await readAll(join(fixtures, "t5", "lora", "adapter_model.safetensors"));
    const spec = { method: "lora", targets, rank: 4, scaling: 2, dropout: 0 } as const;
    const shape = { rows: 2, length: 10, encoderLength: 15 };
    const step = await openTrainingStep(base, spec, { ...shape, checkpointing: false }, { initial });
    const noise = seededRandom(1, "noise");
    const batches = packStep(sequences, shape);
    expect(batches).toHaveLength(1);
    expect(batches[0]!.encoder!.segments).toContain(2);
    const together = await step.run(batches[0]!, noise);
    let loss = 0;
    const sums = together.gradients.map((gradient) => new Float32Array(gradient.length));
    for (const sequence of sequences) {
      const share = (sequence.ids.length - 1) / 12;
      const alone = await step.run(packStep([sequence], shape)[0]!, noise);
      loss += share * alone.loss;
      for (const [i, gradient] of alone.gradients.entries()) {
        for (const [j, value] of gradient.entries()) sums[i]![j]! += share * value;
      }
    }
    expect(together.loss).toBeCloseTo(loss, 5);
    for (const [i, sum] of sums.entries()) expect(relativeError(together.gradients[i]!, sum)).toBeLessThan(1e-4);
    expect(await step.evaluate(batches[0]!)).toBeCloseTo(loss, 5);
    await step.release();
  });
});

describe("distanceBuckets", () => {
  const file = join(fixtures, "t5", "buckets.json");
  const bucketCases = JSON.parse(readFileSync(file, "utf8")) as readonly {
    buckets: number;
    maxDistance: number;
    bidirectional: boolean;
    expected: readonly number[];
  }[];

  test.each(bucketCases)("of $buckets up to $maxDistance are those of transformers", (options) => {
    const { bidirectional, expected } = options;
    const length = (expected.length + 1) / 2;
    const found = distanceBuckets({ ...options, direction: bidirectional ? "bidirectional" : "causal" }, length);
    const distances = expected.map((_, i) => i - length + 1);
    expect(distances.map((d) => Number(found.at(d)))).toEqual(expected);
  });
});
