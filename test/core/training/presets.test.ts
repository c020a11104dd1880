import { describe, expect, test } from "vitest";
import type { MethodName } from "../../../extension/core/adapters/methods/methodNamed.ts";
import { readSettings, resolveDefaults, type ResolvedSettings } from "../../../extension/core/training/settings.ts";
import type { TrainingPreset } from "../../../extension/core/adapters/methods/method.ts";
import type { TrainOptions } from "../../../extension/core/training/trainRequest.ts";
import { stepsOf } from "../../../extension/core/training/steps.ts";

const options: TrainOptions = { base: "", home: "h", embedded: "e", data: ["d"], dataFolder: "f", out: "o" };

describe("resolveDefaults", () => {
  const settled = (more: Partial<TrainOptions>, parameters: number, names: readonly string[]) => {
    const paths = names.map((name) => `model.layers.0.${name}`);
    const { targets, learningRate } = resolveDefaults(readSettings({ ...options, ...more }), parameters, paths, true);
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

  test("paper scales the inputs of all feed-forward modules, graft those of the last", () => {
    const scaled = (preset: TrainingPreset): readonly string[] => {
      const settings = readSettings({ ...options, preset, method: "ia3" });
      return resolveDefaults(settings, 350e6, llama, true).feedForward.filter((name) => llama.includes(name));
    };
    expect(scaled("paper")).toEqual(["gate_proj", "up_proj", "down_proj"]);
    expect(scaled("graft")).toEqual(["down_proj"]);
  });

  // From the training script of the paper's repository.
  test.each<[MethodName, Partial<ResolvedSettings>]>([
    ["lora", { learningRate: 3e-4, rank: 16, alpha: 32, dropout: 0.05 }],
    ["ia3", { learningRate: 3e-3 }],
    ["prompt", { learningRate: 3e-3, virtualTokens: 20, initText: expect.stringMatching(/^Generate Python code/) }],
    ["prefix", { learningRate: 3e-2, virtualTokens: 10, initText: "" }],
    ["full", { learningRate: 5e-5 }],
  ])("paper has the paper's numbers for %s", (method, numbers) => {
    const settings = resolveDefaults(readSettings({ ...options, preset: "paper", method }), 350e6, llama, true);
    const common = {
      optimizer: "adafactor",
      schedule: "linear",
      weightDecay: 0,
      batchSize: 8,
      epochs: 5,
      maxLength: 256,
      seed: 42,
    };
    expect(settings).toMatchObject({ ...common, ...numbers });
  });

  test.each<[string, Partial<TrainOptions>, boolean, Partial<ResolvedSettings>]>([
    ["source code", {}, true, { sourceAs: "requests", epochs: 2, maxLength: 640, fillShare: 0.9, learningRate: 3e-3 }],
    [
      "source code, in pieces",
      { sourceAs: "pieces" },
      true,
      { epochs: 5, maxLength: 256, fillShare: 0.5, learningRate: 1.5e-3 },
    ],
    ["source code, by the paper", { preset: "paper" }, true, { sourceAs: "pieces", epochs: 5, maxLength: 256 }],
    ["rows", { sourceAs: "requests" }, false, { sourceAs: "pieces", epochs: 5, maxLength: 256, learningRate: 1.5e-3 }],
    ["rank: source code", {}, true, { rank: 64, alpha: 128 }],
    ["rank: source code, in pieces", { sourceAs: "pieces" }, true, { rank: 16, alpha: 32 }],
    ["rank: source code, by the paper", { preset: "paper", sourceAs: "requests" }, true, { rank: 16, alpha: 32 }],
    ["rank: rows", {}, false, { rank: 16, alpha: 32 }],
    ["rank: what is given", { rank: 8 }, true, { rank: 8, alpha: 16 }],
    ["alpha: what is given", { alpha: 3 }, true, { rank: 64, alpha: 3 }],
    [
      "what is given",
      { epochs: 3, maxLength: 99, learningRate: 1 },
      true,
      { epochs: 3, maxLength: 99, learningRate: 1 },
    ],
  ])("%s: form, passes, length, rate and rank", (_, more, hasRequests, numbers) => {
    expect(resolveDefaults(readSettings({ ...options, ...more }), 14e6, llama, hasRequests)).toMatchObject(numbers);
  });
});

describe("presets", () => {
  const resolved = (asked: Partial<TrainOptions>, hasRequests = false) =>
    resolveDefaults(readSettings({ ...options, ...asked }), 14e6, ["model.layers.0.self_attn.q_proj"], hasRequests);
  const lengthOf = (asked: Partial<TrainOptions>, sequences: number, hasRequests = false): number =>
    stepsOf(resolved(asked, hasRequests), asked, sequences);

  // 800 sequences are 100 steps of 8. The usual number of passes is 5, and 2 for requests.
  test.each<[TrainingPreset, number, number, number]>([
    ["quick", 30, 100, 100],
    ["balanced", 60, 500, 200],
    ["thorough", 60, 1000, 400],
    ["paper", 5, 500, 500],
    ["graft", 60, 500, 200],
  ])("%s takes %d steps of few rows, %d of more, and %d of source code", (preset, few, more, ofSource) => {
    expect(lengthOf({ preset }, 8)).toBe(few);
    expect(lengthOf({ preset }, 800)).toBe(more);
    expect(lengthOf({ preset }, 800, true)).toBe(ofSource);
    // Without a preset, the balanced one applies.
    if (preset === "balanced") expect(lengthOf({}, 800)).toBe(more);
  });

  test("given epochs and steps count, whatever the preset", () => {
    for (const preset of ["quick", "balanced", "thorough", "paper"] as const) {
      expect(lengthOf({ preset, epochs: 3 }, 800)).toBe(300);
      expect(lengthOf({ preset, steps: 7 }, 800)).toBe(7);
      expect(resolved({ preset, epochs: 3 }).epochs).toBe(3);
    }
  });

  test("thorough stops after two passes without a lower loss, unless told otherwise", () => {
    expect(readSettings({ ...options, preset: "thorough" }).patience).toBe(10);
    expect(readSettings({ ...options, preset: "thorough", patience: 3 }).patience).toBe(3);
    expect(readSettings({ ...options, preset: "balanced" }).patience).toBeNull();
  });
});
