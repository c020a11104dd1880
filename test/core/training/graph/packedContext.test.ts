/** Several sequences in one row give the same loss and gradients as one row each, however many virtual tokens precede them. */

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../../extension/core/foundation/random.ts";
import { packStep, type PackedShape } from "../../../../extension/core/dataset/batches.ts";
import { isEncoderDecoder } from "../../../../extension/core/architectures/config.ts";
import type { MethodSpec } from "../../../../extension/core/adapters/methods/methodNamed.ts";
import { withVirtualIds } from "../../../../extension/core/training/data/virtualIds.ts";
import { openTrainingStep } from "../../../../extension/core/training/graph/trainingStep.ts";
import { relativeError } from "../../graph/evaluate.ts";
import { fixtures, loadFixture, readAll } from "../../architectures/fixtures.ts";

const methods = ["prompt", "prefix", "full"] as const;
const cases = ["qwen2", "starcoder2", "t5"].flatMap((model) => methods.map((method) => ({ model, method })));
const random = seededRandom(1, "sequences");
const ids = (count: number): number[] => Array.from({ length: count }, () => 4 + random.integer(90));

describe("packed rows", () => {
  // Rows are longer than the context of t5, its sequences almost as long.
  test.each(cases)("give the same results as one row per sequence: $method on $model", async ({ model, method }) => {
    const { base, config } = await loadFixture(model);
    const encodes = isEncoderDecoder(config);
    const { layers, hiddenSize, attention } = config;
    const [tokens, stacks] = [3, encodes ? (2 as const) : (1 as const)];
    const specs: Record<typeof method, MethodSpec> = {
      prompt: { method: "prompt", tokens, hiddenSize, stacks },
      prefix: { method: "prefix", tokens, layers, kvHeads: attention.kvHeads, headSize: attention.headSize, stacks },
      full: { method: "full" },
    };
    const first = new Map([
      ...(await readAll(join(fixtures, model, "model.safetensors"))),
      ["prompt_embeddings", Float32Array.from({ length: sizeOf(specs[method]) }, () => 0.3 * random.normal())] as const,
    ]);
    const sequences = [27, 11, 19, 21].map((length) => {
      const own = { ids: ids(length), firstTarget: 3, ...(encodes && { encoderIds: ids(61 - length) }) };
      return encodes && method === "prompt" ? withVirtualIds(own, tokens) : own;
    });
    const run = async (shape: PackedShape) => {
      const sized = { ...shape, ...(encodes && { encoderLength: 64 * (4 / shape.rows) }) };
      const step = await openTrainingStep(base, specs[method], { ...sized, checkpointing: false }, { initial: first });
      const [batch] = packStep(sequences, sized);
      const found = await step.run(batch!, random);
      const known = step.parameters.map(({ name }, i) => [name, Float32Array.from(found.gradients[i]!)] as const);
      await step.release();
      return { loss: found.loss, gradients: known };
    };
    const [together, apart] = [await run({ rows: 1, length: 80 }), await run({ rows: 4, length: 27 })];
    expect(together.loss).toBeCloseTo(apart.loss, 5);
    for (const [i, [name, gradient]] of apart.gradients.entries()) {
      expect(relativeError(together.gradients[i]![1], gradient), name).toBeLessThan(1e-4);
    }
  });
});

function sizeOf(spec: MethodSpec): number {
  if (spec.method === "prompt") return spec.stacks * spec.tokens * spec.hiddenSize;
  return spec.method === "prefix" ? spec.tokens * 2 * spec.layers * spec.kvHeads * spec.headSize : 0;
}
