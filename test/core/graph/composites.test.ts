/** Each fused form against the meaning of its composite. */

import { describe, expect, test } from "vitest";
import { dropout, geluTanh } from "../../../extension/core/graph/composites/activations.ts";
import { attention, cachedAttention, masked } from "../../../extension/core/graph/composites/attention.ts";
import { embedding, linear } from "../../../extension/core/graph/composites/linear.ts";
import { layerNorm, rmsNorm } from "../../../extension/core/graph/composites/norms.ts";
import { plainWeight } from "../../../extension/core/graph/composites/weight.ts";
import type { Lowering } from "../../../extension/core/graph/lower.ts";
import { constant, type Tensor } from "../../../extension/core/graph/tensor.ts";
import {
  bias,
  causal,
  columns,
  float32,
  floatPath,
  heads,
  ids,
  int4,
  int4Path,
  int8,
  int8Path,
  lossOf,
  rotary,
} from "./compositeInputs.ts";
import { compiled, relativeError, Variables } from "./evaluate.ts";

/** What `length` tokens after `past` others see, [1, 1, length, past + length]. */
function causalMask(past: number, length: number): Tensor {
  const total = past + length;
  const mask = Float32Array.from({ length: length * total }, (_, i) => {
    return i % total > past + Math.floor(i / total) ? masked : 0;
  });
  return constant(mask, [1, 1, length, total]);
}

function overCache(
  x: Variables,
  past: number,
  length: number,
  { headSize = 16, interleaved = false } = {},
): readonly Tensor[] {
  const cache = { pastKey: x.normal(1, 2, past, headSize), pastValue: x.normal(1, 2, past, headSize) };
  const lastPositions = constant(Int32Array.of(past + length - 1), [1]);
  const totalLength = constant(Int32Array.of(past + length), []);
  const positions = constant(
    BigInt64Array.from({ length }, (_, i) => BigInt(past + i)),
    [1, length],
  );
  return cachedAttention(
    {
      qkv: x.normal(1, length, 8 * headSize),
      ...cache,
      lastPositions,
      totalLength,
      positions,
      mask: causalMask(past, length),
      rotary: { ...rotary, interleaved },
    },
    { ...heads, headSize },
    past + length,
  );
}

interface FusedCase {
  readonly name: string;
  readonly build: (x: Variables) => Tensor | readonly Tensor[];
  readonly lowering: Exclude<Lowering, "expanded">;
  /** Relative to the largest value. Inference rounds activations to int8 in front of a quantized weight. */
  readonly tolerance: number;
  readonly path?: string;
}

const fusedCases: readonly FusedCase[] = [
  {
    name: "linear int4",
    build: (x) => linear(x.normal(2, 3, columns), int4(), bias),
    lowering: "inference",
    tolerance: 2e-2,
    path: int4Path,
  },
  {
    name: "linear int4",
    build: (x) => linear(x.normal(2, 3, columns), int4(), bias),
    lowering: "training",
    tolerance: 1e-5,
    path: int4Path,
  },
  {
    name: "linear int8",
    build: (x) => linear(x.normal(2, 3, columns), int8()),
    lowering: "inference",
    tolerance: 2e-2,
    path: int8Path,
  },
  {
    name: "linear int8",
    build: (x) => linear(x.normal(2, 3, columns), int8()),
    lowering: "training",
    tolerance: 1e-5,
    path: int8Path,
  },
  {
    name: "crossEntropy below an int8 head, in chunks",
    build: (x) => lossOf(x.normal(3, columns), int8(), bias),
    lowering: "training",
    tolerance: 1e-5,
    path: int8Path,
  },
  {
    name: "crossEntropy below a float32 head, in chunks",
    build: (x) => lossOf(x.normal(3, columns), float32()),
    lowering: "training",
    tolerance: 1e-5,
    path: floatPath,
  },
  { name: "embedding int4", build: () => embedding(ids, int4()), lowering: "inference", tolerance: 0, path: int4Path },
  { name: "embedding int8", build: () => embedding(ids, int8()), lowering: "training", tolerance: 0, path: int8Path },
  { name: "rmsNorm", build: (x) => rmsNorm(x.normal(2, 5), x.normal(5), 1e-6), lowering: "inference", tolerance: 1e-6 },
  {
    name: "layerNorm",
    build: (x) => layerNorm(x.normal(2, 5), x.normal(5), x.normal(5), 1e-6),
    lowering: "inference",
    tolerance: 1e-6,
  },
  { name: "geluTanh", build: (x) => geluTanh(x.normal(40)), lowering: "inference", tolerance: 1e-6 },
  { name: "cachedAttention without a past", build: (x) => overCache(x, 0, 3), lowering: "inference", tolerance: 1e-5 },
  { name: "cachedAttention of one token", build: (x) => overCache(x, 5, 1), lowering: "inference", tolerance: 1e-5 },
  {
    name: "cachedAttention that turns a part of each head",
    build: (x) => overCache(x, 5, 2, { headSize: 48 }),
    lowering: "inference",
    tolerance: 1e-5,
  },
  {
    name: "cachedAttention that turns neighbours",
    build: (x) => overCache(x, 5, 2, { headSize: 32, interleaved: true }),
    lowering: "inference",
    tolerance: 1e-5,
  },
  { name: "cachedAttention of a chunk", build: (x) => overCache(x, 5, 4), lowering: "inference", tolerance: 1e-5 },
];

