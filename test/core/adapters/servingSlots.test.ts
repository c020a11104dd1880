/** The inputs that are fed for adapters, against the arithmetic that they stand for. */

import { describe, expect, test } from "vitest";
import type { Ia3Adapter } from "../../../extension/core/adapters/methods/ia3.ts";
import type { LoraAdapter } from "../../../extension/core/adapters/methods/lora.ts";
import {
  changesOf,
  servingSlots,
  slotValues,
  type ActiveAdapter,
} from "../../../extension/core/adapters/servingSlots.ts";
import { linear } from "../../../extension/core/graph/composites/linear.ts";
import { plainWeight } from "../../../extension/core/graph/composites/weight.ts";
import { constant, input } from "../../../extension/core/graph/tensor.ts";
import { compiled, randomValues, relativeError } from "../graph/evaluate.ts";

const modules = [
  { path: "attention.q", inFeatures: 5, outFeatures: 4 },
  { path: "attention.k", inFeatures: 5, outFeatures: 2 },
];
const weight = randomValues([6, 5], 1);
const x = { values: randomValues([1, 3, 5], 2), shape: [1, 3, 5] };

function lora(path: string, rank: number, seed: number): LoraAdapter {
  const { inFeatures, outFeatures } = modules.find((module) => module.path === path)!;
  const matrices = {
    a: randomValues([rank, 5], seed),
    b: randomValues([outFeatures, rank], seed + 1),
    inFeatures,
    outFeatures,
  };
  const common = {
    method: "lora" as const,
    name: "n",
    baseModel: "b",
    alpha: rank * 2,
    dropout: 0,
    rsLora: false,
    scaling: 2,
  };
  return { ...common, rank, modules: new Map([[path, matrices]]) };
}

function ia3(path: string, on: "input" | "output", size: number): Ia3Adapter {
  return {
    method: "ia3",
    name: "n",
    baseModel: "b",
    modules: new Map([[path, { on, values: randomValues([size], 9) }]]),
  };
}

const paths = modules.map(({ path }) => path);

/** The product with adapters, as a serving graph with slots for `met` adapters computes it. */
async function served(active: readonly ActiveAdapter[], met = active): Promise<Float32Array> {
  const { slots, inputs } = servingSlots(changesOf(paths, met));
  const y = slots.around(modules, input("x", "float32", [1, 3, 5]), (h) =>
    linear(h, plainWeight(constant(weight, [6, 5]))),
  );
  const run = await compiled([y], "inference");
  return (await run({ x, ...slotValues(inputs, active) }))[0]!;
}

/** x·(W + Σ scale·scaling·B·A)ᵀ, with factors on x and y, by plain loops. */
function expectedOutput(active: readonly ActiveAdapter[]): Float32Array {
  const merged = Float64Array.from(weight);
  const [before, behind] = [new Float64Array(5).fill(1), new Float64Array(6).fill(1)];
  for (const { adapter, scale } of active) {
    if (!("modules" in adapter)) throw new Error("only adapters of modules are expected here");
    for (const [path, part] of adapter.modules) {
      const offset = path === "attention.q" ? 0 : 4;
      if (adapter.method === "lora" && "a" in part) {
        for (let o = 0; o < part.outFeatures; o++)
          for (let i = 0; i < 5; i++)
            for (let r = 0; r < adapter.rank; r++)
              merged[(offset + o) * 5 + i]! +=
                scale * adapter.scaling * part.b[o * adapter.rank + r]! * part.a[r * 5 + i]!;
      } else if ("values" in part) {
        const [target, start] = part.on === "input" ? [before, 0] : [behind, offset];
        for (const [i, factor] of part.values.entries()) target[start + i]! *= 1 + scale * (factor - 1);
      }
    }
  }
  return Float32Array.from({ length: 18 }, (_, n) => {
    const [row, o] = [Math.floor(n / 6), n % 6];
    let sum = 0;
    for (let i = 0; i < 5; i++) sum += x.values[row * 5 + i]! * before[i]! * merged[o * 5 + i]!;
    return sum * behind[o]!;
  });
}

describe("slotValues", () => {
  const [q, k] = [lora("attention.q", 3, 10), lora("attention.k", 2, 20)];
  const cases: readonly { name: string; active: readonly ActiveAdapter[] }[] = [
    { name: "one LoRA on one of two modules", active: [{ adapter: q, scale: 1 }] },
    {
      name: "two LoRA of different rank, at different strength",
      active: [
        { adapter: q, scale: 0.5 },
        { adapter: k, scale: -1 },
      ],
    },
    {
      name: "two LoRA on the same module",
      active: [
        { adapter: q, scale: 1 },
        { adapter: lora("attention.q", 1, 30), scale: 2 },
      ],
    },
    { name: "IA3 on an output", active: [{ adapter: ia3("attention.k", "output", 2), scale: 1 }] },
    { name: "IA3 on the input, at half strength", active: [{ adapter: ia3("attention.q", "input", 5), scale: 0.5 }] },
  ];

  test.each(cases)("computes $name", async ({ active }) => {
    expect(relativeError(await served(active), expectedOutput(active))).toBeLessThan(1e-5);
  });

  test("gives exactly the base without an adapter, or with one at scale 0", async () => {
    const run = await compiled(
      [linear(input("x", "float32", [1, 3, 5]), plainWeight(constant(weight, [6, 5])))],
      "inference",
    );
    const [base] = await run({ x });
    const met = [q, k, ia3("attention.k", "output", 2), ia3("attention.q", "input", 5)].map((adapter) => {
      return { adapter, scale: 1 };
    });
    expect(await served([], met)).toEqual(base);
    expect(await served([{ adapter: q, scale: 0 }])).toEqual(base);
    expect(relativeError(await served([{ adapter: q, scale: 1 }]), base!)).toBeGreaterThan(0.1);
  });
});

describe("servingSlots", () => {
  const namesFor = (...adapters: readonly (LoraAdapter | Ia3Adapter)[]): string[] => {
    const active = adapters.map((adapter) => ({ adapter, scale: 1 }));
    const { slots, inputs } = servingSlots(changesOf(paths, active));
    slots.around(modules, input("x", "float32", [1, 3, 5]), (h) => linear(h, plainWeight(constant(weight, [6, 5]))));
    return inputs.map(({ name }) => name.split(".").at(-1)!);
  };

  test("has inputs for what adapters change, and no others", () => {
    expect(namesFor()).toEqual([]);
    expect(namesFor(lora("attention.k", 2, 20))).toEqual(["A", "B"]);
    expect(namesFor(ia3("attention.k", "output", 2))).toEqual(["out"]);
    expect(namesFor(lora("attention.k", 2, 20), ia3("attention.q", "input", 5))).toEqual(["in", "A", "B"]);
  });
});
