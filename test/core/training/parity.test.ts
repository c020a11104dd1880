/** 50 steps from the same start, on the same batches: the losses of PyTorch and PEFT, their tensors, and their logits. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Adapter } from "../../../extension/core/adapters/adapter.ts";
import { readAdapter } from "../../../extension/core/adapters/formats/peftFolder.ts";
import { importBase } from "../../../extension/core/baseModels/import/importBase.ts";
import type { InstalledBase } from "../../../extension/core/baseModels/installedBase.ts";
import { openDecoder } from "../../../extension/core/inference/tree/decoder.ts";
import { methodNames } from "../../../extension/core/adapters/methods/methodNamed.ts";
import reference from "../../fixtures/training/batches.json" with { type: "json" };
import { relativeError } from "../graph/evaluate.ts";
import { fixtures, readAll } from "../architectures/fixtures.ts";
import { fiftySteps, referencePart, trainedModels, writtenModels } from "./fiftySteps.ts";

let home: string;
beforeAll(async () => (home = await mkdtemp(join(tmpdir(), "graft-parity-"))));
afterAll(() => rm(home, { recursive: true, force: true }));

const training = join(fixtures, "../training");
const cases = trainedModels.flatMap((model) => methodNames.map((method) => ({ model, method })));

describe("50 steps", () => {
  test.each(cases)("match PyTorch and PEFT: $method on $model", async ({ model, method }) => {
    const { losses, parameters } = await fiftySteps(model, method, home);
    const expected = (await referencePart(model, method)).get("losses")!;
    expect(Math.max(...losses.map((loss, i) => Math.abs(loss / expected[i]! - 1)))).toBeLessThan(1e-4);
    const final = await referencePart(model, `${method}.final`);
    for (const { name, values } of parameters) {
      const found = method === "full" ? values.filter((_, i) => i % reference.stride === 0) : values;
      expect(relativeError(found, final.get(name)!), name).toBeLessThan(1e-3);
    }
  });
});

/** The logits of the first sequence at all positions of its text, or of the text that a decoder writes. */
async function logitsOf(base: InstalledBase, adapter?: Adapter): Promise<Float32Array> {
  const { prompt, written } = reference.batches[0]![0]!;
  const decoder = await openDecoder(base);
  if (adapter) decoder.useAdapters([{ adapter, scale: 1 }]);
  try {
    if (!decoder.hasEncoder) return await decoder.extendAll([...prompt, ...written]);
    const first = await decoder.begin(prompt);
    return Float32Array.from([...first, ...(await decoder.extendAll(written.slice(0, -1)))]);
  } finally {
    await decoder.release();
  }
}

function errorOfSpread(found: Float32Array, expected: Float32Array): number {
  const spread = Math.max(...expected) - Math.min(...expected);
  return Math.max(...expected.map((value, i) => Math.abs(found[i]! - value))) / spread;
}

describe("logits", () => {
  const adapters = cases.filter(({ model, method }) => method !== "full" && writtenModels.includes(model));

  test.each(adapters)("of Graft's adapter in PEFT match: $method on $model", async ({ model, method }) => {
    const { base } = await importBase({ source: join(fixtures, model), home, bits: 32, name: `${model}-#` });
    const logits = (await readAll(join(training, "written.safetensors"))).get(`${model}.${method}`)!;
    const adapter = await readAdapter(join(training, "written", `${model}-${method}`));
    expect(errorOfSpread(await logitsOf(base, adapter), logits)).toBeLessThan(1e-5);
    // The training of PyTorch gives the same logits.
    const theirs = (await referencePart(model, method)).get("logits")!;
    expect(errorOfSpread(logits, theirs)).toBeLessThan(1e-3);
  });

  test("of Graft's fully fine-tuned t5 in transformers match", async () => {
    const { base } = await importBase({ source: join(training, "written", "t5-full"), home, bits: 32 });
    const logits = (await readAll(join(training, "written.safetensors"))).get("t5.full")!;
    expect(errorOfSpread(await logitsOf(base), logits)).toBeLessThan(1e-5);
  });
});
