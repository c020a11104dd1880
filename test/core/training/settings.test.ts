import { describe, expect, test } from "vitest";
import { readSettings, settingsFor, type TrainOptions } from "../../../extension/core/training/settings.ts";

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
    [{ preset: "fast" as "paper" }, /preset fast: it must be graft or paper/],
    [{ method: "prompt" as "lora" }, /method prompt: it must be lora or ia3/],
  ])("refuses %o", (wrong, message) => {
    expect(() => readSettings({ ...options, ...wrong })).toThrow(
      expect.objectContaining({ code: "option-invalid", message: expect.stringMatching(message) }),
    );
  });
});

describe("settingsFor", () => {
  const settled = (more: Partial<TrainOptions>, parameters: number, names: readonly string[]) => {
    const paths = names.map((name) => `model.layers.0.${name}`);
    const { targets, learningRate } = settingsFor(readSettings({ ...options, ...more }), parameters, paths);
    return { targets, learningRate };
  };
  const llama = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];
  const codegen = ["qkv_proj", "out_proj", "fc_in", "fc_out"];
  const t5 = ["q", "k", "v", "o", "wi", "wo"];

  test("graft trains every module, small bases faster and IA3 faster than LoRA", () => {
    expect(settled({}, 500e6, llama)).toEqual({ targets: null, learningRate: 3e-4 });
    expect(settled({ method: "ia3" }, 500e6, llama).learningRate).toBe(5e-3);
    expect(settled({}, 6e6, llama).learningRate).toBeGreaterThan(3e-4);
    expect(settled({ method: "ia3" }, 6e6, llama).learningRate).toBeGreaterThan(5e-3);
  });

  // From the table of targets and the training script of the paper's repository.
  test.each<[string, "lora" | "ia3", readonly string[], readonly string[], number]>([
    ["CodeLlama", "lora", llama, ["q_proj", "k_proj", "v_proj"], 3e-4],
    ["CodeLlama", "ia3", llama, ["q_proj", "k_proj", "v_proj", "gate_proj", "up_proj", "down_proj"], 3e-3],
    ["CodeGen", "lora", codegen, ["qkv_proj"], 3e-4],
    ["CodeGen", "ia3", codegen, ["qkv_proj", "fc_in", "fc_out"], 3e-3],
    ["CodeT5+", "lora", t5, ["q", "k", "v"], 3e-4],
    ["CodeT5+", "ia3", t5, ["q", "k", "v", "wi", "wo"], 3e-3],
  ])("paper trains %s with %s as the paper does", (_, method, names, targets, learningRate) => {
    expect(settled({ preset: "paper", method }, 350e6, names)).toEqual({ targets, learningRate });
  });

  test("what is given counts, whatever the preset", () => {
    for (const preset of ["graft", "paper"] as const) {
      const given = { targets: ["o_proj"], learningRate: 1e-6 };
      expect(settled({ preset, ...given }, 350e6, llama)).toEqual(given);
    }
  });
});
