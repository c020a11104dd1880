import { describe, expect, test } from "vitest";
import { speedBenchmarks } from "../../../extension/core/benchmark/speed.ts";
import type { InstalledBase } from "../../../extension/core/bases/installedBase.ts";
import { readModelConfig } from "../../../extension/core/models/readConfig.ts";
import { tinyQwen2 } from "../models/tinyConfigs.ts";
import { tinyModel } from "../models/tinyModel.ts";

const config = readModelConfig({ ...tinyQwen2, max_position_embeddings: 512 });
const base = { name: "tiny", config, ...tinyModel(config, 4) } as unknown as InstalledBase;

describe("speedBenchmarks", () => {
  test.each(Object.entries(speedBenchmarks))("%s measures something", async (_name, measure) => {
    const rows = await measure(base);
    expect(rows.length).toBeGreaterThan(0);
    for (const { name, value } of rows) expect(Number.isFinite(value) && value > 0, name).toBe(true);
  });
});
