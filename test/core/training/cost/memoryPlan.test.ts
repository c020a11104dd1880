import { describe, expect, test } from "vitest";
import type { InstalledBase } from "../../../../extension/core/baseModels/installedBase.ts";
import { moduleShapes } from "../../../../extension/core/architectures/architectures.ts";
import { readModelConfig } from "../../../../extension/core/architectures/readConfig.ts";
import { fitMemory, planMemory } from "../../../../extension/core/training/cost/memoryPlan.ts";
import type { MethodSpec } from "../../../../extension/core/adapters/methods/methodNamed.ts";
import { tinyQwen2 } from "../../architectures/tinyConfigs.ts";
import { tinyModel } from "../../architectures/tinyModel.ts";

const config = readModelConfig({ ...tinyQwen2, num_hidden_layers: 6, max_position_embeddings: 1024 });
const base = { name: "tiny", bytes: 1e6, config, ...tinyModel(config, 4) } as unknown as InstalledBase;
const spec: MethodSpec = {
  method: "lora",
  targets: new Set(moduleShapes(config).keys()),
  rank: 2,
  scaling: 1,
  dropout: 0,
};
const shapeWithin = (maxTokens: number) => ({ rows: Math.max(1, maxTokens / 256), length: 256 });
const needed = (rows: number, checkpointing: boolean, length = 256): number =>
  planMemory(base, spec, { rows, length, checkpointing }).bytes;

describe("planMemory", () => {
  test("grows with the tokens, and shrinks by checkpointing", () => {
    expect(needed(2, false)).toBeGreaterThan(needed(1, false));
    expect(needed(2, true)).toBeLessThan(needed(2, false));
    // Each layer except the one at work keeps only its input, which saves at least half of everything.
    const graph = (checkpointing: boolean): number => {
      const { bytes, fixed } = planMemory(base, spec, { rows: 4, length: 256, checkpointing });
      return bytes - Object.values(fixed).reduce((sum, part) => sum + part, 0);
    };
    expect(graph(true)).toBeLessThan(graph(false) / 2);
  });
});

describe("fitMemory", () => {
  test("takes as many tokens at a time as fit, before it lets layers be computed twice", () => {
    const fit = (available: number) => fitMemory(base, spec, shapeWithin, { available });
    expect(fit(Infinity)).toEqual({ rows: 4, length: 256, checkpointing: false });
    expect(fit(needed(2, false))).toEqual({ rows: 2, length: 256, checkpointing: false });
    expect(fit(needed(1, false))).toEqual({ rows: 1, length: 256, checkpointing: false });
    expect(fit(needed(1, true))).toEqual({ rows: 1, length: 256, checkpointing: true });
  });

  test("uses gradient checkpointing if requested", () => {
    const shape = fitMemory(base, spec, shapeWithin, { available: Infinity, checkpointing: true });
    expect(shape).toEqual({ rows: 4, length: 256, checkpointing: true });
  });

  test("refuses what does not fit, with both values, and suggests what would", () => {
    const available = needed(1, true, 64);
    expect(() => fitMemory(base, spec, shapeWithin, { available })).toThrow(
      expect.objectContaining({
        code: "training-too-large",
        message: expect.stringMatching(
          /Cannot train lora on "tiny": 256 tokens at a time need [\d.]+ GB .* [\d.]+ GB are available/,
        ),
        nextStep: expect.stringContaining("max length of 64 tokens"),
      }) as Error,
    );
    expect(() => fitMemory(base, spec, shapeWithin, { available: 1e6 })).toThrow(
      expect.objectContaining({ nextStep: expect.stringContaining("smaller base") }) as Error,
    );
  });
});
