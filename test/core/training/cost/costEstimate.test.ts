import { describe, expect, test } from "vitest";
import { methodNames, type MethodSpec } from "../../../../extension/core/adapters/methods/methodNamed.ts";
import { moduleShapes } from "../../../../extension/core/architectures/architectures.ts";
import type { DecoderConfig } from "../../../../extension/core/architectures/config.ts";
import { readModelConfig } from "../../../../extension/core/architectures/readConfig.ts";
import type { InstalledBase } from "../../../../extension/core/baseModels/installedBase.ts";
import { estimateCost, roughly } from "../../../../extension/core/training/cost/costEstimate.ts";
import {
  measurableShape,
  measuredTimes,
  rememberedTimes,
  type MachineTimes,
} from "../../../../extension/core/training/cost/machineTimes.ts";
import { settingsFor } from "../../../../extension/core/training/run/beginRun.ts";
import { readSettings } from "../../../../extension/core/training/settings.ts";
import { tinyQwen2 } from "../../architectures/tinyConfigs.ts";
import { tinyModel } from "../../architectures/tinyModel.ts";

const config = readModelConfig(tinyQwen2) as DecoderConfig;
const parameters = 1e5;
const base = {
  name: "tiny",
  hash: "tiny",
  bytes: 1e6,
  parameters,
  config,
  ...tinyModel(config, 4),
} as unknown as InstalledBase;
const targets = new Set(moduleShapes(config).keys());
const lora: MethodSpec = { method: "lora", targets, rank: 2, scaling: 1, dropout: 0.1 };
const shape = { rows: 2, length: 32, checkpointing: false };

function specNamed(method: MethodSpec["method"]): MethodSpec {
  const options = { method, data: ["x.jsonl"], base: "", home: "", embedded: "", dataFolder: "", out: "" };
  return settingsFor(base, readSettings(options), options).spec;
}

describe("estimateCost", () => {
  test("adds up layers and head for all tokens", async () => {
    const times: MachineTimes = { ofLayers: () => Promise.resolve(3), ofHead: () => Promise.resolve(0.25) };
    const { seconds } = await estimateCost(base, lora, shape, { tokens: 640, isValidated: false }, times);
    expect(seconds).toBeCloseTo(640 * (3 / 64 + 0.25), 9);
  });
});

describe("measuredTimes", () => {
  test.each(methodNames)("measures a step of %s", async (method) => {
    expect(await measuredTimes.ofLayers({ base, config, spec: specNamed(method), shape })).toBeGreaterThan(0);
  });

  test("measures the first layers of a deep base, changed or not", async () => {
    const deep = { ...config, layers: 12 };
    const paths = [...moduleShapes(deep).keys()];
    const ofDeep = async (spec: MethodSpec): Promise<number> =>
      measuredTimes.ofLayers({ base: { ...base, config: deep, ...tinyModel(deep, 4) }, config: deep, spec, shape });
    expect(await ofDeep({ ...lora, targets: new Set(paths) })).toBeGreaterThan(0);
    const last = paths.filter((path) => path.includes("layers.11."));
    expect(await ofDeep({ ...lora, targets: new Set(last) })).toBeGreaterThan(0);
  });

  test("measures the head", async () => {
    expect(await measuredTimes.ofHead(config)).toBeGreaterThan(0);
  });
});

describe("rememberedTimes", () => {
  test("measures each part once, and others anew", async () => {
    const times = rememberedTimes();
    const ofLayers = (spec: MethodSpec): Promise<number> => times.ofLayers({ base, config, spec, shape });
    const first = await ofLayers(lora);
    expect(await ofLayers({ ...lora, targets: new Set(targets) })).toBe(first);
    expect(await ofLayers({ ...lora, targets: new Set([...targets].slice(1)) })).not.toBe(first);
  });
});

describe("measurableShape", () => {
  const checkpointing = true;

  test("leaves small bases as they are", () => {
    expect(measurableShape(config, { rows: 8, length: 128, checkpointing })).toEqual({
      rows: 8,
      length: 128,
      checkpointing,
    });
  });

  test("takes fewer rows of large bases, and shortens them", () => {
    const large = { ...config, hiddenSize: 2048, intermediateSize: 8192 };
    expect(measurableShape(large, { rows: 8, length: 64, checkpointing }).length).toBe(64);
    expect(measurableShape(large, { rows: 8, length: 64, checkpointing }).rows).toBeLessThan(8);
    const shortened = measurableShape(large, { rows: 2, length: 2048, checkpointing });
    expect(shortened.rows).toBe(1);
    expect(shortened.length).toBeLessThan(2048);
    expect(shortened.length).toBeGreaterThanOrEqual(128);
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
