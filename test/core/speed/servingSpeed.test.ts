import { describe, expect, test } from "vitest";
import { speedBenchmarks } from "../../../extension/core/speed/servingSpeed.ts";
import { explainTraining } from "../../../extension/core/speed/trainingSpeed.ts";
import type { InstalledBase } from "../../../extension/core/baseModels/installedBase.ts";
import { readModelConfig } from "../../../extension/core/architectures/readConfig.ts";
import { tinyQwen2, tinyT5 } from "../architectures/tinyConfigs.ts";
import { tinyModel } from "../architectures/tinyModel.ts";

const bases = [{ ...tinyQwen2, max_position_embeddings: 512 }, tinyT5].map((json) => {
  const config = readModelConfig(json);
  return { name: config.modelType, bytes: 1e6, config, ...tinyModel(config, 4) } as unknown as InstalledBase;
});
const cases = bases.flatMap((base) =>
  Object.entries(speedBenchmarks).map(([name, measure]) => ({ name, measure, base, type: base.name })),
);

describe("speedBenchmarks", () => {
  test.each(cases)("$name of $type measures something", async ({ measure, base }) => {
    const rows = await measure(base);
    expect(rows.length).toBeGreaterThan(0);
    for (const { name, value } of rows) expect(Number.isFinite(value) && value > 0, name).toBe(true);
  });
});

describe("explainTraining", () => {
  test.each(bases)(
    "lists the layers of $name forward and backward, and the plan beside what is measured",
    async (base) => {
      const rows = await explainTraining(base);
      const names = rows.map(({ name }) => name);
      for (const part of ["forward", "backward"]) {
        const layers = names.filter(
          (name) => name.startsWith("without") && /\.\d+, /.test(name) && name.endsWith(part),
        );
        expect(layers.length).toBe(
          base.config.layers + ("encoderLayers" in base.config ? Number(base.config.encoderLayers) : 0),
        );
      }
      const bytes = (what: string): number => rows.find(({ name }) => name === what)!.value;
      expect(bytes("with checkpointing, planned in total")).toBeLessThan(
        bytes("without checkpointing, planned in total"),
      );
    },
  );
});
