/** The gradient of each composite against finite differences. */

import { describe, expect, test } from "vitest";
import { dropout, geluTanh, silu } from "../../../extension/core/graph/composites/activations.ts";
import { controlDependency } from "../../../extension/core/graph/composites/controlDependency.ts";
import { attention } from "../../../extension/core/graph/composites/attention.ts";
import { biasedAttention, distanceBias } from "../../../extension/core/graph/composites/biasedAttention.ts";
import { embedding, linear } from "../../../extension/core/graph/composites/linear.ts";
import { layerNorm, rmsNorm } from "../../../extension/core/graph/composites/norms.ts";
import { plainWeight } from "../../../extension/core/graph/composites/weight.ts";
import { matMul } from "../../../extension/core/graph/primitives/matrix.ts";
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
  rows,
} from "./compositeInputs.ts";
import { Variables } from "./evaluate.ts";
import { gradientError, weightedSum } from "./finiteDifferences.ts";

describe("gradients of composites", () => {
  const noise = constant(
    Int32Array.from({ length: 24 }, (_, i) => i * 0x377_1234),
    [4, 6],
  );
  const positions = constant(BigInt64Array.of(0n, 1n, 2n), [1, 3]);
  const cases: readonly { name: string; build: (x: Variables) => Tensor; tolerance: number; path?: string }[] = [
    {
      name: "linear float32",
      build: (x) => linear(x.normal(2, 6), plainWeight(x.normal(4, 6)), x.normal(4)),
      tolerance: 1e-3,
    },
    {
      name: "linear int4",
      build: (x) => linear(x.normal(2, columns), int4(), x.normal(rows)),
      tolerance: 1e-2,
      path: int4Path,
    },
    { name: "linear int8", build: (x) => linear(x.normal(2, columns), int8()), tolerance: 1e-3, path: int8Path },
    { name: "embedding float32", build: (x) => embedding(ids, plainWeight(x.normal(12, 4))), tolerance: 1e-3 },
    { name: "rmsNorm", build: (x) => rmsNorm(x.normal(2, 5), x.normal(5), 1e-6), tolerance: 1e-3 },
    {
      name: "layerNorm",
      build: (x) => layerNorm(x.normal(2, 5), x.normal(5), x.normal(5), 1e-6),
      tolerance: 1e-3,
    },
    { name: "geluTanh", build: (x) => geluTanh(x.normal(6)), tolerance: 1e-3 },
    { name: "silu", build: (x) => silu(x.normal(6)), tolerance: 1e-3 },
    { name: "dropout", build: (x) => dropout(x.normal(4, 5), noise, 0.3, 3), tolerance: 1e-3 },
    {
      name: "controlDependency",
      build: (x) => matMul(controlDependency(x.normal(2, 3), integersAsFloats()), x.normal(3, 2)),
      tolerance: 1e-3,
    },
    {
      name: "attention",
      build: (x) => attention(x.normal(1, 3, 128), heads, { positions, mask: causal(3), rotary }),
      tolerance: 1e-3,
    },
    {
      name: "biasedAttention",
      build: (x) => biasedAttention(x.normal(2, 3, 8), x.normal(2, 2, 5, 4), x.normal(2, 2, 5, 4), x.normal(2, 3, 5)),
      tolerance: 1e-3,
    },
    {
      name: "biasedAttention of several to one sequence, unbiased",
      build: (x) => biasedAttention(x.normal(2, 3, 8), x.normal(1, 2, 5, 4), x.normal(1, 2, 5, 4), null),
      tolerance: 1e-3,
    },
    {
      name: "distanceBias",
      build: (x) => distanceBias(x.normal(5, 2), constant(BigInt64Array.of(0n, 1n, 2n, 4n, 0n, 1n), [2, 3])),
      tolerance: 1e-3,
    },
    {
      name: "crossEntropy below a trained head",
      build: (x) => lossOf(x.normal(3, 8), plainWeight(x.normal(rows, 8)), x.normal(rows)),
      tolerance: 1e-3,
    },
    {
      name: "crossEntropy below an int4 head",
      build: (x) => lossOf(x.normal(3, columns), int4(), bias),
      tolerance: 1e-3,
      path: int4Path,
    },
    {
      name: "crossEntropy below an int8 head",
      build: (x) => lossOf(x.normal(3, columns), int8()),
      tolerance: 1e-3,
      path: int8Path,
    },
    {
      name: "crossEntropy below a float32 head",
      build: (x) => lossOf(x.normal(3, columns), float32(), bias),
      tolerance: 1e-3,
      path: floatPath,
    },
  ];

  test.each(cases)("$name agrees with central differences", async ({ build, tolerance, path }) => {
    const variables = new Variables();
    const loss = weightedSum(build(variables));
    expect(await gradientError(loss, variables, path ? { weights: path } : {})).toBeLessThan(tolerance);
  });
});

function integersAsFloats(): Tensor {
  return constant(Float32Array.of(3, 4), [2]);
}
