import { describe, expect, test } from "vitest";
import type { TrainOptions } from "../../../extension/core/training/trainRequest.ts";
import { readSettings } from "../../../extension/core/training/settings.ts";

const options: TrainOptions = { base: "", home: "h", embedded: "e", data: ["d"], dataFolder: "f", out: "o" };

describe("readSettings", () => {
  test("fills in the defaults that the command line promises", () => {
    expect(readSettings(options)).toMatchObject({
      method: "lora",
      rank: null,
      alpha: null,
      dropout: 0.05,
      steps: null,
      batchSize: 8,
      seed: 42,
      shuffle: true,
      targets: null,
    });
  });

  test.each<[Partial<TrainOptions>, RegExp]>([
    [{ alpha: 1e39 }, /alpha/],
    [{ rank: 0 }, /rank 0: it must be a whole number from 1 to 1024/],
    [{ rank: 2.5 }, /rank 2.5/],
    [{ epochs: 0 }, /epochs 0: it must be a number above 0/],
    [{ patience: 0 }, /patience 0: it must be a whole number of at least 1/],
    [{ saveEvery: -1 }, /save every -1: it must be a number of at least 0/],
    [{ steps: -1 }, /steps -1/],
    [{ batchSize: NaN }, /batch size NaN/],
    [{ maxLength: 7 }, /max length 7: it must be a whole number of at least 8/],
    [{ learningRate: -1e-3 }, /learning rate -0.001/],
    [{ dropout: 1 }, /dropout 1: it must be a number of at least 0 and below 1/],
    [{ targets: [] }, /targets/],
    [{ preset: "fast" as "paper" }, /preset fast: it must be balanced, quick, thorough, paper or graft/],
    [{ method: "dora" as "lora" }, /method dora: it must be lora, ia3, prompt, prefix or full/],
    [{ virtualTokens: 0 }, /virtual tokens 0: it must be a whole number from 1 to 1024/],
  ])("refuses %o", (wrong, message) => {
    expect(() => readSettings({ ...options, ...wrong })).toThrow(
      expect.objectContaining({ code: "option-invalid", message: expect.stringMatching(message) }),
    );
  });
});
