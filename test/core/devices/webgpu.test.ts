/** WebGPU computes what the CPU computes, in float32 to 1e-3: completions, adapters, beams, training steps; on every architecture. */

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { methodNames } from "../../../extension/core/adapters/methods/methodNamed.ts";
import { shortRun } from "../../../extension/core/runtime/device.ts";
import { needs } from "../../needs.ts";
import { onSwiftShader, swiftShader, swiftShaderFolder } from "../../swiftShader.ts";
import { trainedModels } from "../training/fiftySteps.ts";
import type { Apart } from "./onWebgpu.ts";

const script = join(import.meta.dirname, "onWebgpu.ts");

// Two at once: each is a process that spends most of its time on one core, compiling shaders.
const options = { concurrent: true, timeout: 600_000, ...needs(swiftShader, swiftShaderFolder !== undefined) };

describe("on a software driver", options, () => {
  test.each(trainedModels)("%s: logits with and without adapters, and beams", async (model) => {
    const { logits, beams } = (await onSwiftShader(script, ["logits", model])) as Apart;
    expect(Object.keys(logits)).toEqual(expect.arrayContaining(["base", "lora", "ia3", "base again"]));
    for (const [name, error] of Object.entries(logits)) expect(error, name).toBeLessThan(1e-3);
    expect(beams.cpu.logProbabilities).toHaveLength(4);
    expect(beams.webgpu.best).toBe(beams.cpu.best);
    for (const [i, expected] of beams.cpu.logProbabilities.entries()) {
      expect(beams.webgpu.logProbabilities[i]).toBeCloseTo(expected, 3);
    }
  });

  const everyMethod = methodNames.join();
  const trainings = trainedModels.map(
    (model) => [model, ["llama", "t5"].includes(model) ? everyMethod : "lora"] as const,
  );

  test.each(trainings)("%s: training steps of %s", async (model, methods) => {
    const errors = (await onSwiftShader(script, ["training", model, methods])) as Record<string, number>;
    expect(Object.keys(errors)).toHaveLength(2 * methods.split(",").length);
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-3);
  });

  test("a base in 4 and in 8 bits finds the same tokens greedily", async () => {
    const found = (await onSwiftShader(script, ["quantized", "llama"])) as { cpu: string; webgpu: string }[];
    expect(found.map(({ webgpu }) => webgpu)).toEqual(found.map(({ cpu }) => cpu));
  });

  test("a probe measures it, and finds that its kernel for long runs is wrong on this driver", async () => {
    const finding = await onSwiftShader(script, ["probe", "llama"]);
    expect(finding).toMatchObject({ kind: "works", tokensPerRun: shortRun, divergence: expect.closeTo(0, 6) });
  });
});
