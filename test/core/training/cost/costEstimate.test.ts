import { describe, expect, test } from "vitest";
import type { MethodSpec } from "../../../../extension/core/adapters/methods/methodNamed.ts";
import { moduleShapes } from "../../../../extension/core/architectures/architectures.ts";
import type { DecoderConfig } from "../../../../extension/core/architectures/config.ts";
import { readModelConfig } from "../../../../extension/core/architectures/readConfig.ts";
import type { InstalledBase } from "../../../../extension/core/baseModels/installedBase.ts";
import type { Product } from "../../../../extension/core/runtime/productSpeed.ts";
import { estimateCost, roughly } from "../../../../extension/core/training/cost/costEstimate.ts";
import { flopsByOrigin, flopsOf } from "../../../../extension/core/training/cost/flops.ts";
import { tinyQwen2 } from "../../architectures/tinyConfigs.ts";
import { tinyModel } from "../../architectures/tinyModel.ts";

const config = readModelConfig(tinyQwen2) as DecoderConfig;
const base = { name: "tiny", bytes: 1e6, config, ...tinyModel(config, 4) } as unknown as InstalledBase;
const targets = new Set(moduleShapes(config).keys());
const lora: MethodSpec = { method: "lora", targets, rank: 2, scaling: 1, dropout: 0 };
const ia3: MethodSpec = { method: "ia3", targets: new Set(), feedForward: new Set() };
const shape = { rows: 2, length: 128, checkpointing: false };

describe("estimateCost", () => {
  const secondsFor = async (spec: MethodSpec, timeOf: (product: Product) => number): Promise<number> => {
    const work = { tokens: 256, isValidated: false };
    const { seconds } = await estimateCost(base, spec, shape, work, (product) => Promise.resolve(timeOf(product)));
    return seconds!;
  };

  test("takes a method's narrow products as slow as they are", async () => {
    const { ofBase, ofMethod } = flopsByOrigin(config, lora, shape, 256);
    expect(ofMethod).toBeGreaterThan(0);
    const narrowIsSlow = (product: Product): number => flopsOf(product) * (product.outFeatures === 2 ? 3e-9 : 1e-9);
    // Matrix products take three quarters of the time.
    expect(await secondsFor(lora, narrowIsSlow)).toBeCloseTo(((ofBase + 3 * ofMethod) * 1e-9) / 0.75, 12);
    expect(await secondsFor(ia3, narrowIsSlow)).toBeCloseTo((ofBase * 1e-9) / 0.75, 12);
  });
});

test.each([
  [0.2, "1 s"],
  [9, "9 s"],
  [89.1, "90 s"],
  [90, "2 min"],
  [3600, "60 min"],
  [5400, "1.5 h"],
])("%d s are about %s", (seconds, text) => {
  expect(roughly(seconds)).toBe(text);
});
