import { describe, expect, test } from "vitest";
import type { ModuleShape } from "../../../extension/core/models/architectures.ts";
import { readSettings, type TrainOptions, type TrainSettings } from "../../../extension/core/training/settings.ts";
import {
  adapterOf,
  adapterSpec,
  initialParameters,
  parametersOf,
  settingsOf,
} from "../../../extension/core/training/adapterParameters.ts";
import { resolveTargets } from "../../../extension/core/training/methods/targets.ts";

const modules = new Map<string, ModuleShape>(
  [0, 1].flatMap((layer) => [
    [`model.layers.${layer}.self_attn.q_proj`, { inFeatures: 4, outFeatures: 6 }] as const,
    [`model.layers.${layer}.mlp.up_proj`, { inFeatures: 4, outFeatures: 8 }] as const,
    [`model.layers.${layer}.mlp.down_proj`, { inFeatures: 8, outFeatures: 4 }] as const,
  ]),
);
const options: TrainOptions = { base: "", home: "", embedded: "", data: [], dataFolder: "", out: "" };
const settings = (more: Partial<TrainOptions> = {}): TrainSettings => readSettings({ ...options, rank: 2, ...more });
const named = { name: "mine", baseModel: "tiny" };

describe("resolveTargets", () => {
  test.each<[string[] | null, string[]]>([
    [null, [...modules.keys()]],
    [["q_proj"], ["model.layers.0.self_attn.q_proj", "model.layers.1.self_attn.q_proj"]],
    [["layers.1.mlp.up_proj"], ["model.layers.1.mlp.up_proj"]],
    [["model.layers.0.mlp.down_proj", "0.mlp.down_proj"], ["model.layers.0.mlp.down_proj"]],
  ])("%o", (targets, expected) => {
    expect([...resolveTargets(targets, modules)].sort()).toEqual(expected.sort());
  });

  test.each(["proj", "down", "o_proj", ""])("refuses %o and names what there is", (target) => {
    expect(() => resolveTargets([target], modules)).toThrow(
      expect.objectContaining({
        code: "targets-unknown",
        message: expect.stringContaining("q_proj, up_proj, down_proj"),
      }),
    );
  });
});

describe("initialParameters", () => {
  test("LoRA: A uniform within 1/√in, B zero, the same for the same seed", () => {
    const spec = adapterSpec(settings({ rank: 64 }), modules);
    const values = initialParameters(spec, modules, 1);
    const a = values.get("base_model.model.model.layers.0.mlp.down_proj.lora_A.weight")!;
    const bound = 1 / Math.sqrt(8);
    expect(a).toHaveLength(64 * 8);
    expect(Math.max(...a)).toBeGreaterThan(0.9 * bound);
    expect(Math.max(...a.map(Math.abs))).toBeLessThanOrEqual(bound);
    expect(Math.abs(a.reduce((sum, x) => sum + x, 0) / a.length)).toBeLessThan(0.1 * bound);
    const b = values.get("base_model.model.model.layers.0.mlp.down_proj.lora_B.weight")!;
    expect(b).toEqual(new Float32Array(4 * 64));
    expect(initialParameters(spec, modules, 1)).toEqual(values);
    expect(initialParameters(spec, modules, 2)).not.toEqual(values);
  });

  test("IA3: ones, on the input of down_proj and the output of all else", () => {
    const values = initialParameters(adapterSpec(settings({ method: "ia3" }), modules), modules, 1);
    expect(values.get("base_model.model.model.layers.1.mlp.down_proj.ia3_l")).toEqual(new Float32Array(8).fill(1));
    expect(values.get("base_model.model.model.layers.1.mlp.up_proj.ia3_l")).toEqual(new Float32Array(8).fill(1));
    expect(values.get("base_model.model.model.layers.0.self_attn.q_proj.ia3_l")).toEqual(new Float32Array(6).fill(1));
  });
});

describe("adapterSpec", () => {
  test.each(["mlp.down_proj", "mlp.c_proj", "mlp.fc_out"])("IA3 scales the input of %s", (name) => {
    const last = `transformer.h.0.${name}`;
    const modulesOf = new Map(
      ["transformer.h.0.attn.qkv_proj", last].map((path) => [path, modules.get("model.layers.0.mlp.up_proj")!]),
    );
    expect(adapterSpec(settings({ method: "ia3" }), modulesOf)).toMatchObject({ feedForward: new Set([last]) });
  });
});

describe("adapterOf", () => {
  test.each(["lora", "ia3"] as const)("%s: gives back the very values that parametersOf takes apart", (method) => {
    const chosen = settings({ method, targets: ["q_proj", "down_proj"] });
    const spec = adapterSpec(chosen, modules);
    const values = initialParameters(spec, modules, 3);
    const parameters = [...values].map(([name, list]) => ({ name, shape: [list.length], values: list }));
    const adapter = adapterOf(named, chosen, spec, modules, parameters);
    expect(adapter).toMatchObject({ method, ...named });
    expect(adapter.modules.size).toBe(4);
    expect(parametersOf(adapter)).toEqual(values);
  });
});

describe("settingsOf", () => {
  const chosen = settings({ alpha: 8, targets: ["q_proj"] });
  const spec = adapterSpec(chosen, modules);
  const parameters = [...initialParameters(spec, modules, 3)].map(([name, values]) => ({ name, shape: [], values }));
  const adapter = adapterOf(named, chosen, spec, modules, parameters);

  test("takes from the adapter what it decides", () => {
    const found = settingsOf(adapter, readSettings(options), { ...options, epochs: 1 });
    expect(found).toMatchObject({ method: "lora", rank: 2, alpha: 8 });
    expect(found.targets).toEqual(["model.layers.0.self_attn.q_proj", "model.layers.1.self_attn.q_proj"]);
  });

  test.each<[Partial<TrainOptions>, RegExp]>([
    [{ rank: 16 }, /its rank is 2, and 16 is asked for/],
    [{ alpha: 32 }, /its alpha is 8, and 32/],
    [{ method: "ia3" }, /its method is lora, and ia3/],
  ])("refuses %o with both values", (more, message) => {
    expect(() => settingsOf(adapter, readSettings({ ...options, ...more }), { ...options, ...more })).toThrow(message);
  });
});
