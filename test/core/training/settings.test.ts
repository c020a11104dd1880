import { describe, expect, test } from "vitest";
import { defaultLearningRate, readSettings, type TrainOptions } from "../../../extension/core/training/settings.ts";

const options: TrainOptions = { base: "", home: "h", embedded: "e", data: ["d"], dataFolder: "f", out: "o" };

describe("readSettings", () => {
  test("fills in the defaults that the command line promises", () => {
    expect(readSettings(options)).toMatchObject({
      method: "lora",
      rank: 16,
      alpha: 32,
      dropout: 0.05,
      epochs: 5,
      steps: null,
      batchSize: 8,
      seed: 42,
      shuffle: true,
      targets: null,
    });
  });

  test("keeps a learning rate that is given, and else takes one by method and size", () => {
    expect(readSettings({ ...options, learningRate: 1e-6 }).learningRate).toBe(1e-6);
    expect(readSettings(options).learningRate).toBeNull();
    expect(defaultLearningRate("lora", 500e6)).toBe(3e-4);
    expect(defaultLearningRate("lora", 6e6)).toBeGreaterThan(3e-4);
    expect(defaultLearningRate("ia3", 6e6)).toBeGreaterThan(defaultLearningRate("lora", 6e6));
  });

  test.each<[Partial<TrainOptions>, RegExp]>([
    [{ rank: 0 }, /rank 0: it must be a whole number, 1 to 1024/],
    [{ rank: 2.5 }, /rank 2.5/],
    [{ epochs: 0 }, /epochs 0: it must be above 0/],
    [{ steps: -1 }, /steps -1/],
    [{ batchSize: NaN }, /batch size NaN/],
    [{ maxLength: 7 }, /max length 7: it must be a whole number from 8 on/],
    [{ learningRate: -1e-3 }, /learning rate -0.001/],
    [{ dropout: 1 }, /dropout 1: it must be from 0 to below 1/],
    [{ targets: [] }, /targets/],
    [{ method: "prompt" as "lora" }, /method prompt: it must be lora or ia3/],
  ])("refuses %o", (wrong, message) => {
    expect(() => readSettings({ ...options, ...wrong })).toThrow(
      expect.objectContaining({ code: "option-invalid", message: expect.stringMatching(message) }),
    );
  });
});