describe("fused forms", () => {
  test.each(fusedCases)("$name for $lowering equals its expansion", async ({ build, lowering, tolerance, path }) => {
    const variables = new Variables();
    const outputs = [build(variables)].flat();
    const fused = await (await compiled(outputs, lowering, path))(variables.feeds);
    const expanded = await (await compiled(outputs, "expanded", path))(variables.feeds);
    for (const [i, values] of expanded.entries()) {
      expect(relativeError(fused[i]!, values)).toBeLessThanOrEqual(tolerance);
      expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0);
    }
  });

  test("attention over whole sequences equals attention over an empty cache", async () => {
    const variables = new Variables();
    const qkv = variables.normal(1, 5, 128);
    const none = constant(new Float32Array(0), [1, 2, 0, 16]);
    const lengths = { lastPositions: constant(Int32Array.of(4), [1]), totalLength: constant(Int32Array.of(5), []) };
    const positions = constant(BigInt64Array.of(0n, 1n, 2n, 3n, 4n), [1, 5]);
    const whole = attention(qkv, heads, { positions, mask: causal(5), rotary });
    const inputs = { qkv, pastKey: none, pastValue: none, ...lengths, positions, mask: causalMask(0, 5), rotary };
    const [cached] = cachedAttention(inputs, heads, 5);
    const [a, b] = await (await compiled([whole, cached!], "inference"))(variables.feeds);
    expect(relativeError(a!, b!)).toBeLessThan(1e-5);
  });
});

describe("crossEntropy", () => {
  test("is the weighted mean of -log p(label)", async () => {
    const variables = new Variables();
    const identity = Float32Array.from({ length: 64 }, (_, i) => Number(i % 9 === 0));
    const loss = lossOf(variables.normal(3, 8), plainWeight(constant(identity, [8, 8])));
    const [[value]] = (await (await compiled([loss], "training"))(variables.feeds)) as [Float32Array];
    const logits = variables.feeds["x0"]!.values;
    const expected = [2, 7, 0].reduce((sum, label, i) => {
      const row = logits.slice(i * 8, i * 8 + 8);
      const logSum = Math.log(row.reduce((total, x) => total + Math.exp(x), 0));
      return sum - [0.5, 0.25, 0.25][i]! * (row[label]! - logSum);
    }, 0);
    expect(value).toBeCloseTo(expected, 5);
  });
});

describe("dropout", () => {
  test("drops the given share of elements, differently at each site, and leaves the others", async () => {
    const ones = constant(new Float32Array(100 * 100).fill(1), [100, 100]);
    const noise = constant(
      Int32Array.from({ length: 100 * 100 }, (_, i) => ((i * 0.7548776662) % 1) * 2 ** 32),
      [100, 100],
    );
    const outputs = [dropout(ones, noise, 0.25, 0), dropout(ones, noise, 0.25, 1)];
    const [a, b] = (await (await compiled(outputs, "training"))({})) as [Float32Array, Float32Array];
    for (const values of [a, b]) {
      expect(values.filter((x) => x === 0).length / values.length).toBeCloseTo(0.25, 2);
      expect(Math.max(...values)).toBe(1);
    }
    expect(a).not.toEqual(b);
  });
});
